//! Standard output with a fixed line at the bottom: everything printed appears above it.

use super::{
    is_in_foreground, is_lively,
    text::{Segment, Span, Style, fit, tail},
};
use crate::{
    ansi,
    writer::{Text, Writer},
};
use rustix::termios::tcgetwinsize;
use std::{
    cell::RefCell,
    io::{self, Write},
};
use unicode_width::UnicodeWidthStr;

/// The width if a terminal doesn't report one.
const USUAL_COLUMNS: u16 = 80;
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/// Moves to the beginning of the cursor's line, and erases from there down (ECMA-48: CR, ED).
const ERASE: &str = "\r\u{1b}[J";
/// Erases the screen and its scrollback, and moves to the top.
const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// The screen. If standard output is no terminal, or this program isn't in its foreground, there is no bottom line and
/// text is just printed.
pub(crate) struct Screen {
    bottom: RefCell<Bottom>,
    /// The writer, if there is no bottom line.
    writer: Option<Writer>,
}

/// The last lines that were printed, if they are of one kind and may be replaced by newer ones.
struct Block {
    kind: String,
    /// How many rows they occupy.
    rows: usize,
    /// The terminal's width then: in another one they occupy other rows.
    columns: usize,
}

/// The contents of the bottom line. A question hides the rest.
struct Bottom {
    lively: bool,
    colour: bool,
    question: Option<String>,
    progress: Option<String>,
    turns: usize,
    figures: Vec<Segment>,
    /// How many columns it occupies on the screen now.
    shown: usize,
    block: Option<Block>,
}

impl Screen {
    /// Standard output as it is, with an empty bottom line.
    ///
    /// `missing` makes the text that says how many lines of a program are missing, if output is read slower than they
    /// arrive.
    pub(crate) fn new(colour: bool, wanted: bool, missing: fn(&str, usize) -> Text) -> Self {
        let lively = wanted && is_lively();
        let bottom = RefCell::new(Bottom {
            lively,
            colour,
            question: None,
            progress: None,
            turns: 0,
            figures: Vec::new(),
            shown: 0,
            block: None,
        });
        Self { bottom, writer: (!lively).then(|| Writer::new(missing)) }
    }

    /// Writes directly, if there is no bottom line.
    pub(crate) fn writer(&self) -> Option<&Writer> {
        self.writer.as_ref()
    }

    /// Whether there can be a bottom line.
    pub(crate) fn is_lively(&self) -> bool {
        self.bottom.borrow().lively
    }

    /// Prints a line on standard output.
    ///
    /// # Errors
    /// If nobody reads it any more.
    pub(crate) fn print(&self, text: &str) -> io::Result<()> {
        if let Some(writer) = &self.writer {
            writer.keep(Text::Out(text.to_owned()));
            return if writer.is_closed() { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) };
        }
        self.bottom.borrow_mut().block = None;
        self.print_below(text)
    }

    fn print_below(&self, text: &str) -> io::Result<()> {
        let mut bottom = self.bottom.borrow_mut();
        let (erased, drawn) = (bottom.erase(), bottom.draw());
        write(&format!("{erased}{text}\n{drawn}"))
    }

    /// Prints a line that [`print_over`](Self::print_over) can replace while nothing else was printed.
    ///
    /// # Errors
    /// If nobody reads it any more.
    pub(crate) fn print_first(&self, kind: &str, text: &str) -> io::Result<()> {
        self.print(text)?;
        if self.is_lively() {
            let columns = columns();
            let block = Block { kind: kind.to_owned(), rows: rows_of(text, columns), columns };
            self.bottom.borrow_mut().block = Some(block);
        }
        Ok(())
    }

    /// Prints a line that belongs to the one before, and is replaced with it.
    ///
    /// # Errors
    /// If nobody reads it any more.
    pub(crate) fn print_more(&self, text: &str) -> io::Result<()> {
        let columns = columns();
        let block = self.bottom.borrow_mut().block.take().filter(|block| block.columns == columns);
        let block = block.map(|block| Block { rows: block.rows + rows_of(text, columns), ..block });
        self.print(text)?;
        self.bottom.borrow_mut().block = block;
        Ok(())
    }

    /// Replaces the last lines, if they are of this kind; returns whether they were.
    ///
    /// # Errors
    /// If nobody reads it any more.
    pub(crate) fn print_over(&self, kind: &str, text: &str) -> io::Result<bool> {
        let mut bottom = self.bottom.borrow_mut();
        let (columns, height) = (columns(), height());
        let same = |block: &&mut Block| block.kind == kind && block.columns == columns && block.rows < height;
        let Some(block) = bottom.block.as_mut().filter(same) else { return Ok(false) };
        if !is_in_foreground(io::stdout()) {
            return Ok(false);
        }
        let above = std::mem::replace(&mut block.rows, rows_of(text, columns));
        let (erased, drawn) = (bottom.erase(), bottom.draw());
        write(&format!("{erased}\u{1b}[{above}A{ERASE}{text}\n{drawn}"))?;
        Ok(true)
    }

    /// Prints a line from `source`.
    ///
    /// # Errors
    /// If nobody reads it any more.
    pub(crate) fn print_log(&self, source: &str, text: &str) -> io::Result<()> {
        match &self.writer {
            Some(writer) => writer.line(source, Text::Out(text.to_owned())),
            None => self.print(text)?,
        }
        Ok(())
    }

    /// Prints a line from `source` on standard error, which may be the same terminal.
    ///
    /// # Errors
    /// If nobody reads it any more.
    pub(crate) fn print_error(&self, source: &str, text: &str) -> io::Result<()> {
        if let Some(writer) = &self.writer {
            writer.line(source, Text::Err(text.to_owned()));
            return Ok(());
        }
        let mut bottom = self.bottom.borrow_mut();
        bottom.block = None;
        write(&bottom.erase())?;
        writeln!(io::stderr(), "{text}")?;
        write(&bottom.draw())
    }

    /// Shows figures at the bottom, the most important first; without figures there is no line.
    pub(crate) fn set_figures(&self, figures: Vec<Segment>) {
        self.change(|bottom| bottom.figures = figures);
    }

    /// Shows what is being done, before the figures.
    pub(super) fn set_progress(&self, progress: Option<String>) {
        self.change(|bottom| bottom.progress = progress);
    }

    /// Turns the progress mark.
    pub(super) fn turn(&self) {
        self.change(|bottom| bottom.turns += 1);
    }

    /// Shows a question and the answer typed so far, in place of everything else.
    pub(crate) fn set_question(&self, question: Option<String>) {
        self.change(|bottom| bottom.question = question);
    }

    /// Redraws the bottom line: the terminal's width has changed.
    pub(crate) fn redraw(&self) {
        self.change(|_| {});
    }

    /// Redraws the bottom line after another program wrote on the screen.
    pub(crate) fn redraw_elsewhere(&self) {
        self.change(|bottom| (bottom.shown, bottom.block) = (0, None));
    }

    /// Clears the screen except for the bottom line.
    pub(crate) fn clear(&self) {
        let mut bottom = self.bottom.borrow_mut();
        bottom.block = None;
        let _ = write(&format!("{CLEAR}{}", bottom.draw()));
    }

    /// A failure to draw the line is ignored: the next printed text reports that the terminal is gone.
    fn change(&self, change: impl FnOnce(&mut Bottom)) {
        let mut bottom = self.bottom.borrow_mut();
        change(&mut bottom);
        let (erased, drawn) = (bottom.erase(), bottom.draw());
        let _ = write(&format!("{erased}{drawn}"));
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = write(&self.bottom.borrow_mut().erase());
    }
}

impl Bottom {
    /// The sequence that removes the line from the screen. A terminal that became narrower has wrapped it into rows.
    fn erase(&mut self) -> String {
        let rows = std::mem::take(&mut self.shown).checked_sub(1).map(|last| last / columns());
        match rows {
            None => String::new(),
            Some(0) => ERASE.into(),
            Some(above) => format!("\u{1b}[{above}A{ERASE}"),
        }
    }

    /// The sequence that draws it again. The last column stays free: some terminals move to the next row after it.
    fn draw(&mut self) -> String {
        if !self.lively || !is_in_foreground(io::stdout()) {
            return String::new();
        }
        let room = columns() - 1;
        let (line, shown) = match &self.question {
            Some(question) => fit(&[vec![Span::new(Style::Plain, tail(question, room))]], room, self.colour),
            None => fit(&self.segments(), room, self.colour),
        };
        self.shown = shown;
        line
    }

    fn segments(&self) -> Vec<Segment> {
        let progress = self.progress.as_ref().map(|text| {
            let mark = SPINNER[self.turns % SPINNER.len()];
            vec![Span::new(Style::Green, mark), Span::new(Style::Plain, format!(" {text}"))]
        });
        progress.into_iter().chain(self.figures.iter().cloned()).collect()
    }
}

/// The terminal's columns, at least one.
fn columns() -> usize {
    let told = tcgetwinsize(io::stdout()).map_or(0, |size| size.ws_col);
    usize::from(if told == 0 { USUAL_COLUMNS } else { told })
}

/// The terminal's rows. One that doesn't tell has none that could be written again.
fn height() -> usize {
    tcgetwinsize(io::stdout()).map_or(0, |size| usize::from(size.ws_row))
}

/// How many rows a printed text occupies.
fn rows_of(text: &str, columns: usize) -> usize {
    let rows = |line: &str| UnicodeWidthStr::width(ansi::strip(line).as_str()).div_ceil(columns).max(1);
    text.split('\n').map(rows).sum()
}

/// Written in one piece, so that it never shows half drawn.
fn write(text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_occupies_as_many_rows_as_it_wraps_into() {
        for (text, rows) in [("", 1), ("1234567890", 1), ("12345678901", 2), ("a\nb", 2), ("日本語日本語", 2)]
        {
            assert_eq!(rows_of(text, 10), rows, "{text}");
        }
        assert_eq!(rows_of("\u{1b}[31m!\u{1b}[0m 12345678", 10), 1, "colours have no width");
    }
}
