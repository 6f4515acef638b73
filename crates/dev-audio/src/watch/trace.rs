//! The stack of a panic, as the companion is told it.

use wavecraft_companion_protocol::realtime::Frame;

use super::module;
use super::platform::modules;
use super::stack::{First, Stack};

/// The callers of the function in whose frame this address lies, innermost first.
pub(crate) fn frames_above(address: usize) -> Vec<Frame> {
    let stack = Stack::capture(First::Above(address, 0), usize::MAX);
    let addresses: Vec<_> = stack.frames().iter().map(|step| step.address).collect();
    module::frames(&addresses, &modules())
}
