//! The pickers of the rate and of the buffer size.

use super::{
    devices::used,
    facts::Facts,
    model::{Action, Entry},
};
use crate::audio::USUAL_BUFFER_FRAMES;
use std::collections::BTreeSet;
use wavecraft_companion_protocol::control::{Device, SelectDevices};

/// The customary sizes, in frames.
const BUFFERS: [u32; 7] = [32, 64, 128, 256, 512, 1024, 2048];

pub(super) fn rate(facts: &Facts) -> Entry {
    let choose =
        |rate| Action::SelectDevices(SelectDevices { sample_rate: Some(rate), ..SelectDevices::default() });
    let (chosen, output) = (facts.chosen.sample_rate, output(facts));
    let own = match output.map(|output| output.sample_rate) {
        None | Some(0) => "Device's Own".into(),
        Some(rate) => format!("Device's Own ({})", khz(rate)),
    };
    let asked = facts.devices.as_ref().filter(|devices| devices.asked_sample_rate.is_some());
    let got = asked.map_or_else(String::new, |devices| format!(" · got {}", khz(devices.sample_rate)));
    let mut entries = vec![Entry::check("rate/own", own, chosen.is_none(), choose(None))];
    let offered = output.map(|output| output.sample_rates.iter().copied());
    entries.extend(with(chosen, offered.into_iter().flatten()).into_iter().map(|rate| {
        let on = chosen == Some(rate);
        let label = khz(rate) + if on { &got } else { "" };
        Entry::check(format!("rate/{rate}"), label, on, choose(Some(rate)))
    }));
    Entry::submenu("rate", "Sample Rate", entries)
}

pub(super) fn buffer(facts: &Facts) -> Entry {
    let choose = |frames| {
        Action::SelectDevices(SelectDevices { buffer_size: Some(frames), ..SelectDevices::default() })
    };
    let (chosen, output) = (facts.chosen.buffer_size, output(facts));
    let rate = match &facts.devices {
        Some(devices) => devices.sample_rate,
        None => facts.chosen.sample_rate.or(output.map(|output| output.sample_rate)).unwrap_or_default(),
    };
    let size = |frames: u32| match rate {
        0 => format!("{frames} frames"),
        rate => format!("{frames} frames · {:.1} ms", f64::from(frames) * 1000.0 / f64::from(rate)),
    };
    let asked = facts.devices.as_ref().filter(|devices| devices.asked_buffer_frames.is_some());
    let got = asked.map_or_else(String::new, |devices| format!(" · got {}", devices.buffer_frames));
    let usual = format!("Usual ({})", size(USUAL_BUFFER_FRAMES));
    let line = |key: String, label: String, on: bool, frames| {
        Entry::check(key, label + if on { &got } else { "" }, on, choose(frames))
    };
    let mut entries = vec![line("buffer/usual".into(), usual, chosen.is_none(), None)];
    let (least, most) = output.and_then(|output| output.buffer_frames).unwrap_or((0, u32::MAX));
    let taken = BUFFERS.into_iter().filter(|frames| (least..=most).contains(frames));
    entries.extend(
        with(chosen, taken).into_iter().map(|frames| {
            line(format!("buffer/{frames}"), size(frames), chosen == Some(frames), Some(frames))
        }),
    );
    Entry::submenu("buffer", "Buffer", entries)
}

/// "44.1 kHz".
pub(super) fn khz(rate: u32) -> String {
    let text = format!("{:.1}", f64::from(rate) / 1000.0);
    format!("{} kHz", text.trim_end_matches('0').trim_end_matches('.'))
}

fn output(facts: &Facts) -> Option<&Device> {
    used(&facts.outputs, facts.chosen.output.as_ref())
}

/// The offered values, plus the chosen one even if it isn't offered any more: the choice remains in force.
fn with(chosen: Option<u32>, offered: impl Iterator<Item = u32>) -> BTreeSet<u32> {
    offered.chain(chosen).collect()
}

#[cfg(test)]
mod tests;
