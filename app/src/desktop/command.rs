//! Runs the system's own programs.

use std::{
    ffi::OsStr,
    io::{self, Write},
    process::{Command, Stdio},
};

/// Runs a command to its end. The error completes a sentence that begins with the command's name.
pub(crate) fn run(words: &[&OsStr], input: &[u8]) -> Result<(), String> {
    run_in(words, &[], input)
}

/// The same, with some environment variables set or removed.
pub(super) fn run_in(
    words: &[&OsStr],
    environment: &[(&str, Option<&str>)],
    input: &[u8],
) -> Result<(), String> {
    let attempt = || -> io::Result<std::process::ExitStatus> {
        let mut command = Command::new(words[0]);
        for (name, value) in environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let mut child = command
            .args(&words[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        // The pipe is dropped at the end of the statement, which ends the command's input.
        let written = child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(input));
        let status = child.wait()?;
        written.and(Ok(status))
    };
    match attempt() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("failed ({status})")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err("is missing".into()),
        Err(error) => Err(format!("failed ({error})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_told() {
        let sh = |script: &str| run(&["sh".as_ref(), "-c".as_ref(), script.as_ref()], b"the text");
        assert_eq!(sh("test \"$(cat)\" = 'the text'"), Ok(()));
        assert!(sh("cat >/dev/null; exit 3").unwrap_err().contains('3'));
        assert_eq!(run(&["no-such-program-anywhere".as_ref()], b"").unwrap_err(), "is missing");
    }

    #[test]
    fn a_copier_finds_its_environment() {
        // Cargo sets the second variable for tests.
        let script = "cat >/dev/null; test \"$LC_CTYPE ${CARGO_MANIFEST_DIR-none}\" = 'UTF-8 none'";
        let words: [&OsStr; 3] = ["/bin/sh".as_ref(), "-c".as_ref(), script.as_ref()];
        let environment = [("CARGO_MANIFEST_DIR", None), ("LC_CTYPE", Some("UTF-8"))];
        assert_eq!(run_in(&words, &environment, "Zoë".as_bytes()), Ok(()));
        assert!(run_in(&words, &[], b"").is_err());
    }
}
