//! The program as a user starts it in a terminal.

use wavecraft_companion_protocol::child::FromChild;

use crate::companion::{Companion, command};

#[test]
fn it_explains_itself() {
    let output = command("gain").output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    for part in ["wavecraft-dev-audio", "wavecraft start --with-audio", "--describe"] {
        assert!(text.contains(part), "{text}");
    }
    let help = command("gain").arg("--help").output().unwrap();
    assert_eq!(help.status.code(), Some(0));
    assert_eq!(String::from_utf8(help.stdout).unwrap(), text);
}

#[test]
fn describe_prints_the_hello_as_json() {
    for example in ["gain", "echo", "passthrough"] {
        let output = command(example).arg("--describe").output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
        let described: FromChild = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(Some(described), Companion::connected(example, 1, 1, &[]).hear());
    }
}

#[test]
fn an_unknown_argument_is_named() {
    for arguments in [&["--port"][..], &["--describe", "--port"], &["--port", "--describe"]] {
        let output = command("gain").args(arguments).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(text.contains("Unknown argument `--port`") && text.contains("--describe"), "{text}");
    }
}
