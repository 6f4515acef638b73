//! The keyboard: each key by itself, as it is pressed, and without an echo.
//!
//! The terminal keeps its own keys: Ctrl+C is a signal as before, also to a program that hangs, and so is Ctrl+Z.

use super::{Key, is_in_foreground, key::decode};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use std::io::{self, IsTerminal, Read};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc::{Receiver, channel},
};

/// How many keys wait; more stay in the terminal, as a text that was pasted does.
const WAITING_KEYS: usize = 256;

/// Standard input's terminal, taken from the shell until this is dropped.
pub(crate) struct Keyboard {
    before: Termios,
    keys: Receiver<Key>,
    resized: Signal,
    continued: Signal,
}

/// What comes from the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// A key was pressed.
    Key(Key),
    /// The terminal has another size.
    Resized,
    /// The program was stopped by Ctrl+Z, and goes on.
    Continued,
}

impl Keyboard {
    /// Takes the keyboard; `None` where there is none, or it belongs to another program now.
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
        // A read of a terminal can't be given up, so it has a thread, which ends with the process. One that is sent to the
        // background is stopped by the system for it, as other programs with keys are.
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

    /// Waits for what comes next. Nothing is lost if the wait is given up.
    pub(crate) async fn next(&mut self) -> Input {
        tokio::select! {
            Some(key) = self.keys.recv() => Input::Key(key),
            _ = self.resized.recv() => Input::Resized,
            _ = self.continued.recv() => {
                // Shells give a program that goes on their own mode, or leave what they find.
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
        // A read returns with the first byte, and doesn't wait for a second.
        mode.special_codes[SpecialCodeIndex::VMIN] = 1;
        mode.special_codes[SpecialCodeIndex::VTIME] = 0;
        Ok(tcsetattr(io::stdin(), OptionalActions::Now, &mode)?)
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        // The system would stop a program in the background that tries.
        if is_in_foreground(io::stdin()) {
            // What was typed and not read is not for the shell.
            let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.before);
        }
    }
}
