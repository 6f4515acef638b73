//! Lends the renderer to a sound system's callback.

use std::sync::mpsc;
use std::time::Duration;

use crate::render::Render;

/// Timeout for the renderer's return after its stream was dropped. Sound systems join their threads, so it normally
/// returns at once.
const RETURN_LIMIT: Duration = Duration::from_millis(500);

/// Makes both ends of a loan.
pub(crate) fn lease() -> (Lender, Lease) {
    let (handover, coming) = rtrb::RingBuffer::new(1);
    let (home, returned) = mpsc::channel();
    (Lender { handover, returned }, Lease { coming, renderer: None, home })
}

/// The control side's end, which lends the renderer.
pub(crate) struct Lender {
    handover: rtrb::Producer<Box<dyn Render>>,
    returned: mpsc::Receiver<Box<dyn Render>>,
}

impl Lender {
    /// Hands the renderer over; the next callback finds it. `false` if there is one already: this one is freed.
    pub(crate) fn lend(&mut self, renderer: Box<dyn Render>) -> bool {
        self.handover.push(renderer).is_ok()
    }

    /// The renderer, after its stream was dropped; `None` if there was none, or a callback doesn't release it.
    pub(crate) fn take_back(&self) -> Option<Box<dyn Render>> {
        self.returned.recv_timeout(RETURN_LIMIT).ok()
    }
}

/// Lends the renderer to a stream's callback, which picks it up when it arrives. Dropping the callback, which happens
/// outside of any callback, sends the renderer back.
pub(crate) struct Lease {
    coming: rtrb::Consumer<Box<dyn Render>>,
    renderer: Option<Box<dyn Render>>,
    home: mpsc::Sender<Box<dyn Render>>,
}

impl Lease {
    /// The renderer, once it has arrived. For the callback: neither allocates nor waits.
    pub(crate) fn renderer(&mut self) -> Option<&mut (dyn Render + 'static)> {
        if self.renderer.is_none() {
            self.renderer = self.coming.pop().ok();
        }
        self.renderer.as_deref_mut()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // A renderer that arrived after the last callback is sent back too.
        if let Some(renderer) = self.renderer.take().or_else(|| self.coming.pop().ok()) {
            // If the stream couldn't be built, nobody waits for the renderer: then it's freed here.
            drop(self.home.send(renderer));
        }
    }
}
