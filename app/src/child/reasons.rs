//! Why a processor isn't heard as it should be, in words, with the measured times.

use crate::platform::LATE_START;
use wavecraft_audio_core::LastLate;

/// Late repeatedly: the child is bypassed. `dry` says whether its input is heard meanwhile.
pub(crate) fn bypass(last: &LastLate, dry: bool) -> String {
    let heard = if dry { "its input is heard without it" } else { "nothing is heard of it" };
    format!("{}: {heard} until it is in time again", lateness(last))
}

/// Late too often for direct mode.
pub(crate) fn fallback(last: &LastLate) -> String {
    format!(
        "direct mode is given up, and pipelined mode goes on with its delay: of 100 blocks three weren't back when half \
         of their time had passed; at last {}",
        lateness(last)
    )
}

/// A program has been silent for a third of the time limit.
pub(crate) fn waits_for_first_word(limit_ms: u64) -> String {
    format!(
        "the program has said nothing for {}, and is waited for: {LATE_START}. It is given up after {}",
        time(limit_ms / 3),
        time(limit_ms)
    )
}

/// A program was silent for so long that it is given up.
pub(crate) fn no_first_word(limit_ms: u64) -> String {
    format!(
        "the program said nothing in {}. {LATE_START}: then try Restart in the companion's menu. If it does so each time, \
         its main isn't `wavecraft_dev_audio::run!`",
        time(limit_ms)
    )
}

fn time(ms: u64) -> String {
    if ms.is_multiple_of(1000) { format!("{} s", ms / 1000) } else { format!("{ms} ms") }
}

/// The measured lateness of the last late block. A block that isn't answered yet was at least that late by then.
fn lateness(last: &LastLate) -> String {
    let block = milliseconds(last.block_ns);
    match (last.begun, last.busy_ns, last.wake_ns) {
        (true, 0, _) => format!(
            "the processor is too slow (a block of {block} wasn't done after {})",
            milliseconds(last.waited_ns)
        ),
        (true, busy, _) => {
            format!("the processor is too slow (a block of {block} took it {})", milliseconds(busy))
        }
        (false, _, 0) => format!(
            "the system didn't run the processor in time (a block of {block} still waited for it after {})",
            milliseconds(last.waited_ns)
        ),
        (false, _, wake) => format!(
            "the system didn't run the processor in time (a block of {block} waited for it for {})",
            milliseconds(wake)
        ),
    }
}

/// Rounded to a tenth of a millisecond, with integers only.
fn milliseconds(nanoseconds: u64) -> String {
    let tenths = nanoseconds.saturating_add(50_000) / 100_000;
    format!("{}.{} ms", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: LastLate = LastLate {
        begun: true,
        waited_ns: 5_400_000,
        wake_ns: 40_000,
        busy_ns: 8_000_000,
        block_ns: 5_333_333,
    };

    #[test]
    fn a_silent_program_is_not_blamed_before_the_system() {
        assert!(waits_for_first_word(30_000).starts_with("the program has said nothing for 10 s, and"));
        let told = no_first_word(30_000);
        assert!(told.starts_with("the program said nothing in 30 s. "), "{told}");
        assert!(told.find(LATE_START) < told.find("its main"), "{told}");
        assert!(no_first_word(300).contains("in 300 ms"));
    }

    #[test]
    fn the_measured_times_are_told() {
        let told = bypass(&LATE, true);
        assert!(told.contains("too slow (a block of 5.3 ms took it 8.0 ms): its input"), "{told}");
        let told = bypass(&LastLate { busy_ns: 0, ..LATE }, false);
        assert!(told.contains("wasn't done after 5.4 ms): nothing"), "{told}");
        let told = fallback(&LastLate { begun: false, ..LATE });
        assert!(
            told.contains("the system didn't run") && told.ends_with("waited for it for 0.0 ms)"),
            "{told}"
        );
        let told = fallback(&LastLate { begun: false, wake_ns: 0, ..LATE });
        assert!(told.ends_with("still waited for it after 5.4 ms)"), "{told}");
    }
}
