//! What the desktop does for the menu: opens files and addresses, and takes text onto the clipboard.

use crate::{
    event::{Event, Events},
    platform::{self, COPIERS, COPIERS_ENVIRONMENT, OPENER},
};
use std::{
    ffi::{OsStr, OsString},
    io::{self, Write},
    process::{Command, Stdio},
};
use tracing::info;

/// Opens a file or an address with what the user chose for it. If that fails, the menu says so.
pub(crate) fn open(what: OsString, events: &Events) {
    aside(events, move || {
        run(&[OPENER.as_ref(), &what], &[])
            .map_err(|error| format!("nothing could be opened: {OPENER} {error}"))
    });
}

/// Puts a text on the clipboard. If that fails, the menu says so.
pub(crate) fn copy(text: String, events: &Events) {
    aside(events, move || {
        let mut failures = Vec::new();
        for copier in COPIERS {
            let words: Vec<&OsStr> = copier.iter().map(AsRef::as_ref).collect();
            match run_in(&words, COPIERS_ENVIRONMENT, text.as_bytes()) {
                Ok(()) => return Ok(()),
                Err(error) => failures.push(format!("{} {error}", copier[0])),
            }
        }
        Err(format!("nothing was copied: {}", failures.join(", ")))
    });
}

/// Shows a notification. Where that can't be, nothing is amiss: what it says is in the menu too. What is no text in it, as
/// in a folder's name, is left out.
pub(crate) fn announce(title: String, text: String) {
    let [title, text] = [title, text].map(|text| text.replace(char::is_control, " "));
    std::thread::spawn(move || match platform::show_notification(&title, &text) {
        Ok(()) => info!("notified: {title}"),
        Err(error) => info!("not notified ({error}): {title}"),
    });
}

/// Tells a person who doesn't see the menu, on the screen.
pub(crate) fn tell(title: &'static str, text: &'static str) {
    std::thread::spawn(move || {
        if let Err(error) = platform::show_words(title, text) {
            info!("not told ({error}): {text}");
        }
    });
}

/// On a thread of its own, which nobody waits for: some openers end with what they opened.
fn aside(events: &Events, work: impl FnOnce() -> Result<(), String> + Send + 'static) {
    let events = events.clone();
    std::thread::spawn(move || {
        if let Err(trouble) = work() {
            let _ = events.send(Event::MenuTrouble(trouble));
        }
    });
}

/// Runs a command to its end. The error completes a sentence that begins with the command's name.
pub(crate) fn run(words: &[&OsStr], input: &[u8]) -> Result<(), String> {
    run_in(words, &[], input)
}

/// The same, with variables set and removed before.
fn run_in(words: &[&OsStr], environment: &[(&str, Option<&str>)], input: &[u8]) -> Result<(), String> {
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
        // Dropped at the end of the statement, which is the end of what it reads.
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
        // Cargo sets the second one for tests.
        let script = "test \"$LC_CTYPE ${CARGO_MANIFEST_DIR-none}\" = 'UTF-8 none'";
        let words: [&OsStr; 3] = ["/bin/sh".as_ref(), "-c".as_ref(), script.as_ref()];
        let environment = [("CARGO_MANIFEST_DIR", None), ("LC_CTYPE", Some("UTF-8"))];
        assert_eq!(run_in(&words, &environment, "Zoë".as_bytes()), Ok(()));
        assert!(run_in(&words, &[], b"").is_err());
    }
}
