//! Cuts the messages of a child to what the companion passes on, where they come in.

use wavecraft_companion_protocol::{
    bounded::{LINE_BYTES, cut, cut_lines},
    child::FromChild,
    parameter::ParameterSpec,
    processor::keep_consistent,
    realtime::{Frame, MAX_FRAMES, MAX_PLACES, Watch, Watching},
};

/// The most lines of one message.
const MESSAGE_LINES: usize = 32;
/// The most lines and bytes of a backtrace: for a deep stack it is all that helps.
const BACKTRACE_LINES: usize = 256;
const BACKTRACE_BYTES: usize = 64 * 1024;
/// The most bytes of a name, a place, a version, and each of a parameter's texts.
const NAME_BYTES: usize = 512;
/// The most choices that one parameter may name.
const CHOICES: usize = 1024;
/// The most conditions that it may name.
const CONDITIONS: usize = 16;

/// One child's entrance. What is said once in a child's life is accepted once.
#[derive(Debug, Default)]
pub(super) struct MessageLimits {
    hello: bool,
    error: bool,
    panic: bool,
    watching: bool,
    conditions: bool,
}

impl MessageLimits {
    /// The message as it is accepted; `None` for one that is of no use any more.
    pub(super) fn take(&mut self, message: FromChild) -> Option<FromChild> {
        match message {
            // What was agreed stays.
            FromChild::Hello {
                abi,
                sdk_version,
                name,
                latency_frames,
                mut parameters,
                processors,
                mut chain,
            } => {
                parameters.iter_mut().for_each(shorten);
                keep_consistent(&mut parameters, &mut chain);
                chain.iter_mut().for_each(|processor| processor.name = name_of(&processor.name));
                once(&mut self.hello).then(|| FromChild::Hello {
                    abi,
                    sdk_version: name_of(&sdk_version),
                    name: name_of(&name),
                    latency_frames,
                    parameters,
                    processors,
                    chain,
                })
            }
            FromChild::Ready => Some(FromChild::Ready),
            // After either it ends.
            FromChild::Error { message } => {
                once(&mut self.error).then(|| FromChild::Error { message: words(&message) })
            }
            FromChild::Panic { message, location, backtrace, mut frames } => {
                keep_frames(&mut frames);
                once(&mut self.panic).then(|| FromChild::Panic {
                    message: words(&message),
                    location: location.as_deref().map(name_of),
                    backtrace: cut_lines(&backtrace, BACKTRACE_BYTES, BACKTRACE_LINES).into_owned(),
                    frames,
                })
            }
            FromChild::Watching(Watching { memory, system_calls }) => once(&mut self.watching).then(|| {
                let [memory, system_calls] = [memory, system_calls].map(|watch| match watch {
                    Watch::On => Watch::On,
                    Watch::Off(reason) => Watch::Off(words(&reason)),
                });
                FromChild::Watching(Watching { memory, system_calls })
            }),
            FromChild::Violations { mut places, elsewhere, last } => {
                places.retain(|place| usize::try_from(place.number).is_ok_and(|number| number < MAX_PLACES));
                places.truncate(MAX_PLACES);
                places.iter_mut().for_each(|place| keep_frames(&mut place.frames));
                Some(FromChild::Violations { places, elsewhere, last })
            }
            FromChild::Conditions { mut met } => {
                met.truncate(CONDITIONS);
                once(&mut self.conditions).then_some(FromChild::Conditions { met })
            }
            FromChild::Log { message } => Some(FromChild::Log { message: words(&message) }),
        }
    }
}

fn once(before: &mut bool) -> bool {
    !std::mem::replace(before, true)
}

fn words(text: &str) -> String {
    cut_lines(text, LINE_BYTES, MESSAGE_LINES).into_owned()
}

fn name_of(text: &str) -> String {
    cut(text, NAME_BYTES).into_owned()
}

/// Modules are compared with the names of known files: one that is too long is none of them.
fn keep_frames(frames: &mut Vec<Frame>) {
    frames.truncate(MAX_FRAMES);
    frames.iter_mut().for_each(|frame| frame.module = name_of(&frame.module));
}

/// The id is checked elsewhere: shortening it would make it another parameter's.
fn shorten(parameter: &mut ParameterSpec) {
    let ParameterSpec { name, unit, group, variants, .. } = parameter;
    for text in [Some(name), unit.as_mut(), group.as_mut()].into_iter().flatten() {
        *text = name_of(text);
    }
    if let Some(choices) = variants {
        choices.truncate(CHOICES);
        choices.iter_mut().for_each(|choice| *choice = name_of(choice));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::{
        bounded::json_bytes,
        parameter::ParameterType,
        processor::ProcessorSpec,
        realtime::{Act, ChildPlace},
    };

    #[test]
    fn a_megabyte_of_newlines_is_a_few_lines() {
        let newlines = "\n".repeat(1 << 20);
        let mut limits = MessageLimits::default();
        let panic = || FromChild::Panic {
            message: newlines.clone(),
            location: Some(newlines.clone()),
            backtrace: newlines.clone(),
            frames: vec![Frame { module: newlines.clone(), address: 1 }; 1000],
        };
        let Some(FromChild::Panic { message, location, backtrace, frames }) = limits.take(panic()) else {
            panic!()
        };
        assert!(message.lines().count() <= MESSAGE_LINES + 1 && message.contains("more lines"));
        assert!(
            backtrace.lines().count() <= BACKTRACE_LINES + 1 && json_bytes(&backtrace) <= BACKTRACE_BYTES
        );
        assert!(location.is_some_and(|location| json_bytes(&location) <= NAME_BYTES));
        assert_eq!(frames.len(), MAX_FRAMES);
        assert!(frames.iter().all(|frame| json_bytes(&frame.module) <= NAME_BYTES));
        assert_eq!(limits.take(panic()), None, "a process panics once");
    }

    #[test]
    fn every_text_is_cut_and_says_so() {
        let long = "\u{1b}".repeat(900_000);
        let mut limits = MessageLimits::default();
        let error = || FromChild::Error { message: long.clone() };
        let Some(FromChild::Error { message }) = limits.take(error()) else { panic!() };
        assert!(json_bytes(&message) <= LINE_BYTES && message.contains("more bytes"), "{}", message.len());
        assert_eq!(limits.take(error()), None);
        let Some(FromChild::Log { message }) = limits.take(FromChild::Log { message: long.clone() }) else {
            panic!()
        };
        assert!(json_bytes(&message) <= LINE_BYTES);
    }

    #[test]
    fn of_violations_there_are_as_many_as_agreed() {
        let place = |number| ChildPlace {
            number,
            act: Act::Free,
            count: 1,
            blocks: 1,
            frames: vec![Frame { module: "x".repeat(10_000), address: 1 }; 100],
        };
        let places = (0..1000).chain([u32::MAX]).map(place).collect();
        let said = FromChild::Violations { places, elsewhere: 7, last: false };
        let Some(FromChild::Violations { places, elsewhere: 7, .. }) = MessageLimits::default().take(said)
        else {
            panic!()
        };
        assert_eq!(places.len(), MAX_PLACES);
        let frames = places.iter().flat_map(|place| &place.frames);
        assert_eq!(frames.clone().count(), MAX_PLACES * MAX_FRAMES);
        assert!(frames.into_iter().all(|frame| frame.module.len() <= NAME_BYTES));
        let watching = || {
            let off = || Watch::Off("x".repeat(100_000));
            FromChild::Watching(Watching { memory: off(), system_calls: off() })
        };
        let mut limits = MessageLimits::default();
        let Some(FromChild::Watching(Watching { memory: Watch::Off(why), .. })) = limits.take(watching())
        else {
            panic!()
        };
        assert!(why.len() <= LINE_BYTES);
        assert_eq!(limits.take(watching()), None);
    }

    #[test]
    fn of_parameters_the_texts_are_cut_and_the_rest_stays() {
        let long = "x".repeat(100_000);
        let spec = ParameterSpec {
            id: "gain".into(),
            name: long.clone(),
            kind: ParameterType::Enum,
            default: 0.0,
            min: 0.0,
            max: 1.0,
            step: None,
            skew: None,
            unit: Some(long.clone()),
            group: Some(long.clone()),
            variants: Some(vec![long.clone(); 2]),
            processor: Some(long.clone()),
        };
        let hello = || FromChild::Hello {
            abi: 1,
            sdk_version: long.clone(),
            name: long.clone(),
            latency_frames: 7,
            parameters: vec![spec.clone()],
            processors: Default::default(),
            chain: vec![
                ProcessorSpec { id: "amp".into(), name: long.clone(), bypass: Some(long.clone()) },
                ProcessorSpec { id: long.clone(), name: "x".into(), bypass: None },
            ],
        };
        let mut limits = MessageLimits::default();
        let Some(FromChild::Hello {
            abi: 1, latency_frames: 7, sdk_version, name, parameters, chain, ..
        }) = limits.take(hello())
        else {
            panic!()
        };
        let ParameterSpec { id, name: of, unit, group, variants, processor, .. } = &parameters[0];
        assert_eq!((id.as_str(), processor), ("gain", &None));
        let [ProcessorSpec { id, name: shown, bypass: None }] = &chain[..] else { panic!("{chain:?}") };
        assert_eq!(id, "amp");
        let texts = [Some(of), unit.as_ref(), group.as_ref()].into_iter().flatten();
        for text in texts.chain(variants.iter().flatten()).chain([&sdk_version, &name, shown]) {
            assert!(text.len() <= NAME_BYTES, "{}", text.len());
        }
        assert_eq!(limits.take(hello()), None, "a second hello is ignored");
    }
}
