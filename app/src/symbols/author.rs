//! Chooses the author's own line in a stack.

use super::{
    names,
    owner::{Owner, owner, told},
    reader::Step,
};
use std::path::Path;
use wavecraft_companion_protocol::realtime::CodePlace;

/// What to do where no line is known.
const NO_LINES: &str = "this build has no line tables: build without `--profile`, or give its profile in Cargo.toml \
                        `debug = \"line-tables-only\"` and `strip = false`";

/// A frame of a stack, with what was inlined at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expanded {
    /// Of the program, innermost first. Empty if nothing is known of the address.
    Steps(Vec<Step>),
    /// Of the program that runs the author's library.
    Host,
    /// Of another file with this name.
    Other(String),
}

/// Where something was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Spot {
    /// The author's own line, or the innermost one that isn't the language's.
    pub place: Option<CodePlace>,
    /// What that line called.
    pub through: Option<String>,
    /// Why `place` isn't the author's own, or isn't known.
    pub why_no_place: Option<String>,
}

/// The author's place in a stack, innermost first.
pub(super) fn spot(frames: &[Expanded], folder: &Path) -> Spot {
    let steps: Vec<&Step> = frames.iter().flat_map(steps_of).collect();
    let owners: Vec<Owner> = steps.iter().map(|step| owner(step)).collect();
    let first = |wanted: Owner| {
        let mut all = steps.iter().zip(&owners);
        all.position(|(step, owner)| *owner == wanted && step.line.is_some())
    };
    if let Some(at) = first(Owner::Author) {
        return Spot {
            place: place(steps[at], folder),
            through: through(&steps[..at], &owners[..at]),
            why_no_place: None,
        };
    }
    if let Some(at) = first(Owner::Registry) {
        return Spot {
            place: place(steps[at], folder),
            through: through(&steps[..at], &owners[..at]),
            why_no_place: Some(
                "that line isn't the project's, and none of the project's is among its callers".into(),
            ),
        };
    }
    Spot { place: None, through: through(&steps, &owners), why_no_place: Some(why(frames, &steps)) }
}

fn steps_of(frame: &Expanded) -> &[Step] {
    match frame {
        Expanded::Steps(steps) => steps,
        Expanded::Host | Expanded::Other(_) => &[],
    }
}

fn place(step: &Step, folder: &Path) -> Option<CodePlace> {
    Some(CodePlace {
        function: step.function.as_deref().map(names::path).filter(|name| !name.is_empty()),
        file: told(step.file.as_deref()?, folder),
        line: step.line?,
    })
}

/// The outermost function that is neither the author's nor the SDK's, of those that the line called.
fn through(steps: &[&Step], owners: &[Owner]) -> Option<String> {
    let called =
        steps.iter().zip(owners).rev().find(|(_, owner)| matches!(owner, Owner::Std | Owner::Registry));
    names::called(called?.0)
}

fn why(frames: &[Expanded], steps: &[&Step]) -> String {
    if steps.iter().any(|step| step.line.is_some()) {
        return "no line of the project is among its callers".into();
    }
    let other = frames.iter().find_map(|frame| match frame {
        Expanded::Other(name) if !name.is_empty() => Some(name),
        _ => None,
    });
    let ours = frames.iter().any(|frame| matches!(frame, Expanded::Steps(_)));
    match (ours, other, frames.is_empty()) {
        (_, _, true) => "the program tells no stack of it".into(),
        (false, Some(name), _) => format!("it is in {name}, which isn't the project's program"),
        (false, None, _) => "it isn't in the project's program".into(),
        (true, ..) => match steps.iter().find_map(|step| step.function.as_deref()) {
            Some(name) => format!("in {}; {NO_LINES}", names::path(name)),
            None => NO_LINES.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VEC: &str = "/rustc/abc/library/alloc/src/vec/mod.rs";
    const FFT: &str = "/h/.cargo/registry/src/index.crates.io-1/rustfft-6.2.0/src/lib.rs";

    fn step(function: &str, file: &str, line: u32) -> Step {
        Step { function: Some(function.into()), file: Some(file.into()), line: Some(line) }
    }

    fn hook() -> Expanded {
        Expanded::Steps(vec![step("wavecraft_dev_audio::watch::note", "/p/sdk/dev-audio/src/watch.rs", 9)])
    }

    fn spot_of(frames: &[Expanded]) -> Spot {
        spot(frames, Path::new("/p/engine"))
    }

    #[test]
    fn the_authors_line_is_the_first_that_is_nobody_elses_inlined_or_not() {
        let stack = [
            hook(),
            Expanded::Steps(vec![
                step("alloc::raw_vec::RawVec<T,A>::grow_one", "/rustc/abc/library/alloc/src/raw_vec.rs", 3),
                step("alloc::vec::Vec<T,A>::push", VEC, 1000),
                step(
                    "<saturator::Saturator as wavecraft_dsp::Processor>::process",
                    "/p/engine/src/saturator.rs",
                    113,
                ),
            ]),
            Expanded::Steps(vec![step("chain::Chain::process", "/p/engine/src/chain.rs", 5)]),
        ];
        let Spot { place, through, why_no_place } = spot_of(&stack);
        let place = place.unwrap();
        assert_eq!((place.file.as_str(), place.line), ("src/saturator.rs", 113));
        assert_eq!(place.function.as_deref(), Some("saturator::Saturator::process"));
        assert_eq!((through.as_deref(), why_no_place), (Some("Vec::push"), None));
    }

    #[test]
    fn a_crates_line_is_told_as_such_where_no_author_called_it() {
        let stack = [
            hook(),
            Expanded::Steps(vec![
                step("alloc::vec::from_elem", VEC, 3),
                step("rustfft::Fft::process", FFT, 88),
            ]),
            Expanded::Steps(vec![step(
                "wavecraft_dev_audio::blocks::run",
                "/p/sdk/dev-audio/src/blocks.rs",
                4,
            )]),
        ];
        let spot = spot_of(&stack);
        assert_eq!(spot.place.unwrap().file, "rustfft-6.2.0/src/lib.rs");
        assert_eq!(spot.through.as_deref(), Some("vec::from_elem"));
        assert!(spot.why_no_place.unwrap().contains("isn't the project's"));
    }

    #[test]
    fn why_no_line_is_known_is_said_with_what_to_do() {
        let only_name = Step { function: Some("gain::Gain::process".into()), ..Step::default() };
        let spot = spot_of(&[Expanded::Steps(vec![only_name])]);
        let why = spot.why_no_place.unwrap();
        assert!(why.starts_with("in gain::Gain::process; ") && why.contains("line-tables-only"), "{why}");
        assert_eq!(spot_of(&[Expanded::Steps(vec![])]).why_no_place.as_deref(), Some(NO_LINES));
        assert!(
            spot_of(&[Expanded::Host, Expanded::Other("libc.so.6".into())])
                .why_no_place
                .unwrap()
                .contains("libc")
        );
        assert!(spot_of(&[Expanded::Host]).place.is_none());
        assert!(spot_of(&[hook()]).why_no_place.unwrap().contains("no line of the project"));
    }
}
