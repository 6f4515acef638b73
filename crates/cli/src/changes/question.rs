//! The question before something is written, and the words for a shell that undoes it.

use crate::failure::Usage;
use std::io::{self, IsTerminal, Write};

/// Whether the person answers `question` with yes.
///
/// # Errors
/// If nobody can be asked.
pub(crate) fn agreed(question: &str) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        return Err(
            Usage("nobody can be asked here: give --yes to have it written. Nothing was".into()).into()
        );
    }
    let mut terminal = io::stderr();
    write!(terminal, "{question} [y/N] ")?;
    terminal.flush()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// A text quoted for a shell: in single quotes if it has anything but plain characters.
pub(crate) fn shell_word(text: &str) -> String {
    if !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "/._-+@".contains(c)) {
        text.into()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_text_back() {
        for text in ["/plain/path-1", "two words", "it's", "", "a;b$c"] {
            let echoed = std::process::Command::new("sh")
                .args(["-c", &format!("printf %s {}", shell_word(text))])
                .output();
            assert_eq!(String::from_utf8(echoed.unwrap().stdout).unwrap(), text);
        }
    }
}
