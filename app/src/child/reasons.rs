//! Why a processor isn't heard as it should be, in words, with the measured times.

use crate::platform::LATE_START;
use std::time::Duration;
use wavecraft_audio_core::LastLate;
use wavecraft_companion_protocol::{settings::Patience, words::sentence};
use wavecraft_ring::ABI_VERSION;

/// Late too often for direct mode.
pub(crate) fn fallback(last: &LastLate) -> String {
    format!(
        "Direct mode is given up: of 100 blocks three weren't back when half of their time had passed. {} Pipelined mode \
         goes on, with its delay.",
        lateness(last)
    )
}

/// No sign of life for a while.
pub(crate) fn no_answer(for_ms: u64, limit_ms: u64) -> String {
    format!("No answer for {} (endless loop?). It will be ended after {}.", time(for_ms), time(limit_ms))
}

/// No sign of life for so long that the child was ended.
pub(crate) fn ended_without_answer(limit_ms: u64) -> String {
    format!("no answer for {} (endless loop?), so it was ended", time(limit_ms))
}

/// It crashed, with these last words, and is started again.
pub(crate) fn starts_again(words: &str, pause: Duration) -> String {
    let pause = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
    format!("{} It starts again in {}.", sentence(words), time(pause))
}

/// It crashed too often, with these last words.
pub(crate) fn paused(words: &str, patience: &Patience) -> String {
    let within = time(patience.hold_within_ms);
    format!("{} It crashed {} times in {within}, so it is paused.", sentence(words), patience.hold_after)
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

/// It was built with an SDK whose segment has another version.
pub(crate) fn other_sdk(abi: u32) -> String {
    match abi < ABI_VERSION {
        true => format!(
            "the project's SDK is older than this companion: its segment has version {abi}, and this one is version \
             {ABI_VERSION}. Run `wavecraft update` in the project's folder"
        ),
        false => format!(
            "the project's SDK is newer than this companion: its segment has version {abi}, and this one is version \
             {ABI_VERSION}. Update the companion, then start again"
        ),
    }
}

/// The same for what an older SDK says by itself, which names nothing that a person could do. None for anything else.
pub(crate) fn older_sdk_said(message: &str) -> Option<String> {
    let (_, rest) = message
        .strip_prefix("the companion speaks version ")
        .filter(|rest| rest.contains("update the project's dependency wavecraft-dev-audio"))?
        .split_once("which speaks version ")?;
    let abi = rest.split(':').next()?.parse().ok().filter(|abi| *abi < ABI_VERSION)?;
    Some(other_sdk(abi))
}

fn time(ms: u64) -> String {
    if ms.is_multiple_of(1000) { format!("{} s", ms / 1000) } else { format!("{ms} ms") }
}

/// Why the last late block was late, as measured. A block that isn't answered yet was at least that late by then.
pub(crate) fn lateness(last: &LastLate) -> String {
    let block = milliseconds(last.block_ns);
    match (last.begun, last.busy_ns, last.wake_ns) {
        (true, 0, _) => {
            let waited = milliseconds(last.waited_ns);
            format!("Too slow: a block may take {block} ms, and wasn't done after {waited}.")
        }
        // It waited for longer than it worked: that is what made it late.
        (_, busy, wake) if wake > busy && busy < last.block_ns => format!(
            "The computer was too busy to run your processor: a block of {block} ms waited for it for {}.",
            milliseconds(wake)
        ),
        (true, busy, _) => {
            format!("Too slow: a block takes {} ms and may take {block}.", milliseconds(busy))
        }
        (false, _, 0) => format!(
            "The computer was too busy to run your processor: a block of {block} ms still waits for it after {}.",
            milliseconds(last.waited_ns)
        ),
        (false, _, wake) => format!(
            "The computer was too busy to run your processor: a block of {block} ms waited for it for {}.",
            milliseconds(wake)
        ),
    }
}

/// In ms, rounded to a tenth, with integers only.
fn milliseconds(nanoseconds: u64) -> String {
    let tenths = nanoseconds.saturating_add(50_000) / 100_000;
    format!("{}.{}", tenths / 10, tenths % 10)
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
        assert_eq!(lateness(&LATE), "Too slow: a block takes 8.0 ms and may take 5.3.");
        let told = lateness(&LastLate { busy_ns: 0, ..LATE });
        assert!(told.ends_with("a block may take 5.3 ms, and wasn't done after 5.4."), "{told}");
        let waited = LastLate { wake_ns: 6_000_000, busy_ns: 20_000, ..LATE };
        let told =
            "The computer was too busy to run your processor: a block of 5.3 ms waited for it for 6.0.";
        assert_eq!(lateness(&waited), told, "not its own 0.0 ms made it late");
        assert!(lateness(&LastLate { wake_ns: 9_000_000, ..LATE }).starts_with("Too slow"), "both were");
        let told = fallback(&LastLate { begun: false, ..LATE });
        assert!(told.contains("The computer was too busy") && told.contains("for it for 0.0. Pip"), "{told}");
        let told = fallback(&LastLate { begun: false, wake_ns: 0, ..LATE });
        assert!(told.contains("still waits for it after 5.4."), "{told}");
    }

    #[test]
    fn a_crash_is_told_in_sentences() {
        let told = starts_again("the processor panicked: oh no", Duration::from_millis(250));
        assert_eq!(told, "The processor panicked: oh no. It starts again in 250 ms.");
        let told = paused("it ended by SIGSEGV.", &Patience::default());
        assert_eq!(told, "It ended by SIGSEGV. It crashed 3 times in 30 s, so it is paused.");
        assert!(no_answer(250, 2000).contains("for 250 ms (endless loop?). It will be ended after 2 s."));
    }
}
