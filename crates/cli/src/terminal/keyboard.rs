//! The keyboard: reads each key as it is pressed, without an echo.
//!
//! The terminal keeps its own keys: Ctrl+C still sends a signal, even to a program that hangs, and so does Ctrl+Z.

use super::{Key, is_in_foreground, key::decode};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use std::io::{self, IsTerminal, Read};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc::{Receiver, channel},
};

/// How many keys are queued; the rest, such as a pasted text, stays in the terminal.
const WAITING_KEYS: usize = 256;

/// Standard input's terminal, taken over from the shell until this is dropped.
pub(crate) struct Keyboard {
    before: Termios,
    keys: Receiver<Key>,
    resized: Signal,
    continued: Signal,
}

/// An event of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// A key was pressed.
    Key(Key),
    /// The terminal was resized.
    Resized,
    /// The program was stopped by Ctrl+Z, and continues.
    Continued,
}

impl Keyboard {
    /// Takes over the keyboard; `None` if there is none, or if another program is in the foreground.
    pub(crate) fn take() -> Option<Self> {
        if !io::stdin().is_terminal() || !is_in_foreground(io::stdin()) {
            return None;
        }
        let before = tcgetattr(io::stdin()).ok()?;
        let resized = signal(SignalKind::window_change()).ok()?;
        let continued = signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw())).ok()?;
        let (sender, keys) = channel(WAITING_KEYS);
        let keyboard = Self { before, keys, resized, continued };
        keyboard.set_mode().ok()?;
        // A read from a terminal can't be cancelled, so it has a thread, which ends with the process. If the program is
        // put in the background, the system stops it for reading, like other programs that read keys.
        std::thread::spawn(move || {
            let (mut bytes, mut chunk) = (Vec::new(), [0; 1024]);
            while let Ok(count @ 1..) = io::stdin().lock().read(&mut chunk) {
                bytes.extend_from_slice(&chunk[..count]);
                if decode(&mut bytes).into_iter().any(|key| sender.blocking_send(key).is_err()) {
                    return;
                }
            }
        });
        Some(keyboard)
    }

    /// Waits for the next event. Cancel-safe: none is lost.
    pub(crate) async fn next(&mut self) -> Input {
        tokio::select! {
            Some(key) = self.keys.recv() => Input::Key(key),
            _ = self.resized.recv() => Input::Resized,
            _ = self.continued.recv() => {
                // Shells give a continued program their own mode, or leave the mode as it is.
                let _ = self.set_mode();
                Input::Continued
            }
        }
    }

    fn set_mode(&self) -> io::Result<()> {
        if !is_in_foreground(io::stdin()) {
            return Ok(());
        }
        let mut mode = self.before.clone();
        mode.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
        // A read returns after the first byte, without waiting for a second.
        mode.special_codes[SpecialCodeIndex::VMIN] = 1;
        mode.special_codes[SpecialCodeIndex::VTIME] = 0;
        Ok(tcsetattr(io::stdin(), OptionalActions::Now, &mode)?)
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        // The system would stop a background program that tries this.
        if is_in_foreground(io::stdin()) {
            // Unread keys are not meant for the shell.
            let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.before);
        }
    }
}
