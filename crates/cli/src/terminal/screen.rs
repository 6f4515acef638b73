//! Standard output with a fixed line at the bottom: everything printed appears above it.

use super::{
    is_in_foreground, is_lively,
    text::{Segment, Span, Style, fit, tail},
};
use crate::writer::{Text, Writer};
use rustix::termios::tcgetwinsize;
use std::{
    cell::RefCell,
    io::{self, Write},
};

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
        let mut bottom = self.bottom.borrow_mut();
        let (erased, drawn) = (bottom.erase(), bottom.draw());
        write(&format!("{erased}{text}\n{drawn}"))
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
        self.change(|bottom| bottom.shown = 0);
    }

    /// Clears the screen except for the bottom line.
    pub(crate) fn clear(&self) {
        let mut bottom = self.bottom.borrow_mut();
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

/// Written in one piece, so that it never shows half drawn.
fn write(text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
