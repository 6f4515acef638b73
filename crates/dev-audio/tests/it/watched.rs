//! A child that is watched, and the places that it tells.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use addr2line::Loader;
use wavecraft_companion_protocol::child::{FromChild, ToChild};
use wavecraft_companion_protocol::realtime::{
    Act, ChildPlace, Frame, MAX_FRAMES, MAX_PLACES, WATCH_VARIABLE, Watch, Watching,
};
use wavecraft_ring::{Geometry, create};

use crate::companion::{Companion, SAMPLE_RATE};

/// A kind of violation, and a line of the fixture's source.
pub(crate) type Line = (&'static str, u32);

/// A watched child, after its `Start`.
pub(crate) struct Watched {
    pub(crate) companion: Companion,
    pub(crate) watching: Watching,
    /// The file that the fixture's code is in, and what the child calls it.
    program: PathBuf,
    module: String,
    source: PathBuf,
    /// The newest of each number.
    places: BTreeMap<u32, ChildPlace>,
    elsewhere: u64,
}

impl Watched {
    /// Starts a program whose processor's code is in `program`, which the child calls `module`.
    pub(crate) fn start(command: &mut Command, program: PathBuf, module: String, source: PathBuf) -> Self {
        let segment = create(Geometry::new(4096, 2, 2).unwrap(), 1).unwrap();
        let mut companion = Companion::with(segment, command.env(WATCH_VARIABLE, "1"));
        companion.greet();
        let Some(FromChild::Watching(watching)) = companion.prepare(SAMPLE_RATE) else {
            panic!("it says first what it watches")
        };
        assert_eq!(companion.hear(), Some(FromChild::Ready));
        companion.say(&ToChild::Start);
        Self { companion, watching, program, module, source, places: BTreeMap::new(), elsewhere: 0 }
    }

    /// Whether what can be watched on this system is: memory everywhere, system calls on Linux with x86-64.
    pub(crate) fn watches_calls(&self) -> bool {
        assert_eq!(self.watching.memory, Watch::On);
        match &self.watching.system_calls {
            Watch::On => true,
            Watch::Off(reason) => {
                let possible = cfg!(all(not(target_vendor = "apple"), target_arch = "x86_64"));
                assert!(!possible, "{reason}");
                assert!(!reason.is_empty());
                false
            }
        }
    }

    /// Sends blocks of 64 stereo frames, one after the other.
    pub(crate) fn blocks(&mut self, count: usize) {
        for _ in 0..count {
            self.companion.exchange(&[&[0.5; 64], &[0.25; 64]]);
        }
    }

    /// Takes what the child says next.
    fn take(&mut self, message: FromChild) -> bool {
        let FromChild::Violations { places, elsewhere, last } = message else { panic!("{message:?}") };
        for place in places {
            assert!(usize::try_from(place.number).unwrap() < MAX_PLACES && place.frames.len() <= MAX_FRAMES);
            assert!(place.blocks > 0 && place.blocks <= place.count, "{place:?}");
            if let Some(before) = self.places.insert(place.number, place.clone()) {
                assert_eq!(
                    (&before.frames, before.act),
                    (&place.frames, place.act),
                    "a number is a place's name"
                );
                assert!(before.count < place.count);
            }
        }
        assert!(elsewhere >= self.elsewhere);
        self.elsewhere = elsewhere;
        last
    }

    /// Waits for news of a place, without a stop.
    pub(crate) fn hear_of_a_place(&mut self) {
        while self.places.is_empty() {
            let message = self.companion.hear().expect("it goes on");
            assert!(!self.take(message), "nobody told it to stop");
        }
    }

    /// Stops it, and takes everything that it has to tell.
    pub(crate) fn stop(&mut self) {
        self.companion.say(&ToChild::Stop);
        loop {
            let message = self.companion.hear().expect("a stop is answered");
            if self.take(message) {
                return;
            }
        }
    }

    /// How much was done at places that there was no room for.
    pub(crate) fn elsewhere(&self) -> u64 {
        self.elsewhere
    }

    /// The lines of the fixture at which something was done, with the number of times and of blocks: of the places that one
    /// line has, those of the most frequent.
    pub(crate) fn lines(&self) -> BTreeMap<Line, (u64, u64)> {
        let mut lines = BTreeMap::new();
        for place in self.places.values() {
            let line = self.line(&place.frames).unwrap_or_else(|| panic!("{:#?}", self.told(place)));
            let counts: &mut (u64, u64) = lines.entry((kind(place.act), line)).or_default();
            *counts = (*counts).max((place.count, place.blocks));
        }
        lines
    }

    /// The numbers of the system calls that were made.
    pub(crate) fn calls(&self) -> BTreeSet<i64> {
        let number = |place: &ChildPlace| match place.act {
            Act::SystemCall { number } => Some(number),
            _ => None,
        };
        self.places.values().filter_map(number).collect()
    }

    /// The number of places.
    pub(crate) fn count(&self) -> usize {
        self.places.len()
    }

    /// The innermost line of the fixture's own source in a stack.
    pub(crate) fn line(&self, frames: &[Frame]) -> Option<u32> {
        let loader = Loader::new(&self.program).unwrap();
        // The compiler may name it from another folder on.
        let mut parts = self.source.iter().rev().map(|part| part.to_str().unwrap());
        let (file, folder) = (parts.next().unwrap(), parts.next().unwrap());
        let ends = format!("{folder}/{file}");
        frames.iter().filter(|frame| frame.module == self.module).find_map(|frame| {
            let mut inlined = loader.find_frames(frame.address).unwrap();
            while let Some(frame) = inlined.next().unwrap() {
                // The compiler's own function for `run!`'s allocator has the place of `run!`.
                let is_of_allocator = frame
                    .function
                    .is_some_and(|function| function.raw_name().is_ok_and(|name| name.contains("__rust_")));
                if let Some(place) = frame.location
                    && !is_of_allocator
                    && place.file.is_some_and(|file| file.ends_with(&ends))
                {
                    return place.line;
                }
            }
            None
        })
    }

    /// A place with the names of its functions, for a test that fails.
    fn told(&self, place: &ChildPlace) -> Vec<String> {
        let loader = Loader::new(&self.program).unwrap();
        let name = |frame: &Frame| {
            let symbol = loader.find_symbol(frame.address).unwrap_or("?");
            format!("{} {:#x} {symbol}", frame.module, frame.address)
        };
        let mut told = vec![format!("{:?}", place.act)];
        told.extend(place.frames.iter().map(name));
        told
    }

    /// The line of the fixture's source that ends in this comment.
    pub(crate) fn marked(&self, name: &str) -> u32 {
        let text = std::fs::read_to_string(&self.source).unwrap();
        let mark = format!(" // {name}");
        let mut found =
            (1..).zip(text.lines()).filter(|(_, line)| line.ends_with(&mark)).map(|(number, _)| number);
        let line = found.next().unwrap_or_else(|| panic!("{name} is marked"));
        assert_eq!(found.next(), None, "{name} is marked once");
        line
    }
}

/// The kind of an act, in a word.
pub(crate) fn kind(act: Act) -> &'static str {
    match act {
        Act::Allocation { .. } => "allocation",
        Act::Free => "free",
        Act::SystemCall { .. } => "call",
    }
}
