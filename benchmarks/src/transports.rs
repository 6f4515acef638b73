//! Ways for a block of 64 stereo frames to another process and back.

pub(crate) mod futex;
pub(crate) mod iceoryx2;
pub(crate) mod ring;
pub(crate) mod unix;
pub(crate) mod websocket;

/// Frames of a block.
pub(crate) const FRAMES: u32 = 64;
/// Samples of a block, both channels.
pub(crate) const SAMPLES: usize = 2 * FRAMES as usize;
/// A block, channel after channel.
pub(crate) type Block = [f32; SAMPLES];

/// No wait here is without an end: so many nanoseconds.
pub(crate) const LIMIT_NS: u64 = 2_000_000_000;

/// One way, with its other side running.
pub(crate) trait Transport {
    fn name(&self) -> &'static str;

    /// Sends a block and waits until it is back.
    fn round_trip(&mut self, block: &mut Block);
}

/// A block as bytes, for what carries bytes.
fn bytes_of(block: &Block) -> [u8; size_of::<Block>()] {
    let mut bytes = [0; size_of::<Block>()];
    for (bytes, sample) in bytes.chunks_exact_mut(4).zip(block) {
        bytes.copy_from_slice(&sample.to_ne_bytes());
    }
    bytes
}

/// A block out of bytes.
fn block_of(bytes: &[u8], block: &mut Block) {
    for (bytes, sample) in bytes.chunks_exact(4).zip(block) {
        *sample = f32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
}
