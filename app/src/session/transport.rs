//! A session's part in the time that all share.

use super::{Context, Session};
use crate::transport::MOST_TAPS;
use std::time::Instant;
use wavecraft_companion_protocol::transport::{ChangeTransport, Reaches};

/// What pages ask of the time, until it is done.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct AskedOfTime {
    /// Of each member the newest counts.
    pub change: Option<ChangeTransport>,
    /// When the tempo was tapped, the last ones.
    pub taps: Vec<Instant>,
}

impl AskedOfTime {
    /// Adds a change.
    pub(super) fn change(&mut self, wanted: ChangeTransport) {
        self.change = Some(wanted.after(self.change.unwrap_or_default()));
    }

    /// Adds a tap. More than count don't wait.
    pub(super) fn tap(&mut self, at: Instant) {
        if self.taps.len() == MOST_TAPS {
            self.taps.remove(0);
        }
        self.taps.push(at);
    }

    /// Does what was asked for.
    pub(super) fn carry_out(&self, cx: &mut Context) {
        self.taps.iter().for_each(|at| cx.transport.tap(*at, &mut cx.audio));
        if let Some(change) = &self.change {
            cx.transport.change(change, &mut cx.audio);
        }
    }
}

impl Session {
    /// Sets whether its processor is told nothing of the time.
    pub(crate) fn set_untimed(&mut self, none: bool, cx: &mut Context) {
        self.playback.mix.set_timed(!none, &mut cx.audio);
        self.tell_transport(cx);
    }

    /// What of the time reaches its processor.
    pub(crate) fn reaches(&self) -> Reaches {
        self.playback.reaches()
    }

    /// Tells its pages the time.
    pub(crate) fn tell_transport(&self, cx: &Context) {
        let told = cx.transport.told(&cx.audio, Some(self.reaches()));
        self.playback.audience.shared.figures().transport = Some(told);
        if let Some(server) = self.server() {
            server.transport_changed(&told);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_flood_the_newest_changes_and_the_last_taps_are_kept() {
        let (begin, mut asked) = (Instant::now(), AskedOfTime::default());
        for number in 0..1000_u32 {
            asked.tap(begin + std::time::Duration::from_millis(number.into()));
            asked.change(ChangeTransport { loop_bars: Some(number % 64), ..ChangeTransport::default() });
            asked.change(ChangeTransport { playing: Some(number % 2 == 0), ..ChangeTransport::default() });
        }
        let newest =
            ChangeTransport { loop_bars: Some(39), playing: Some(false), ..ChangeTransport::default() };
        assert_eq!((asked.change, asked.taps.len()), (Some(newest), MOST_TAPS));
        assert_eq!(asked.taps.last(), Some(&(begin + std::time::Duration::from_millis(999))));
    }
}
