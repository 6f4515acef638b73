//! Lending the renderer to a sound system's callback.

use std::sync::mpsc;
use std::time::Duration;

use crate::render::Render;

/// How long to wait for the renderer after its stream was dropped. Sound systems join their threads, so it's there at
/// once.
const RETURN_LIMIT: Duration = Duration::from_millis(500);

/// Makes both ends of a loan.
pub(crate) fn lease() -> (Lender, Lease) {
    let (handover, coming) = rtrb::RingBuffer::new(1);
    let (home, returned) = mpsc::channel();
    (Lender { handover, returned }, Lease { coming, renderer: None, home })
}

/// Who lends: the control side.
pub(crate) struct Lender {
    handover: rtrb::Producer<Box<dyn Render>>,
    returned: mpsc::Receiver<Box<dyn Render>>,
}

impl Lender {
    /// Hands the renderer over, to be found by the next callback. `false` if there is one already: this one is freed.
    pub(crate) fn lend(&mut self, renderer: Box<dyn Render>) -> bool {
        self.handover.push(renderer).is_ok()
    }

    /// The renderer, after its stream was dropped; `None` if there was none, or a callback doesn't let go of it.
    pub(crate) fn take_back(&self) -> Option<Box<dyn Render>> {
        self.returned.recv_timeout(RETURN_LIMIT).ok()
    }
}

/// Lends the renderer to a stream's callback, which takes it when it comes, and sends it home when the callback is
/// dropped, which happens outside of any callback.
pub(crate) struct Lease {
    coming: rtrb::Consumer<Box<dyn Render>>,
    renderer: Option<Box<dyn Render>>,
    home: mpsc::Sender<Box<dyn Render>>,
}

impl Lease {
    /// The renderer, once it has come. For the callback: neither allocates nor waits.
    pub(crate) fn renderer(&mut self) -> Option<&mut (dyn Render + 'static)> {
        if self.renderer.is_none() {
            self.renderer = self.coming.pop().ok();
        }
        self.renderer.as_deref_mut()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // One that came after the last callback goes home too.
        if let Some(renderer) = self.renderer.take().or_else(|| self.coming.pop().ok()) {
            // Nobody waits for it when the stream couldn't be built: then it's freed here.
            drop(self.home.send(renderer));
        }
    }
}
