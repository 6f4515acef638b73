//! The pickers of the input and the output.

use super::{
    facts::Facts,
    model::{Action, Entry},
};
use std::collections::BTreeSet;
use wavecraft_companion_protocol::control::{Device, SelectDevices};

/// The most channel pairs listed: a longer menu is no help; `wavecraft devices` accepts every channel.
const MOST_PAIRS: usize = 32;

/// One of the two pickers.
struct Picker<'a> {
    /// The prefix of its lines' keys.
    key: &'static str,
    label: &'static str,
    there: &'a [Device],
    chosen: Option<&'a String>,
    /// The chosen device's name when it was last there.
    chosen_name: Option<&'a String>,
    /// The first channel of the chosen pair.
    channel: Option<u16>,
    choose: fn(Option<String>) -> SelectDevices,
    choose_channel: fn(u16) -> SelectDevices,
}

pub(super) fn input(facts: &Facts) -> Entry {
    Picker {
        key: "input",
        label: "Input",
        there: &facts.inputs,
        chosen: facts.chosen.input.as_ref(),
        chosen_name: facts.chosen.input_name.as_ref(),
        channel: facts.chosen.input_channel,
        choose: |id| SelectDevices { input: Some(id), ..SelectDevices::default() },
        choose_channel: |first| SelectDevices {
            input_channel: Some(Some(first)),
            ..SelectDevices::default()
        },
    }
    .entry()
}

pub(super) fn output(facts: &Facts) -> Entry {
    Picker {
        key: "output",
        label: "Output",
        there: &facts.outputs,
        chosen: facts.chosen.output.as_ref(),
        chosen_name: facts.chosen.output_name.as_ref(),
        channel: facts.chosen.output_channel,
        choose: |id| SelectDevices { output: Some(id), ..SelectDevices::default() },
        choose_channel: |first| SelectDevices {
            output_channel: Some(Some(first)),
            ..SelectDevices::default()
        },
    }
    .entry()
}

/// The device in use: the chosen one if it is there, else the system's default.
pub(super) fn used<'a>(there: &'a [Device], chosen: Option<&String>) -> Option<&'a Device> {
    let chosen = there.iter().find(|device| Some(&device.id) == chosen);
    chosen.or_else(|| default(there))
}

fn default(there: &[Device]) -> Option<&Device> {
    there.iter().find(|device| device.is_default)
}

impl Picker<'_> {
    fn entry(&self) -> Entry {
        let key = |name: &str| format!("{}/{name}", self.key);
        let choose = |id| Action::SelectDevices((self.choose)(id));
        let default = match default(self.there) {
            Some(device) => format!("System Default ({})", device.name),
            None => "System Default".into(),
        };
        let mut entries = vec![Entry::check(key("default"), default, self.chosen.is_none(), choose(None))];
        entries.extend(self.there.iter().map(|device| {
            let on = self.chosen == Some(&device.id);
            let label = name_among(device, self.there);
            Entry::check(key(&format!("device/{}", device.id)), label, on, choose(Some(device.id.clone())))
        }));
        if let Some(id) = self.chosen
            && !self.there.iter().any(|device| device.id == *id)
        {
            let name = self.chosen_name.unwrap_or(id);
            entries.push(Entry::check(key("away"), format!("{name} (not connected)"), true, None));
        }
        if let Some(device) = used(self.there, self.chosen).filter(|device| device.channels > 2) {
            entries.push(Entry::separator(key("channels/line")));
            entries.push(self.channels(device));
        }
        entries.push(Entry::separator(key("look/line")));
        entries.push(Entry::button(key("look"), "Look for Devices Again", Action::LookForDevices));
        Entry::submenu(self.key, self.label, entries)
    }

    /// The channel pairs of a device with many channels.
    fn channels(&self, device: &Device) -> Entry {
        // A pair that doesn't exist is replaced by the first.
        let chosen = self.channel.filter(|first| *first < device.channels).unwrap_or(1);
        let mut firsts: BTreeSet<u16> = (1..device.channels).step_by(2).take(MOST_PAIRS).collect();
        firsts.insert(chosen);
        let pairs = firsts.into_iter().map(|first| {
            let action = Action::SelectDevices((self.choose_channel)(first));
            let label = format!("{first} and {}", first + 1);
            Entry::check(format!("{}/channels/{first}", self.key), label, first == chosen, action)
        });
        Entry::submenu(format!("{}/channels", self.key), "Channels", pairs.collect())
    }
}

/// A device's name; if another has the same name, with what distinguishes the two.
fn name_among(device: &Device, there: &[Device]) -> String {
    let namesakes = || there.iter().filter(|other| other.name == device.name && other.id != device.id);
    match &device.transport {
        _ if namesakes().next().is_none() => device.name.clone(),
        Some(transport) if namesakes().all(|other| other.transport.as_ref() != Some(transport)) => {
            format!("{} ({transport})", device.name)
        }
        _ => format!("{} ({})", device.name, device.id),
    }
}

#[cfg(test)]
mod tests;
