//! Text for one line of a terminal: coloured, and never wider than the space for it.

use crate::ansi;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The style of a text (ECMA-48, select graphic rendition).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
}

/// A text with one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    text: String,
    style: Style,
}

impl Span {
    /// The text on one line, without escape sequences.
    pub(crate) fn new(style: Style, text: impl AsRef<str>) -> Self {
        Self { text: ansi::line(text.as_ref()), style }
    }
}

/// A part of a line that is shown whole or not at all.
pub(crate) type Segment = Vec<Span>;

/// The separator between two segments.
const GAP: &str = "  ";

/// The text with its style, if colours are shown.
pub(crate) fn paint(style: Style, text: &str, colour: bool) -> String {
    let code = match style {
        Style::Bold => "1",
        Style::Dim => "2",
        Style::Red => "31",
        Style::Green => "32",
        Style::Yellow => "33",
        Style::Plain => return text.into(),
    };
    if colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.into() }
}

/// As many segments as fit into `columns`, in order, and the columns that they take. If the first one is too wide it is
/// cut.
pub(crate) fn fit(segments: &[Segment], columns: usize, colour: bool) -> (String, usize) {
    let (mut line, mut used) = (String::new(), 0);
    for segment in segments {
        let gap = if used == 0 { "" } else { GAP };
        let width = gap.width() + segment.iter().map(|span| span.text.width()).sum::<usize>();
        if used > 0 && used + width > columns {
            break;
        }
        line += gap;
        used += gap.width();
        for span in segment {
            let text = head(&span.text, columns - used);
            used += text.width();
            line += &paint(span.style, text, colour);
        }
    }
    (line, used)
}

/// The longest prefix that fits into `columns`.
fn head(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let end = text.char_indices().find(|(_, char)| {
        used += char.width().unwrap_or(0);
        used > columns
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// The longest suffix that fits into `columns`, for a text that grows at its end; if it is cut it begins with "…".
pub(crate) fn tail(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.into();
    }
    let mut used = 1;
    let begin = text.char_indices().rev().take_while(|(_, char)| {
        used += char.width().unwrap_or(0);
        used <= columns
    });
    format!("…{}", &text[begin.last().map_or(text.len(), |(at, _)| at)..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Segment {
        vec![Span::new(Style::Plain, text)]
    }

    #[test]
    fn what_does_not_fit_is_left_out_from_the_right() {
        let line =
            [plain("live"), vec![Span::new(Style::Dim, "in "), Span::new(Style::Red, "0 dB")], plain("x")];
        assert_eq!(fit(&line, 80, false), ("live  in 0 dB  x".into(), 16));
        assert_eq!(fit(&line, 15, false), ("live  in 0 dB".into(), 13));
        assert_eq!(fit(&line, 12, false), ("live".into(), 4));
        assert_eq!(fit(&line, 3, false), ("liv".into(), 3));
        assert_eq!(fit(&line, 0, false), (String::new(), 0));
        assert!(fit(&line, 80, true).0.contains("\u{1b}[31m0 dB\u{1b}[0m"));
        assert_eq!(fit(&line, 80, true).1, 16, "colours take no room");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(fit(&[plain("音声")], 3, false), ("音".into(), 2));
        assert_eq!((tail("/音/声", 4), tail("/音/声", 6)), ("…/声".into(), "/音/声".into()));
        assert_eq!((tail("abc", 2), tail("abc", 1), tail("", 0)), ("…c".into(), "…".into(), String::new()));
    }
}
