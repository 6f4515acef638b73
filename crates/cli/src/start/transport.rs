//! The keys that play, stop and tap.

use super::{session::RunningSession, state::Start};
use crate::{
    companion::QUICK,
    report::{place, tempo},
};
use wavecraft_companion_protocol::{
    control::{SetTransport, TapTempo},
    transport::{ChangeTransport, ProjectTransport, Transport},
};

impl Start {
    /// Plays on, or stops.
    pub(super) async fn toggle_playing(&mut self, session: &mut RunningSession) {
        let playing = !time(session).is_none_or(|time| time.playing);
        let wanted = ChangeTransport { playing: Some(playing), ..ChangeTransport::default() };
        let Some(now) = self.set_time(wanted, session).await else { return };
        self.report.say(&match playing {
            true => format!("Playing at {}. Space stops.", tempo(now.tempo)),
            false => format!(
                "Stopped at bar {}; the sound goes on. Space plays on from there.",
                place(now.position_beats)
            ),
        });
        self.say_remark(session);
    }

    /// Goes back to the start.
    pub(super) async fn back_to_start(&mut self, session: &mut RunningSession) {
        let wanted = ChangeTransport { position_beats: Some(0.0), ..ChangeTransport::default() };
        if self.set_time(wanted, session).await.is_some() {
            self.report.say("Back at the start, bar 1.1.");
            self.say_remark(session);
        }
    }

    /// Taps the tempo. The live line shows it.
    pub(super) async fn tap(&mut self, session: &mut RunningSession) {
        if let Some(now) = self.carry_out(&TapTempo {}, QUICK).await {
            self.show_time(now, session);
        }
    }

    async fn set_time(&mut self, change: ChangeTransport, session: &mut RunningSession) -> Option<Transport> {
        let set = SetTransport { change, ..SetTransport::default() };
        let now = self.carry_out(&set, QUICK).await?;
        self.show_time(now, session);
        Some(now)
    }

    /// Notes the time of all.
    pub(super) fn show_time(&self, now: Transport, session: &mut RunningSession) {
        if let Some(stats) = &mut session.stats {
            let reaches = stats.transport.and_then(|before| before.reaches);
            stats.transport = Some(Transport { reaches, ..now });
        }
        self.show_live(session);
    }

    fn say_remark(&self, session: &RunningSession) {
        if let Some(remark) = time(session).and_then(|time| time.remark()) {
            self.report.say(remark);
        }
    }
}

/// What another companion is to go on with.
pub(super) fn going_on(
    wanted: Option<ProjectTransport>,
    session: &RunningSession,
) -> Option<ProjectTransport> {
    let Some(now) = time(session) else { return wanted };
    let change = ChangeTransport {
        playing: Some(now.playing),
        tempo: Some(now.tempo),
        position_beats: None,
        loop_bars: Some(now.loop_bars.unwrap_or(0)),
    };
    Some(ProjectTransport { change, none: wanted.is_some_and(|wanted| wanted.none) })
}

fn time(session: &RunningSession) -> Option<Transport> {
    session.stats.as_ref()?.transport
}
