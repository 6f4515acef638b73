//! What hosts do that isn't the usual: each way is compared with an instance that was treated the usual way.

use std::{error::Error, thread};

use clack_extensions::state::PluginState;
use clack_host::prelude::*;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{Host, Value, block, ports, values};

/// The frames of a block.
const BLOCK: usize = 256;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What an older state lacks: a parameter of these names.
#[derive(Deserialize)]
pub(crate) struct Lacks {
    /// The plugin's.
    key: String,
    /// The host's.
    id: u32,
}

/// A plugin, and how to make more of it.
pub(crate) struct Odd<'a> {
    pub(crate) instance: &'a dyn Fn() -> Result<PluginInstance<Host>, PluginInstanceError>,
    /// Stereo, frame by frame.
    pub(crate) samples: &'a [f32],
    /// Of parameters, from the first frame on. The last one is a level, that may be anything but its least.
    pub(crate) values: Vec<Value>,
    pub(crate) parameters: &'a [super::Parameter],
    pub(crate) lacks: &'a Lacks,
}

impl Odd<'_> {
    /// Tries all, and names them.
    pub(crate) fn all(&self) -> Outcome<Vec<&'static str>> {
        self.another_rate()?;
        self.another_thread()?;
        self.ten_at_once()?;
        self.older_state()?;
        self.damaged_states()?;
        Ok(vec!["another rate", "another thread", "ten at once", "an older state", "damaged states"])
    }

    /// A new instance that plays at 48 kHz unless told otherwise.
    fn usual(&self, rate: f64, values: &[Value]) -> Outcome<Vec<f32>> {
        let mut plugin = (self.instance)()?;
        let mut processor = start(&mut plugin, rate)?;
        let made = play(&mut processor, self.samples, values)?;
        plugin.deactivate(processor.stop_processing());
        Ok(made)
    }

    fn another_rate(&self) -> Outcome<()> {
        let mut plugin = (self.instance)()?;
        for (index, rate) in [44_100.0, 96_000.0, 48_000.0].into_iter().enumerate() {
            let mut processor = start(&mut plugin, rate)?;
            // The values stay when the rate changes.
            let told = if index == 0 { self.values.as_slice() } else { &[] };
            let made = play(&mut processor, self.samples, told)?;
            plugin.deactivate(processor.stop_processing());
            equal(&made, &self.usual(rate, &self.values)?, &format!("at {rate} Hz"))?;
        }
        Ok(())
    }

    /// The main thread asks for values meanwhile.
    fn another_thread(&self) -> Outcome<()> {
        let mut plugin = (self.instance)()?;
        let processor = start(&mut plugin, 48_000.0)?;
        let (told, samples) = (self.values.as_slice(), self.samples);
        let (made, processor) = thread::scope(|scope| {
            let playing = scope.spawn(move || {
                let mut processor = processor;
                let made = play(&mut processor, samples, told).map_err(|error| error.to_string());
                (made, processor)
            });
            while !playing.is_finished() {
                values(&mut plugin, self.parameters).expect("they can be read at any time");
            }
            playing.join().expect("it plays")
        });
        plugin.deactivate(processor.stop_processing());
        equal(&made?, &self.usual(48_000.0, told)?, "on another thread")
    }

    fn ten_at_once(&self) -> Outcome<()> {
        let sets: Vec<Vec<Value>> = (1..=10_u8).map(|number| self.louder(number)).collect();
        let mut plugins = sets.iter().map(|_| (self.instance)()).collect::<Result<Vec<_>, _>>()?;
        let mut processors =
            plugins.iter_mut().map(|plugin| start(plugin, 48_000.0)).collect::<Outcome<Vec<_>>>()?;
        let mut made = vec![Vec::new(); sets.len()];
        for (index, part) in self.samples.chunks(2 * BLOCK).enumerate() {
            for ((processor, set), made) in processors.iter_mut().zip(&sets).zip(&mut made) {
                let told = if index == 0 { set.as_slice() } else { &[] };
                made.extend(play(processor, part, told)?);
            }
        }
        for (plugin, processor) in plugins.iter_mut().zip(processors) {
            plugin.deactivate(processor.stop_processing());
        }
        for (set, made) in sets.iter().zip(&made) {
            equal(made, &self.usual(48_000.0, set)?, "beside nine others")?;
        }
        if made[0] == made[9] {
            return Err("two that are set otherwise sound alike".into());
        }
        Ok(())
    }

    /// The values, the last one a tenth of the way for each number.
    fn louder(&self, number: u8) -> Vec<Value> {
        let mut values = self.values.clone();
        if let Some(last) = values.last_mut() {
            last.value = f64::from(number) / 10.0;
        }
        values
    }

    /// An instance with the values, and its state.
    fn saved(&self) -> Outcome<(PluginInstance<Host>, Vec<u8>)> {
        let mut plugin = (self.instance)()?;
        let mut processor = start(&mut plugin, 48_000.0)?;
        play(&mut processor, &self.samples[..2 * BLOCK], &self.values)?;
        plugin.deactivate(processor.stop_processing());
        let state: PluginState = plugin.plugin_handle().get_extension().ok_or("no state")?;
        let mut bytes = Vec::new();
        state.save(&plugin.plugin_handle(), &mut bytes)?;
        Ok((plugin, bytes))
    }

    /// A version that didn't have one parameter, and had one that is gone.
    fn older_state(&self) -> Outcome<()> {
        let (mut plugin, bytes) = self.saved()?;
        let mut state: Json = serde_json::from_slice(bytes.get(8..).ok_or("a state has a length")?)?;
        let params = state.get_mut("params").and_then(Json::as_object_mut).ok_or("no values")?;
        params.remove(&self.lacks.key).ok_or("it isn't there")?;
        params.insert("gone_amount".into(), serde_json::json!({"f32": 0.5}));
        let (mut other, json) = ((self.instance)()?, state.to_string());
        load(&mut other, &with_length(json.as_bytes()))?;
        let (before, after) = (values(&mut plugin, self.parameters)?, values(&mut other, self.parameters)?);
        for ((parameter, before), after) in self.parameters.iter().zip(before).zip(after) {
            let expected = if parameter.id == self.lacks.id { parameter.default } else { before };
            if (after - expected).abs() > 1e-6 {
                return Err(format!("{} is {after}, not {expected}", parameter.name).into());
            }
        }
        Ok(())
    }

    /// A song that was cut off or written over: refused, and the values stay.
    fn damaged_states(&self) -> Outcome<()> {
        let (mut plugin, bytes) = self.saved()?;
        let before = values(&mut plugin, self.parameters)?;
        let endless = [&u64::MAX.to_le_bytes()[..], &bytes[8..]].concat();
        let damaged = [
            Vec::new(),
            bytes[..4].to_vec(),
            bytes[..8].to_vec(),
            bytes[..bytes.len() / 2].to_vec(),
            endless,
            with_length(b"no state"),
            with_length(b"{\"version\":\"1\",\"params\":5,\"fields\":{}}"),
            with_length(&[0xff; 300]),
        ];
        for bytes in &damaged {
            if load(&mut plugin, bytes).is_ok() {
                return Err(format!("a state of {} bytes is taken", bytes.len()).into());
            }
            if values(&mut plugin, self.parameters)? != before {
                return Err(format!("a state of {} bytes changed a value", bytes.len()).into());
            }
        }
        Ok(())
    }
}

/// nice-plug writes the length before the state.
fn with_length(json: &[u8]) -> Vec<u8> {
    [&(json.len() as u64).to_le_bytes()[..], json].concat()
}

fn load(plugin: &mut PluginInstance<Host>, bytes: &[u8]) -> Outcome<()> {
    let state: PluginState = plugin.plugin_handle().get_extension().ok_or("no state")?;
    Ok(state.load(&plugin.plugin_handle(), &mut &*bytes)?)
}

fn start(plugin: &mut PluginInstance<Host>, rate: f64) -> Outcome<StartedPluginAudioProcessor<Host>> {
    let most = u32::try_from(BLOCK)?;
    let config = PluginAudioConfiguration { sample_rate: rate, min_frames_count: 1, max_frames_count: most };
    plugin.activate(|_, ()| (), config)?.start_processing().map_err(|_| "it doesn't start".into())
}

/// Processes samples, with these values from the first on.
fn play(
    processor: &mut StartedPluginAudioProcessor<Host>,
    samples: &[f32],
    told: &[Value],
) -> Outcome<Vec<f32>> {
    let (mut made, mut ports) = (samples.to_vec(), ports());
    for (index, part) in made.chunks_mut(2 * BLOCK).enumerate() {
        block(processor, &mut ports, part, if index == 0 { told } else { &[] }, None)?;
    }
    Ok(made)
}

/// Bit by bit: nothing of a host's ways is heard.
fn equal(one: &[f32], other: &[f32], how: &str) -> Outcome<()> {
    let differs = one.iter().zip(other).position(|(one, other)| one.to_bits() != other.to_bits());
    match differs {
        Some(sample) => {
            Err(format!("{how} frame {} is {}, not {}", sample / 2, one[sample], other[sample]).into())
        }
        None if one.len() != other.len() || one.iter().all(|sample| sample.abs() < 0.01) => {
            Err(format!("{how} nothing is heard").into())
        }
        None => Ok(()),
    }
}
