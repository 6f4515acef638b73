//! A plugin as a stage: what the Companion tells the chain, in the way in which a host tells it.
#![expect(
    unsafe_code,
    reason = "a plugin's instance says that it stays on its thread, and a stage may be sent"
)]

use std::ffi::CStr;

use clack_host::events::EventFlags;
use clack_host::events::event_types::{ParamValueEvent, TransportEvent, TransportFlags};
use clack_host::prelude::*;
use clack_host::utils::{BeatTime, SecondsTime};
use wavecraft::Transport;
use wavecraft_dev_audio::Stage;

use super::instance::{ANY_RATE, Instance, MOST_FRAMES};
use super::listed::Control;

/// The plugin for two channels and for one: a layout is chosen before a plugin starts, and the number of channels is known later.
pub(crate) struct Running {
    layouts: [Layout; 2],
    controls: Vec<Option<Control>>,
    /// What it is to have, from the next block on.
    values: Vec<f32>,
    rate: f64,
    events: EventBuffer,
    inputs: AudioPorts,
    outputs: AudioPorts,
    /// The input: hosts may have another place for it than for the output.
    room: [Vec<f32>; 2],
}

struct Layout {
    instance: Instance,
    /// What this instance was told.
    told: Vec<f32>,
}

// SAFETY: instances stay where they are made: `Running` is made, called and kept on one thread, as `Stage` says.
unsafe impl Send for Running {}

impl Running {
    /// # Errors
    /// An instance can't be made.
    pub(crate) fn make(
        entry: &PluginEntry,
        id: &CStr,
        controls: Vec<Option<Control>>,
    ) -> Result<Self, String> {
        let layout = |channels| {
            let mut instance = Instance::new(entry, id)?;
            instance.choose(channels)?;
            // What no value equals: all of them are told.
            Ok::<_, String>(Layout { instance, told: vec![f32::NAN; controls.len()] })
        };
        Ok(Self {
            layouts: [layout(1)?, layout(2)?],
            values: vec![f32::NAN; controls.len()],
            rate: ANY_RATE,
            events: EventBuffer::with_capacity(controls.len()),
            inputs: AudioPorts::with_capacity(2, 1),
            outputs: AudioPorts::with_capacity(2, 1),
            room: [(); 2].map(|()| vec![0.0; MOST_FRAMES]),
            controls,
        })
    }
}

impl Stage for Running {
    fn prepare(&mut self, sample_rate: f32) {
        self.rate = sample_rate.into();
        for Layout { instance, .. } in &mut self.layouts {
            if let Err(message) = instance.start(self.rate) {
                panic!("{message}");
            }
        }
    }

    fn reset(&mut self) {
        for Layout { instance, .. } in &mut self.layouts {
            if let Some(processor) = instance.processor() {
                processor.reset();
            }
        }
    }

    fn apply(&mut self, values: &[f32]) {
        for (own, value) in self.values.iter_mut().zip(values) {
            *own = *value;
        }
    }

    fn process(&mut self, block: &mut [&mut [f32]], transport: &Transport) {
        let Self { layouts, controls, values, rate, events, inputs, outputs, room } = self;
        let channels = block.len().min(layouts.len());
        let block = &mut block[..channels];
        let Some(frames) = block.first().map(|channel| channel.len().min(MOST_FRAMES)) else { return };
        let Layout { instance, told } = &mut layouts[channels - 1];
        let Some(processor) = instance.processor() else { return };
        events.clear();
        for ((control, value), told) in controls.iter().zip(values.iter()).zip(told) {
            if let Some(control) = control
                && value.is_finite()
                && value.to_bits() != told.to_bits()
            {
                events.push(&ParamValueEvent::new(0, control.id, Pckn::match_all(), control.value(*value)));
                *told = *value;
            }
        }
        for (own, channel) in room.iter_mut().zip(block.iter()) {
            own[..frames].copy_from_slice(&channel[..frames]);
        }
        let sent = room.iter_mut().take(channels).map(|own| InputChannel::variable(&mut own[..frames]));
        let back = block.iter_mut().map(|channel| &mut channel[..frames]);
        let processed = processor.process(
            &inputs.with_input_buffers([AudioPortBuffer {
                latency: 0,
                channels: AudioPortBufferType::f32_input_only(sent),
            }]),
            &mut outputs.with_output_buffers([AudioPortBuffer {
                latency: 0,
                channels: AudioPortBufferType::f32_output_only(back),
            }]),
            &InputEvents::from_buffer(events),
            &mut OutputEvents::void(),
            None,
            Some(&time(transport, *rate)),
        );
        if let Err(error) = processed {
            panic!("the plugin refuses a block of {frames} frames: {error}");
        }
    }
}

/// The Companion's time as a host tells it.
#[expect(clippy::cast_precision_loss, reason = "a position of 2^53 frames is thousands of years away")]
fn time(transport: &Transport, rate: f64) -> TransportEvent {
    let seconds = transport.pos_samples as f64 / rate;
    let tempo = transport.tempo.unwrap_or(0.0);
    let mut flags = TransportFlags::HAS_SECONDS_TIMELINE;
    if transport.tempo.is_some() {
        flags |= TransportFlags::HAS_TEMPO | TransportFlags::HAS_BEATS_TIMELINE;
    }
    if transport.playing {
        flags |= TransportFlags::IS_PLAYING;
    }
    TransportEvent {
        header: EventHeader::new_core(0, EventFlags::empty()),
        flags,
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
