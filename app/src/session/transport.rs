//! A session's part in the time that all share.

use super::{Context, Session};
use wavecraft_companion_protocol::transport::Reaches;

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
