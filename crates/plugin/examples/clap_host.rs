//! A host for the tests, on `clack-host`: tells what a CLAP plugin is, and processes samples with it.
//!
//! Standard input is a [`Job`] as JSON; standard output is what was [told](Told).
#![expect(unsafe_code, reason = "a plugin is loaded")]

#[path = "clap_host/odd.rs"]
mod odd;

use std::{collections::VecDeque, error::Error, ffi::CStr, fs, io};

use clack_extensions::{
    latency::PluginLatency,
    params::{ParamInfoBuffer, ParamInfoFlags, PluginParams},
    state::PluginState,
};
use clack_host::{
    events::{
        EventFlags,
        event_types::{ParamValueEvent, TransportEvent, TransportFlags},
    },
    prelude::*,
    utils::{BeatTime, SecondsTime},
};
use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Deserialize)]
struct Job {
    /// The library.
    plugin: String,
    /// In Hz.
    rate: f64,
    /// The lengths of blocks in frames, again and again.
    blocks: Vec<usize>,
    /// A file of 32-bit floats, two channels, frame by frame; the answer is written over it.
    samples: String,
    /// Values at frames, in the order of the frames.
    #[serde(default)]
    events: VecDeque<Value>,
    /// In beats per minute: the host plays.
    tempo: Option<f64>,
    /// Also does what hosts seldom do: see [`odd`].
    odd: Option<odd::Lacks>,
}

#[derive(Clone, Deserialize)]
struct Value {
    frame: usize,
    id: u32,
    value: f64,
}

/// What the plugin tells of itself.
#[derive(Serialize)]
struct Told {
    id: String,
    name: String,
    vendor: String,
    version: String,
    latency_frames: u32,
    parameters: Vec<Parameter>,
    /// The bytes of its state, after the samples were processed.
    state_bytes: usize,
    /// The values that another instance has after it was given that state, in the order of the parameters.
    restored: Vec<f64>,
    /// The odd ways that were tried.
    odd: Vec<&'static str>,
}

#[derive(Serialize)]
struct Parameter {
    id: u32,
    name: String,
    group: String,
    least: f64,
    greatest: f64,
    default: f64,
    stepped: bool,
    /// At five places of the range, from its beginning to its end.
    texts: Vec<String>,
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

fn main() -> Result<(), Box<dyn Error>> {
    let job: Job = serde_json::from_reader(io::stdin())?;
    // SAFETY: loading runs the plugin's own code, which is what this program is for.
    let entry = unsafe { PluginEntry::load(&job.plugin) }?;
    let factory = entry.get_plugin_factory().ok_or("no factory")?;
    let about = factory.plugin_descriptors().next().ok_or("no plugin")?;
    let id = about.id().ok_or("no id")?;
    let info = HostInfo::new("Test Host", "Wavecraft", "https://example.com", "1")?;
    let instance = || PluginInstance::<Host>::new(|_| Shared, |_| (), &entry, id, &info);
    let mut plugin = instance()?;
    let config = PluginAudioConfiguration {
        sample_rate: job.rate,
        min_frames_count: 1,
        max_frames_count: u32::try_from(job.blocks.iter().copied().max().ok_or("no blocks")?)?,
    };
    let parameters = parameters(&mut plugin);
    let processor = plugin.activate(|_, ()| (), config)?;
    let latency: Option<PluginLatency> = plugin.plugin_handle().get_extension();
    let latency_frames = latency.map_or(0, |latency| latency.get(&plugin.plugin_handle()));
    let mut processor = processor.start_processing().map_err(|_| "it doesn't start")?;
    let given = samples(&job)?;
    run(&mut processor, &job)?;
    plugin.deactivate(processor.stop_processing());
    let state: PluginState = plugin.plugin_handle().get_extension().ok_or("no state")?;
    let mut bytes = Vec::new();
    state.save(&plugin.plugin_handle(), &mut bytes)?;
    let mut other = instance()?;
    let state: PluginState = other.plugin_handle().get_extension().ok_or("no state")?;
    state.load(&other.plugin_handle(), &mut bytes.as_slice())?;
    let odd = match &job.odd {
        Some(lacks) => {
            let samples = given.as_slice();
            let values = job.events.iter().filter(|event| event.frame == 0).cloned().collect();
            odd::Odd { instance: &instance, samples, values, parameters: &parameters, lacks }.all()?
        }
        None => Vec::new(),
    };
    let told = Told {
        odd,
        id: text(Some(id)),
        name: text(about.name()),
        vendor: text(about.vendor()),
        version: text(about.version()),
        latency_frames,
        state_bytes: bytes.len(),
        restored: values(&mut other, &parameters)?,
        parameters,
    };
    println!("{}", serde_json::to_string(&told)?);
    Ok(())
}

fn text(text: Option<&CStr>) -> String {
    text.unwrap_or_default().to_string_lossy().into_owned()
}

fn parameters(plugin: &mut PluginInstance<Host>) -> Vec<Parameter> {
    let handle = plugin.plugin_handle();
    let Some(params) = handle.get_extension::<PluginParams>() else { return Vec::new() };
    let mut all = Vec::new();
    for index in 0..params.count(&handle) {
        let mut buffer = ParamInfoBuffer::new();
        let Some(info) = params.get_info(&handle, index, &mut buffer) else { continue };
        let span = info.max_value - info.min_value;
        let text_at = |part: f64| {
            let mut text = [0; 256];
            let value = info.min_value + part * span;
            let text = params.value_to_text(&handle, info.id, value, &mut text);
            String::from_utf8_lossy(text.map_or(&[][..], |text| text)).into_owned()
        };
        all.push(Parameter {
            id: info.id.get(),
            name: String::from_utf8_lossy(info.name).into_owned(),
            group: String::from_utf8_lossy(info.module).into_owned(),
            least: info.min_value,
            greatest: info.max_value,
            default: info.default_value,
            stepped: info.flags.contains(ParamInfoFlags::IS_STEPPED),
            texts: [0.0, 0.2, 0.6, 0.8, 1.0].map(text_at).into(),
        });
    }
    all
}

fn values(plugin: &mut PluginInstance<Host>, of: &[Parameter]) -> Result<Vec<f64>, Box<dyn Error>> {
    let handle = plugin.plugin_handle();
    let params: PluginParams = handle.get_extension().ok_or("no parameters")?;
    let value = |id: u32| params.get_value(&handle, ClapId::from_raw(id)?);
    of.iter().map(|parameter| value(parameter.id).ok_or_else(|| "no value".into())).collect()
}

fn samples(job: &Job) -> Result<Vec<f32>, Box<dyn Error>> {
    let bytes = fs::read(&job.samples)?;
    let words = bytes.chunks_exact(4);
    Ok(words.map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect())
}

fn run(processor: &mut StartedPluginAudioProcessor<Host>, job: &Job) -> Result<(), Box<dyn Error>> {
    let mut samples = samples(job)?;
    let mut ahead = job.events.clone();
    let mut blocks = job.blocks.iter().copied().cycle();
    let mut ports = ports();
    let (frames, mut at) = (samples.len() / 2, 0);
    while at < frames {
        let length = blocks.next().unwrap_or(1).clamp(1, frames - at);
        let part = &mut samples[2 * at..2 * (at + length)];
        let mut told = Vec::new();
        while let Some(event) = ahead.pop_front_if(|event| event.frame < at + length) {
            told.push(Value { frame: event.frame.saturating_sub(at), ..event });
        }
        let transport = job.tempo.map(|tempo| time(tempo, at, job.rate));
        block(processor, &mut ports, part, &told, transport.as_ref())?;
        at += length;
    }
    fs::write(&job.samples, samples.iter().flat_map(|sample| sample.to_le_bytes()).collect::<Vec<u8>>())?;
    Ok(())
}

/// A host's ports, for the input and for the output.
type Ports = (AudioPorts, AudioPorts);

fn ports() -> Ports {
    (AudioPorts::with_capacity(2, 1), AudioPorts::with_capacity(2, 1))
}

/// Has a block processed, over its samples, frame by frame, with these values at frames of the block.
fn block(
    processor: &mut StartedPluginAudioProcessor<Host>,
    (inputs, outputs): &mut Ports,
    samples: &mut [f32],
    told: &[Value],
    transport: Option<&TransportEvent>,
) -> Result<(), Box<dyn Error>> {
    let mut sent = [0, 1].map(|side| samples.chunks_exact(2).map(|frame| frame[side]).collect::<Vec<f32>>());
    let mut back = sent.clone().map(|channel| vec![f32::NAN; channel.len()]);
    let mut events = EventBuffer::new();
    for value in told {
        let id = ClapId::from_raw(value.id).ok_or("no id")?;
        events.push(&ParamValueEvent::new(u32::try_from(value.frame)?, id, Pckn::match_all(), value.value));
    }
    processor.process(
        &inputs.with_input_buffers([AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_input_only(sent.iter_mut().map(InputChannel::variable)),
        }]),
        &mut outputs.with_output_buffers([AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_output_only(back.iter_mut().map(Vec::as_mut_slice)),
        }]),
        &InputEvents::from_buffer(&events),
        &mut OutputEvents::void(),
        None,
        transport,
    )?;
    for (frame, (left, right)) in samples.chunks_exact_mut(2).zip(back[0].iter().zip(&back[1])) {
        frame.copy_from_slice(&[*left, *right]);
    }
    Ok(())
}

/// The host plays, and is at frame `at`.
#[expect(clippy::cast_precision_loss, reason = "a test's samples are a few seconds")]
fn time(tempo: f64, at: usize, rate: f64) -> TransportEvent {
    let seconds = at as f64 / rate;
    TransportEvent {
        header: EventHeader::new_core(0, EventFlags::empty()),
        flags: TransportFlags::HAS_TEMPO
            | TransportFlags::HAS_BEATS_TIMELINE
            | TransportFlags::HAS_SECONDS_TIMELINE
            | TransportFlags::IS_PLAYING,
        song_pos_beats: BeatTime::from_float(seconds * tempo / 60.0),
        song_pos_seconds: SecondsTime::from_float(seconds),
        tempo,
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
