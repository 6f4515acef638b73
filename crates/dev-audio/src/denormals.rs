//! Denormal numbers as zeros, on the calling thread.
#![expect(unsafe_code, reason = "the floating-point control register is reached by instructions only")]

use std::arch::asm;

/// From here on, results and operands too small for a normal number are zero on this thread.
///
/// A decaying filter or reverb otherwise ends in denormals, which cost tens of times a normal operation and are
/// inaudible. Rust's own rules know only the default mode: what its compiler works out in advance keeps denormals.
/// Every audio host sets this mode all the same, and a plugin meets it there.
pub(crate) fn flush_to_zero() {
    set();
}

/// MXCSR, Intel 64 and IA-32 manual volume 1, 10.2.3: bit 15 flushes results, bit 6 takes operands as zero.
#[cfg(target_arch = "x86_64")]
fn set() {
    let mut register = 0_u32;
    // SAFETY: `register` is 4 bytes that may be written.
    unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut register, options(nostack, preserves_flags)) };
    register |= 1 << 15 | 1 << 6;
    // SAFETY: the register's own value with two defined bits set, so no exception is unmasked and the rounding stays.
    unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const register, options(nostack, preserves_flags, readonly)) };
}

/// FPCR, Arm architecture reference manual: bit 24 (FZ) does both.
#[cfg(target_arch = "aarch64")]
fn set() {
    let register: u64;
    // SAFETY: reads a register that every program may read.
    unsafe { asm!("mrs {}, fpcr", out(reg) register, options(nomem, nostack, preserves_flags)) };
    // SAFETY: the register's own value with one defined bit set.
    unsafe { asm!("msr fpcr, {}", in(reg) register | 1 << 24, options(nomem, nostack, preserves_flags)) };
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    #[test]
    fn denormals_are_zero_on_this_thread_only() {
        let denormal = || black_box(f32::MIN_POSITIVE) * black_box(0.5);
        let operand = || black_box(f32::from_bits(1)) * black_box(16_777_216.0);
        std::thread::spawn(move || {
            assert!(denormal() > 0.0 && operand() > 0.0);
            super::flush_to_zero();
            assert_eq!((denormal(), operand()), (0.0, 0.0));
            assert_eq!(black_box(0.1_f32) + black_box(0.2), 0.3, "rounding is as before");
        })
        .join()
        .unwrap();
        assert!(denormal() > 0.0 && operand() > 0.0);
    }
}
