//! All tests: their names, why each matters, and what runs them.

use crate::{
    bench::{Bench, Stop},
    judge,
    rig::Trouble,
    verdict::Found,
};
use wavecraft_companion_protocol::parameter::is_refusal;

/// The test without which no other can be: it is asked first.
pub const STARTS: &str = "starts";

/// The test of what `process` must not do: its processor watches itself.
pub const REALTIME: &str = "realtime";
/// The test against a released set of parameters: [`compatible`](crate::compatible) is it.
pub const COMPATIBLE: &str = "compatible";

/// A test.
#[derive(Debug)]
pub struct Test {
    /// Its name, which stays.
    pub name: &'static str,
    /// Why it matters: a sentence.
    pub why: &'static str,
    /// Whether it takes times, so that nothing else should run meanwhile.
    pub alone: bool,
    judge: fn(&mut Bench<'_>) -> Result<Found, Stop>,
}

const fn test_of(
    name: &'static str,
    why: &'static str,
    judge: fn(&mut Bench<'_>) -> Result<Found, Stop>,
) -> Test {
    Test { name, why, alone: false, judge }
}

/// All, in the order in which they are told. `compatible` needs an older set of parameters, and is run by the caller.
pub static TESTS: &[Test] = &[
    test_of(STARTS, "A host loads it: if that fails, nobody hears anything.", judge::starts),
    test_of(
        "parameters",
        "Hosts, pages and presets believe what a parameter says of itself: its id, range, default, steps and names.",
        judge::parameters,
    ),
    test_of(
        COMPATIBLE,
        "Songs and presets of the released version name parameters and keep their values: neither may change its meaning.",
        |_| Ok(Found::skipped("nothing to compare with: name a released revision with --against")),
    ),
    test_of("deterministic", "A mix that is bounced twice must be the same twice.", judge::deterministic),
    test_of(
        "block-sizes",
        "Hosts choose the size of blocks and change it while they play: the sound must not depend on it.",
        judge::block_sizes,
    ),
    test_of(
        "finite",
        "One NaN or infinity silences a whole mix, and may hurt ears and loudspeakers.",
        judge::finite,
    ),
    test_of(
        "recovers",
        "A broken plugin before this one may send a NaN: this one must be heard again afterwards.",
        judge::recovers,
    ),
    Test {
        name: "denormals",
        why: "Numbers near zero are slow: a fading tail may cost many times what music does.",
        alone: true,
        judge: judge::denormals,
    },
    test_of(
        "parameter-ends",
        "Somebody turns every knob to its ends: what comes out must stay a number.",
        judge::parameter_ends,
    ),
    test_of(
        "parameter-random",
        "Automation moves everything at once, at every block: what comes out must stay a number.",
        judge::parameter_random,
    ),
    test_of(
        "parameter-clicks",
        "A knob that jumps must not click: automation and presets make every knob jump.",
        judge::parameter_clicks,
    ),
    test_of(
        "unused-parameters",
        "A knob that does nothing is a fault, or a promise not kept.",
        judge::unused_parameters,
    ),
    test_of("bypass", "Bypassed means: exactly the input, and no click on the way.", judge::bypass),
    test_of(
        "sample-rates",
        "Interfaces run at 8 to 384 kHz, and hosts render at other rates than they play.",
        judge::sample_rates,
    ),
    test_of(
        "rate-independence",
        "A project that is opened at another sample rate must sound the same: cutoffs are in Hz, times in seconds.",
        judge::rate_independence,
    ),
    test_of("mono", "Hosts put plugins on mono tracks.", judge::mono),
    test_of("channels", "What comes in on the left must not come out on the right.", judge::channels),
    test_of(
        "reset",
        "A host resets before it plays or renders: the first bar must be the same every time.",
        judge::reset,
    ),
    test_of(
        "instances",
        "A song has many instances in one process: none may hear what another does.",
        judge::instances,
    ),
    test_of(
        "latency",
        "Hosts delay other tracks by what is reported: one frame off, and parallel tracks comb.",
        judge::latency,
    ),
    test_of(
        "tail-ends",
        "A host stops calling a plugin whose tail has ended, and renders until it has.",
        judge::tail_ends,
    ),
    test_of("transport", "Hosts stop, loop and jump, and some tell no tempo.", judge::transport),
    test_of(
        "long-run",
        "Sessions last for hours: memory must not grow, and the level must not drift.",
        judge::long_run,
    ),
    test_of(
        REALTIME,
        "An allocation, a lock or a system call in `process` is a dropout on somebody's computer.",
        judge::realtime,
    ),
    Test {
        name: "cost",
        why: "What it costs is not there for anything else: small blocks are the hardest.",
        alone: true,
        judge: judge::cost,
    },
];

/// The test of that name.
#[must_use]
pub fn test(name: &str) -> Option<&'static Test> {
    TESTS.iter().find(|test| test.name == name)
}

/// Runs a test. Whatever the processor does, there is a verdict.
pub fn run(test: &Test, bench: &mut Bench<'_>) -> Found {
    (test.judge)(bench).unwrap_or_else(|Stop { trouble, place }| match trouble {
        Trouble::Crashed(words) => Found::fail(format!("it crashed: {words}")).with(place),
        Trouble::Hung(words) => Found::fail(format!("it hangs: {words}")).with(place),
        // Another test tells that.
        Trouble::NotStarted(words) if is_refusal(&words) => {
            Found::skipped("its parameters are refused: see `parameters`")
        }
        Trouble::NotStarted(words) => Found::fail(format!("it can't be started: {words}")).with(place),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_kebab_case_and_each_is_there_once() {
        let names: HashSet<&str> = TESTS.iter().map(|test| test.name).collect();
        assert_eq!(names.len(), TESTS.len());
        let is_plain = |name: &str| {
            name.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()))
        };
        for test in TESTS {
            assert!(is_plain(test.name), "{}", test.name);
            assert!(test.why.ends_with('.'), "{}", test.name);
        }
        assert_eq!(TESTS[0].name, STARTS);
    }
}
