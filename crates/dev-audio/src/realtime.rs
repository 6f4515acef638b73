//! Prepares a thread and its memory for audio: locked pages, denormal numbers flushed to zero, and the system's
//! real-time scheduling.
#![expect(
    unsafe_code,
    reason = "locking pages is a system call, and floating-point control registers are reached by instructions"
)]

use std::arch::asm;
use std::env;
use std::hint::black_box;
use std::time::Duration;

use crate::platform;

/// The part of the audio thread's stack that is touched, in bytes.
const STACK_BYTES: usize = 256 << 10;

/// `off` leaves the thread as it is: a real-time class limits how long other programs can hold a block up, but on some
/// virtual machines it costs more than it gives, which only trying can tell. `on` requests it whatever class the
/// companion's own audio thread has. Anything else, or nothing, lets that class decide.
const SWITCH: &str = "WAVECRAFT_REALTIME";

/// Makes the system back the calling thread's stack with memory now, not in the first block that goes deep, and lock it
/// there if the user's limit (RLIMIT_MEMLOCK) allows.
#[inline(never)]
pub(crate) fn lock_stack() {
    let mut stack = [0_u8; STACK_BYTES];
    let touched: &mut [u8] = black_box(&mut stack);
    lock_memory(touched);
}

/// Locks the pages of `memory`, all written to before, for the life of the process. If that is refused they stay until
/// memory is short. Never `mlockall`: with it a user's processor could not allocate beyond a limit of 8 MiB.
pub(crate) fn lock_memory<T>(memory: &[T]) {
    // mlock(2), on both systems: the pages that contain any of the range; locks don't nest and end with the mapping.
    // SAFETY: the range is that of a live slice; locking changes none of its bytes.
    let _ = unsafe { libc::mlock(memory.as_ptr().cast(), size_of_val(memory)) };
}

/// From here on, results and operands too small for a normal number are zero on this thread.
///
/// A decaying filter or reverb otherwise ends in denormals, which cost tens of times a normal operation and are
/// inaudible. Rust's rules assume the default mode: constants computed at compile time keep denormals. Every audio host
/// sets this mode nevertheless, and a plugin will run in it there.
pub(crate) fn flush_denormals() {
    flush_to_zero();
}

/// MXCSR, Intel 64 and IA-32 manual volume 1, 10.2.3: bit 15 flushes results, bit 6 treats operands as zero.
#[cfg(target_arch = "x86_64")]
fn flush_to_zero() {
    let mut register = 0_u32;
    // SAFETY: `register` is 4 bytes that may be written.
    unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut register, options(nostack, preserves_flags)) };
    register |= 1 << 15 | 1 << 6;
    // SAFETY: the register's own value with two defined bits set, so no exception is unmasked and the rounding stays.
    unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const register, options(nostack, preserves_flags, readonly)) };
}

/// FPCR, Arm architecture reference manual: bit 24 (FZ) does both.
#[cfg(target_arch = "aarch64")]
fn flush_to_zero() {
    let register: u64;
    // SAFETY: reads a register that every program may read.
    unsafe { asm!("mrs {}, fpcr", out(reg) register, options(nomem, nostack, preserves_flags)) };
    // SAFETY: the register's own value with one defined bit set.
    unsafe { asm!("msr fpcr, {}", in(reg) register | 1 << 24, options(nomem, nostack, preserves_flags)) };
}

/// The setting of [`SWITCH`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Never,
    AsTheCompanion,
    Always,
}

/// The scheduling class of the thread that owns this. Held while blocks run, but not while a processor prepares, which
/// may take long.
pub(crate) struct Priority {
    wanted: Wanted,
    /// The block length last set in the system, in frames; 0 while the thread has no class.
    frames: u32,
    sample_rate: f32,
    loss_reported: bool,
}

impl Priority {
    /// Reads the switch from the environment.
    pub(crate) fn from_environment() -> Self {
        Self::new(match env::var(SWITCH).as_deref() {
            Ok("off") => Wanted::Never,
            Ok("on") => Wanted::Always,
            _ => Wanted::AsTheCompanion,
        })
    }

    pub(crate) fn new(wanted: Wanted) -> Self {
        Self { wanted, frames: 0, sample_rate: 0.0, loss_reported: false }
    }

    /// Called when blocks of at most `longest` frames at `sample_rate` Hz begin.
    ///
    /// # Errors
    ///
    /// A message for the user, if the system refuses. Blocks run all the same.
    pub(crate) fn enter(&mut self, longest: u32, sample_rate: f32) -> Result<(), String> {
        if self.wanted == Wanted::Never {
            return Ok(());
        }
        match platform::enter_real_time(duration(longest, sample_rate), self.wanted == Wanted::Always) {
            Ok(false) => Ok(()),
            Ok(true) => {
                self.frames = longest;
                self.sample_rate = sample_rate;
                Ok(())
            }
            Err(error) => {
                // It would be refused again.
                self.wanted = Wanted::Never;
                Err(refused(&error.to_string()))
            }
        }
    }

    /// Called before a block of `frames` frames is processed. Costs a system call if the length has changed much:
    /// lengths from half the set one up to it count as the same.
    pub(crate) fn follow(&mut self, frames: u32) {
        if self.frames > 0 && frames > 0 && (frames > self.frames || frames < self.frames / 2) {
            self.frames = frames;
            platform::set_period(duration(frames, self.sample_rate));
        }
    }

    /// Called when blocks have ended.
    pub(crate) fn leave(&mut self) {
        if self.frames > 0 {
            platform::leave_real_time();
            self.frames = 0;
        }
    }

    /// Whether the class was revoked and that hasn't been reported yet.
    pub(crate) fn has_unreported_loss(&self) -> bool {
        !self.loss_reported && platform::was_revoked()
    }

    /// Returns the message that reports the loss, once.
    pub(crate) fn take_loss_notice(&mut self) -> Option<String> {
        self.has_unreported_loss().then(|| {
            self.loss_reported = true;
            "the processor computed for 200 ms without a pause, so its thread lost its real-time priority, for good: \
             it takes longer than its blocks last. Make it faster, or the blocks longer (a larger buffer)"
                .to_owned()
        })
    }
}

fn refused(reason: &str) -> String {
    format!(
        "the processor runs without real-time priority ({reason}): it works, but under load blocks may come too \
         late. To change that: {}. {SWITCH}=off doesn't ask for it",
        platform::REMEDY
    )
}

/// The duration of a block. Invalid rates were refused before.
fn duration(frames: u32, sample_rate: f32) -> Duration {
    Duration::try_from_secs_f64(f64::from(frames) / f64::from(sample_rate)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_lasts_as_long_as_its_frames() {
        assert_eq!(duration(48, 48_000.0), Duration::from_millis(1));
        assert_eq!(duration(1, 0.0), Duration::ZERO);
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let line = refused("Operation not permitted");
        assert!(line.contains("Operation not permitted") && line.contains(platform::REMEDY), "{line}");
    }

    #[test]
    fn who_does_not_want_it_is_not_asked() {
        let mut priority = Priority::new(Wanted::Never);
        assert_eq!(priority.enter(64, 48_000.0), Ok(()));
        assert_eq!(priority.frames, 0);
        priority.follow(64);
        assert_eq!(priority.frames, 0);
    }

    #[test]
    fn denormals_are_zero_on_this_thread_only() {
        let denormal = || black_box(f32::MIN_POSITIVE) * black_box(0.5);
        let operand = || black_box(f32::from_bits(1)) * black_box(16_777_216.0);
        std::thread::spawn(move || {
            assert!(denormal() > 0.0 && operand() > 0.0);
            flush_denormals();
            assert_eq!((denormal(), operand()), (0.0, 0.0));
            assert_eq!(black_box(0.1_f32) + black_box(0.2), 0.3, "rounding is as before");
        })
        .join()
        .unwrap();
        assert!(denormal() > 0.0 && operand() > 0.0);
    }
}
