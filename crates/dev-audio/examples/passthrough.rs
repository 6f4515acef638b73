//! The smallest processor: plays what it hears, and has no parameter but its bypass.

use wavecraft::{Processor, Transport};

#[derive(Default)]
struct Passthrough;

impl Processor for Passthrough {
    type Params = ();

    fn process(&mut self, _block: &mut [&mut [f32]], _transport: &Transport, _params: &()) {}
}

wavecraft_dev_audio::run!(Passthrough);
