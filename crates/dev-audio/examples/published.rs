//! A processor of the published `wavecraft-processors`, for tests of `wavecraft check`: the one that the folder is named after, in which
//! it is started.

use std::alloc::System;
use std::env;
use std::process::ExitCode;

use wavecraft_dev_audio::{DevAudio, WatchedAllocator};
use wavecraft_processors::{GainDsp, PassthroughDsp, SaturatorDsp, TestToneProcessor, UnifiedFilterDsp};

/// As `run!` installs it.
#[global_allocator]
static ALLOCATOR: WatchedAllocator<System> = WatchedAllocator::new(System);

fn chain() -> DevAudio {
    let folder = env::current_dir().unwrap_or_default();
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let empty = DevAudio::new("published");
    match &*name {
        "gain" => empty.processor("Gain", GainDsp::default),
        "saturator" => empty.processor("Saturator", SaturatorDsp::default),
        "filter" => empty.processor("Filter", UnifiedFilterDsp::default),
        "tone" => empty.processor("Tone", TestToneProcessor::default),
        _ => empty.processor("Passthrough", PassthroughDsp::default),
    }
}

fn main() -> ExitCode {
    chain().again(chain).run()
}
