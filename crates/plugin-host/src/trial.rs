//! `--try`: loads a project's plugin as hosts do, and has it process a while.

mod presets;
mod vst3;

use std::path::Path;

use wavecraft::Transport;
use wavecraft_companion_protocol::tried::Tried;
use wavecraft_dev_audio::Stage;

use crate::exported::{Exported, Running};
use crate::plugin;

/// The rates of the trial in Hz, and the frames of a block, of which there are so many.
const RATES: [f32; 3] = [44_100.0, 48_000.0, 96_000.0];
const FRAMES: usize = 512;
const BLOCKS: i64 = 16;

/// Tries the plugin in this library.
///
/// # Errors
/// A message for the user: what a host would stumble over.
pub(crate) fn of(path: &Path) -> Result<Tried, String> {
    let library = plugin::load(path)?;
    let exported = Exported::of(library, path).ok_or(
        "its library doesn't tell what its processors are: run `wavecraft update`, which brings a newer sdk/plugin",
    )??;
    let (parameters, controls) = exported.controls()?;
    let vst3 = vst3::class(library)?;
    if vst3.name != exported.name {
        return Err(format!("VST3 hosts are told the name {}, and CLAP hosts {}", vst3.name, exported.name));
    }
    let mut running = Running::make(exported.entry, &exported.id, controls)?;
    let defaults: Vec<f32> = parameters.iter().map(|parameter| parameter.default).collect();
    for rate in RATES {
        running.prepare(rate);
        for channels in [1, 2] {
            running.apply(&defaults);
            play(&mut running, channels).map_err(|what| format!("at {rate} Hz {what}"))?;
        }
    }
    let presets = presets::all(exported.entry, &exported.id)?;
    let Exported { id, name, vendor, version, hello, .. } = exported;
    let id = id.to_string_lossy().into_owned();
    Ok(Tried { id, name, vendor, version, vst3_class: vst3.class, hello, presets })
}

/// Blocks of silence and of noise by turns, while the host plays.
fn play(running: &mut Running, channels: usize) -> Result<(), String> {
    let mut seed = 1_u32;
    for block in 0..BLOCKS {
        let mut samples = [[0.0_f32; FRAMES]; 2];
        if block % 2 == 1 {
            for sample in samples.as_flattened_mut() {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let high = u16::try_from(seed >> 16).unwrap_or(0);
                *sample = 0.25 * (f32::from(high) / 32_767.5 - 1.0);
            }
        }
        let [left, right] = &mut samples;
        let pos_samples = block * i64::try_from(FRAMES).unwrap_or(0);
        let transport = Transport { tempo: Some(120.0), pos_samples, playing: true };
        running.process(&mut [&mut left[..], &mut right[..]][..channels], &transport);
        if samples.as_flattened().iter().any(|sample| !sample.is_finite()) {
            return Err("what leaves it is no number".to_owned());
        }
    }
    Ok(())
}
