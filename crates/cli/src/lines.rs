//! Lines of text from other programs.

use std::{collections::VecDeque, fmt, io};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// A longer line is split. cargo's longest, with all that the compiler says of one mistake, are far below this.
const LONGEST_BYTES: usize = 4 * 1024 * 1024;

/// Reads lines. Invalid UTF-8 is replaced, since lines are only shown.
pub(crate) struct Lines {
    pipe: BufReader<Box<dyn AsyncRead + Send + Unpin>>,
    partial: Vec<u8>,
    at_returns: bool,
}

impl Lines {
    /// Reads from a pipe.
    pub(crate) fn new(pipe: impl AsyncRead + Send + Unpin + 'static) -> Self {
        Self { pipe: BufReader::new(Box::new(pipe)), partial: Vec::new(), at_returns: false }
    }

    /// A carriage return ends a line from now on too, and stays at its end: that line is to be written over.
    pub(crate) fn end_at_returns(&mut self) {
        self.at_returns = true;
    }

    /// The next line without its end; `None` at the end of input. Cancel-safe: a partly read line is kept for the next
    /// call.
    pub(crate) async fn next(&mut self) -> io::Result<Option<String>> {
        loop {
            let room = LONGEST_BYTES.saturating_sub(self.partial.len());
            let read = self.pipe.fill_buf().await?;
            let is_end = read.is_empty();
            let ends = |byte: &u8| *byte == b'\n' || (self.at_returns && *byte == b'\r');
            let end = read.iter().take(room).position(ends).map(|at| at + 1);
            let count = end.unwrap_or(read.len().min(room));
            self.partial.extend_from_slice(&read[..count]);
            self.pipe.consume(count);
            if end.is_some() || is_end || count == room {
                break;
            }
        }
        if self.partial.is_empty() {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&self.partial);
        let line = match self.at_returns && !text.ends_with('\n') {
            true => text.into_owned(),
            false => text.trim_end_matches(['\n', '\r']).to_owned(),
        };
        self.partial.clear();
        Ok(Some(line))
    }
}

/// How many lines are kept.
const LAST: usize = 20;

/// The last lines that a program wrote, shown if it fails.
#[derive(Debug, Default)]
pub(crate) struct LastLines(VecDeque<String>);

impl LastLines {
    /// Keeps a line, and drops the oldest if there are too many.
    pub(crate) fn push(&mut self, line: String) {
        if self.0.len() == LAST {
            self.0.pop_front();
        }
        self.0.push_back(line);
    }
}

impl fmt::Display for LastLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_line_comes_also_the_last_and_the_broken_one() {
        let mut lines = Lines::new(&b"one\r\n\ntw\xffo\nlast"[..]);
        let mut all = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            all.push(line);
        }
        assert_eq!(all, ["one", "", "tw\u{fffd}o", "last"]);
    }

    #[tokio::test]
    async fn what_is_to_be_written_over_comes_at_once_if_that_is_wanted() {
        let mut lines = Lines::new(&b"1/2\r2/2\rdone\n\nlast"[..]);
        lines.end_at_returns();
        let mut all = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            all.push(line);
        }
        assert_eq!(all, ["1/2\r", "2/2\r", "done", "", "last"]);
    }

    #[tokio::test]
    async fn an_endless_line_comes_in_pieces() {
        let bytes = vec![b'x'; LONGEST_BYTES + 3];
        let mut lines = Lines::new(io::Cursor::new(bytes));
        assert_eq!(lines.next().await.unwrap().map(|line| line.len()), Some(LONGEST_BYTES));
        assert_eq!(lines.next().await.unwrap().as_deref(), Some("xxx"));
        assert_eq!(lines.next().await.unwrap(), None);
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let mut last = LastLines::default();
        (0..=LAST).for_each(|number| last.push(number.to_string()));
        assert!(last.to_string().starts_with("\n  1\n") && last.to_string().ends_with("\n  20"));
    }
}
