use std::ptr::{null, null_mut};

use assert_no_alloc::assert_no_alloc;
use clack_extensions::params::PluginParams;
use clack_host::events::EventFlags;
use clack_host::events::event_types::{ParamValueEvent, TransportEvent, TransportFlags};
use clack_host::prelude::*;
use clack_host::utils::{BeatTime, SecondsTime};
use clap_sys::events::{clap_event_transport, clap_input_events};
use clap_sys::process::CLAP_PROCESS_CONTINUE;
use wavecraft::{ParamRange, ParamSpec, Processor, ProcessorParams, Transport};
use wavecraft_dev_audio::DevAudio;

use super::*;
use crate::about::About;
use crate::{Library, entry};

/// Adds its level, and the position in frames ÷ 1,000 while it plays.
#[derive(Default)]
struct Adds;

#[derive(Default)]
struct AddsParams(f32);

impl ProcessorParams for AddsParams {
    fn param_specs() -> &'static [ParamSpec] {
        static SPECS: [ParamSpec; 1] = [ParamSpec {
            name: "level",
            id_suffix: "level",
            range: ParamRange::Linear { min: 0.0, max: 4.0 },
            default: 1.0,
            unit: "",
            group: None,
        }];
        &SPECS
    }

    fn from_param_defaults() -> Self {
        Self(1.0)
    }

    fn apply_plain_values(&mut self, values: &[f32]) {
        self.0 = values.first().copied().unwrap_or(0.0);
    }
}

impl Processor for Adds {
    type Params = AddsParams;

    fn process(&mut self, block: &mut [&mut [f32]], time: &Transport, params: &AddsParams) {
        let position = u16::try_from(time.pos_samples).map_or(0.0, f32::from) / 1000.0;
        for channel in block {
            for sample in channel.iter_mut() {
                *sample += params.0 + if time.playing { position } else { 0.0 };
            }
        }
    }
}

struct Demo;

impl Export for Demo {
    const ABOUT: About = About { id: "com.example.adds", ..About::new("Adds", "1.0.0") };

    fn chain() -> DevAudio {
        DevAudio::new("Adds").processor("Adds", Adds::default)
    }

    fn library() -> &'static Library {
        static LIBRARY: Library = Library::new("[]");
        &LIBRARY
    }
}

struct Shared;

impl SharedHandler<'_> for Shared {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {}
}

struct Host;

impl HostHandlers for Host {
    type Shared<'a> = Shared;
    type MainThread<'a> = ();
    type AudioProcessor<'a> = ();
}

/// A plugin that a host has started.
struct Started {
    plugin: PluginInstance<Host>,
    _processor: StartedPluginAudioProcessor<Host>,
}

/// The most frames of a block.
const FRAMES: usize = 8;

impl Started {
    fn new() -> Self {
        static ENTRY: nice_plug::wrapper::clap::clap_plugin_entry = entry::<Demo>();
        // SAFETY: it is the entry of this very program, which stays loaded.
        let entry = unsafe { PluginEntry::load_from_raw(&ENTRY, c"/nowhere") }.unwrap();
        let info = HostInfo::new("Test", "Test", "https://example.com", "1").unwrap();
        let mut plugin =
            PluginInstance::<Host>::new(|_| Shared, |_| (), &entry, c"com.example.adds", &info).unwrap();
        let config =
            PluginAudioConfiguration { sample_rate: 48_000.0, min_frames_count: 1, max_frames_count: 8 };
        let processor = plugin.activate(|_, ()| (), config).unwrap().start_processing().ok().unwrap();
        Self { plugin, _processor: processor }
    }

    /// The number of the level.
    fn level(&mut self) -> ClapId {
        let handle = self.plugin.plugin_handle();
        let params: PluginParams = handle.get_extension().unwrap();
        let mut buffer = clack_extensions::params::ParamInfoBuffer::new();
        (0..params.count(&handle))
            .find_map(|index| {
                let info = params.get_info(&handle, index, &mut buffer)?;
                (info.name == b"level").then_some(info.id)
            })
            .unwrap()
    }

    /// A block as this host hands it over. Nothing is allocated meanwhile.
    fn process(&self, block: &clap_process) -> clap_process_status {
        assert_no_alloc(|| self.process_badly(block))
    }

    /// The same of one that gives nice-plug a reason to complain: it does so in a debug build, and allocates.
    fn process_badly(&self, block: &clap_process) -> clap_process_status {
        let plugin = self.plugin.raw_instance();
        let process = plugin.process.unwrap();
        // SAFETY: the plugin is started, and the test's memory lives.
        unsafe { process(plugin, block) }
    }
}

/// A port with channels of 32-bit samples.
fn port(channels: &mut [*mut f32]) -> clap_audio_buffer {
    clap_audio_buffer {
        data32: channels.as_mut_ptr(),
        data64: null_mut(),
        channel_count: u32::try_from(channels.len()).unwrap(),
        latency: 0,
        constant_mask: 0,
    }
}

fn block(
    frames: usize,
    input: Option<&clap_audio_buffer>,
    output: Option<&mut clap_audio_buffer>,
) -> clap_process {
    clap_process {
        steady_time: -1,
        frames_count: u32::try_from(frames).unwrap(),
        transport: null(),
        audio_inputs_count: u32::from(input.is_some()),
        audio_inputs: input.map_or(null(), |input| &raw const *input),
        audio_outputs_count: u32::from(output.is_some()),
        audio_outputs: output.map_or(null_mut(), |output| &raw mut *output),
        in_events: null(),
        out_events: null(),
    }
}

#[test]
fn a_host_without_input_hears_what_the_processor_makes_of_silence() {
    let started = Started::new();
    let no_memory = clap_audio_buffer { data32: null_mut(), ..port(&mut [null_mut(); 2]) };
    let mut nowhere = [null_mut(); 2];
    for input in [None, Some(&no_memory), Some(&port(&mut nowhere))] {
        // What was left there by the block before.
        let (mut left, mut right) = ([0.7_f32; FRAMES], [0.7_f32; FRAMES]);
        let mut channels = [left.as_mut_ptr(), right.as_mut_ptr()];
        let mut output = port(&mut channels);
        assert_eq!(started.process(&block(FRAMES, input, Some(&mut output))), CLAP_PROCESS_CONTINUE);
        assert_eq!([left, right], [[1.0; FRAMES]; 2]);
    }
}

#[test]
fn one_memory_for_input_and_output_is_as_good_as_two() {
    let started = Started::new();
    let (mut left, mut right) = ([0.5_f32; FRAMES], [0.25_f32; FRAMES]);
    let (mut made_left, mut made_right) = ([9.0_f32; FRAMES], [9.0_f32; FRAMES]);
    let mut sent = [left.as_mut_ptr(), right.as_mut_ptr()];
    let mut back = [made_left.as_mut_ptr(), made_right.as_mut_ptr()];
    let input = port(&mut sent);
    started.process(&block(FRAMES, Some(&input), Some(&mut port(&mut back))));
    assert_eq!([made_left, made_right], [[1.5; FRAMES], [1.25; FRAMES]]);
    started.process(&block(FRAMES, Some(&input), Some(&mut port(&mut sent))));
    assert_eq!([left, right], [made_left, made_right]);
}

#[test]
fn a_host_that_gives_less_than_is_asked_for_loses_that_and_nothing_else() {
    let started = Started::new();
    let (mut left, mut right) = ([0.5_f32; FRAMES], [0.25_f32; FRAMES]);
    let mut sent = [left.as_mut_ptr(), right.as_mut_ptr()];
    let mut made = [9.0_f32; FRAMES];
    // A single channel for the output: there is no place to write the other to.
    let mut back = [made.as_mut_ptr()];
    started.process_badly(&block(FRAMES, Some(&port(&mut sent)), Some(&mut port(&mut back))));
    // A single channel of input: the other one is silence.
    let (mut made_left, mut made_right) = ([9.0_f32; FRAMES], [9.0_f32; FRAMES]);
    let mut back = [made_left.as_mut_ptr(), made_right.as_mut_ptr()];
    started.process_badly(&block(FRAMES, Some(&port(&mut sent[..1])), Some(&mut port(&mut back))));
    assert_eq!([made_left, made_right], [[1.5; FRAMES], [1.0; FRAMES]]);
    // Samples of 64 bits, which the plugin doesn't offer; and nothing at all.
    let mut doubles = [[9.0_f64; FRAMES]; 2];
    let mut back = doubles.each_mut().map(|channel| channel.as_mut_ptr());
    let mut output =
        clap_audio_buffer { data32: null_mut(), data64: back.as_mut_ptr(), ..port(&mut [null_mut(); 2]) };
    started.process_badly(&block(FRAMES, Some(&port(&mut sent)), Some(&mut output)));
    started.process_badly(&block(FRAMES, Some(&port(&mut sent)), None));
    started.process_badly(&block(FRAMES, None, None));
    assert_eq!(doubles, [[9.0; FRAMES]; 2]);
}

/// The host plays, and is at this frame.
fn at(frame: f64) -> TransportEvent {
    let seconds = frame / 48_000.0;
    TransportEvent {
        header: EventHeader::new_core(0, EventFlags::empty()),
        flags: TransportFlags::HAS_TEMPO | TransportFlags::HAS_SECONDS_TIMELINE | TransportFlags::IS_PLAYING,
        song_pos_beats: BeatTime::from_float(0.0),
        song_pos_seconds: SecondsTime::from_float(seconds),
        tempo: 120.0,
        tempo_inc: 0.0,
        loop_start_beats: BeatTime::from_float(0.0),
        loop_end_beats: BeatTime::from_float(0.0),
        loop_start_seconds: SecondsTime::from_float(0.0),
        loop_end_seconds: SecondsTime::from_float(0.0),
        bar_start: BeatTime::from_float(0.0),
        bar_number: 0,
        time_signature_numerator: 4,
        time_signature_denominator: 4,
    }
}

#[test]
fn automation_and_the_hosts_time_reach_the_frame_that_they_are_for_and_a_block_of_no_frames_takes_events() {
    let mut started = Started::new();
    let level = started.level();
    let (mut left, mut right) = ([0.0_f32; FRAMES], [0.0_f32; FRAMES]);
    let mut sent = [left.as_mut_ptr(), right.as_mut_ptr()];
    let (mut made_left, mut made_right) = ([9.0_f32; FRAMES], [9.0_f32; FRAMES]);
    let mut back = [made_left.as_mut_ptr(), made_right.as_mut_ptr()];
    let (input, mut output) = (port(&mut sent), port(&mut back));
    // The positions of the control are 0.5 and 0.75 of 4.
    let mut events = EventBuffer::new();
    events.push(&ParamValueEvent::new(3, level, Pckn::match_all(), 0.5));
    let taken = InputEvents::from_buffer(&events);
    let asked: *const clap_input_events = taken.as_raw();
    let time = at(2000.0);
    let transport: *const clap_event_transport = time.as_raw();
    let first =
        clap_process { in_events: asked, transport, ..block(FRAMES, Some(&input), Some(&mut output)) };
    started.process(&first);
    // Before the change the block begins at frame 2,000 of the song, behind it at 2,003.
    let expected = [3.0, 3.0, 3.0, 4.003, 4.003, 4.003, 4.003, 4.003];
    assert!(
        made_left.iter().zip(expected).all(|(made, expected)| (made - expected).abs() < 1e-5),
        "{made_left:?}"
    );
    assert_eq!(made_left, made_right);

    let mut events = EventBuffer::new();
    events.push(&ParamValueEvent::new(0, level, Pckn::match_all(), 0.75));
    let taken = InputEvents::from_buffer(&events);
    let asked: *const clap_input_events = taken.as_raw();
    for (sent, back) in [(Some(&input), Some(&mut output)), (None, None)] {
        started.process_badly(&clap_process { in_events: asked, ..block(0, sent, back) });
    }
    assert_eq!(made_left[3..], [made_left[3]; 5], "nothing is written");
    started.process(&block(FRAMES, Some(&input), Some(&mut output)));
    assert_eq!(made_left, [3.0; FRAMES]);
}
