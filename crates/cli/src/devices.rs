//! `wavecraft devices`: lists the audio devices that the companion can use, and chooses among them.

use crate::{
    companion,
    output::out,
    report::{audio, json_line},
};
use anyhow::bail;
use std::{str::FromStr, time::Duration};
use wavecraft_companion_protocol::{
    control::{Device, DeviceList, ListDevices, SelectDevices},
    settings::ChosenDevices,
};

/// How long listing and opening may take: it may have to wake a sound server.
pub(crate) const LISTING: Duration = Duration::from_secs(15);

/// Lists the devices; with options chooses first, for now and for later starts.
///
/// A chosen device is used whenever it is connected, and the system's default while it isn't. The system's own default
/// never changes.
#[derive(Debug, clap::Args)]
pub(crate) struct DevicesArgs {
    /// The input: an id of the list, a name that fits only one, or `default` for the system's
    #[arg(long, value_name = "ID")]
    input: Option<Choice<String>>,
    /// The output, in the same way
    #[arg(long, value_name = "ID")]
    output: Option<Choice<String>>,
    /// The rate in Hz, or `default` for what the device has
    #[arg(long, value_name = "HZ")]
    rate: Option<Choice<u32>>,
    /// Frames per callback, or `default`
    #[arg(long, value_name = "FRAMES")]
    buffer: Option<Choice<u32>>,
    /// The first of the two channels that are taken of an input with many, counted from 1
    #[arg(long, value_name = "CHANNEL")]
    input_channel: Option<Choice<u16>>,
    /// The first of the two channels that are played on of an output with many, counted from 1
    #[arg(long, value_name = "CHANNEL")]
    output_channel: Option<Choice<u16>>,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// A value, or `default`.
#[derive(Debug, Clone)]
struct Choice<T>(Option<T>);

impl<T: FromStr> FromStr for Choice<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        if text == "default" { Ok(Self(None)) } else { text.parse().map(|value| Self(Some(value))) }
    }
}

/// Chooses devices if asked to, and prints the list. If no companion is running, one is started for this and ended.
pub(crate) async fn run(args: DevicesArgs) -> anyhow::Result<()> {
    let list = companion::ask_once(async |connection| ask(connection, &args).await).await?;
    if args.json {
        out!("{}", json_line(&list));
        return Ok(());
    }
    table(&list).iter().for_each(|line| out!("{line}"));
    print_chosen(&list);
    print_in_use(&list);
    Ok(())
}

async fn ask(connection: &mut companion::Connection, args: &DevicesArgs) -> anyhow::Result<DeviceList> {
    let list = connection.call(&ListDevices {}, LISTING).await?;
    let select = SelectDevices {
        input: chosen_id("input", args.input.as_ref(), &list.inputs)?,
        output: chosen_id("output", args.output.as_ref(), &list.outputs)?,
        sample_rate: args.rate.as_ref().map(|choice| choice.0),
        buffer_size: args.buffer.as_ref().map(|choice| choice.0),
        input_channel: args.input_channel.as_ref().map(|choice| choice.0),
        output_channel: args.output_channel.as_ref().map(|choice| choice.0),
    };
    if select == SelectDevices::default() {
        return Ok(list);
    }
    Ok(connection.call(&select, LISTING).await?)
}

/// The id that the user means. A name without a match is left to the companion, which knows disconnected devices.
fn chosen_id(
    kind: &str,
    choice: Option<&Choice<String>>,
    devices: &[Device],
) -> anyhow::Result<Option<Option<String>>> {
    let Some(Choice(text)) = choice else { return Ok(None) };
    let Some(text) = text else { return Ok(Some(None)) };
    let id = fitting(kind, text, devices)?.map_or(text, |device| &device.id);
    Ok(Some(Some(id.clone())))
}

/// The device that the user means: by its id, or by a part of a name that matches only one device.
///
/// # Errors
/// If more than one matches.
pub(crate) fn fitting<'a>(
    kind: &str,
    text: &str,
    devices: &'a [Device],
) -> anyhow::Result<Option<&'a Device>> {
    if let Some(device) = devices.iter().find(|device| device.id == text) {
        return Ok(Some(device));
    }
    let fits = |device: &&Device| device.name.to_lowercase().contains(&text.to_lowercase());
    let fitting: Vec<&Device> = devices.iter().filter(fits).collect();
    match fitting.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        several => {
            let ids: Vec<&str> = several.iter().map(|device| device.id.as_str()).collect();
            bail!("`{text}` fits more than one {kind}: use one of the ids {}", ids.join(", "))
        }
    }
}

/// All devices, each with a line for the name and one for the rest.
pub(crate) fn table(list: &DeviceList) -> Vec<String> {
    let kinds =
        [("Inputs", &list.inputs, &list.chosen.input), ("Outputs", &list.outputs, &list.chosen.output)];
    let mut lines = Vec::new();
    for (title, devices, chosen) in kinds {
        lines.push(title.to_owned());
        if devices.is_empty() {
            lines.push("  none".to_owned());
        }
        lines.extend(devices.iter().flat_map(|device| both_lines(device, chosen.as_deref())));
    }
    lines
}

fn both_lines(device: &Device, chosen: Option<&str>) -> [String; 2] {
    let mark = if device.is_default { "*" } else { " " };
    let chosen = if chosen == Some(device.id.as_str()) { ", chosen" } else { "" };
    let default = if device.is_default { ", the system's default" } else { "" };
    [
        format!("  {mark} {}{default}{chosen}", device.name),
        format!("      {} · {}", device.id, details(device)),
    ]
}

fn details(device: &Device) -> String {
    let mut parts = Vec::from_iter(device.transport.clone());
    parts.push(if device.channels == 1 {
        "1 channel".into()
    } else {
        format!("{} channels", device.channels)
    });
    let others = device.sample_rates.iter().filter(|rate| **rate != device.sample_rate);
    let others = others.map(u32::to_string).collect::<Vec<_>>();
    parts.push(if others.is_empty() {
        format!("{} Hz", device.sample_rate)
    } else {
        format!("{} Hz (or {})", device.sample_rate, others.join(", "))
    });
    parts.extend(device.buffer_frames.map(|(least, most)| format!("{least} to {most} frames")));
    parts.join(" · ")
}

fn print_chosen(list: &DeviceList) {
    let ChosenDevices {
        input,
        input_name,
        output,
        output_name,
        sample_rate,
        buffer_size,
        input_channel,
        output_channel,
    } = &list.chosen;
    let device = |id: &Option<String>, name: &Option<String>, channel: &Option<u16>| {
        let device = match (id, name) {
            (None, _) => "the system's default".to_owned(),
            (Some(id), Some(name)) => format!("{name} ({id})"),
            (Some(id), None) => id.clone(),
        };
        let pair = channel.map(|first| format!(", channels {first} and {}", first.saturating_add(1)));
        format!("{device}{}", pair.unwrap_or_default())
    };
    out!("Chosen");
    out!("  Input     {}", device(input, input_name, input_channel));
    out!("  Output    {}", device(output, output_name, output_channel));
    out!("  Rate      {}", shown(sample_rate.as_ref(), "Hz", "the device's own"));
    out!("  Buffer    {}", shown(buffer_size.as_ref(), "frames", "the companion's own choice"));
    if let Some(notice) = &list.notice {
        out!("  {notice}");
    }
}

fn print_in_use(list: &DeviceList) {
    out!("In use");
    let Some(in_use) = &list.in_use else {
        out!("  nothing, because no project is running");
        return;
    };
    out!("  {}", audio(in_use));
    if let Some(notice) = in_use.notice.as_ref().filter(|notice| list.notice.as_ref() != Some(*notice)) {
        out!("  {notice}");
    }
}

fn shown(value: Option<&u32>, unit: &str, default: &str) -> String {
    value.map_or_else(|| default.into(), |value| format!("{value} {unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str, name: &str) -> Device {
        Device {
            id: id.into(),
            name: name.into(),
            channels: 2,
            sample_rate: 48_000,
            sample_rates: vec![],
            buffer_frames: None,
            transport: None,
            is_default: false,
        }
    }

    #[test]
    fn details_are_told_where_they_are_known() {
        let mut shown = device("a:1", "Microphone");
        assert_eq!(details(&shown), "2 channels · 48000 Hz");
        (shown.channels, shown.transport) = (1, Some("USB".into()));
        (shown.sample_rates, shown.buffer_frames) = (vec![44_100, 48_000], Some((16, 2048)));
        assert_eq!(details(&shown), "USB · 1 channel · 48000 Hz (or 44100) · 16 to 2048 frames");
    }

    #[test]
    fn a_device_is_meant_by_its_id_or_by_a_name_that_only_one_has() {
        let devices = [device("a:1", "Built-in Microphone"), device("a:2", "Desk Microphone")];
        let chosen = |text: &str| chosen_id("input", Some(&text.parse().unwrap()), &devices);
        assert_eq!(chosen("a:2").unwrap(), Some(Some("a:2".into())));
        assert_eq!(chosen("desk").unwrap(), Some(Some("a:2".into())));
        assert_eq!(chosen("default").unwrap(), Some(None));
        assert_eq!(chosen("a:9").unwrap(), Some(Some("a:9".into())), "it may be away");
        let told = chosen("microphone").unwrap_err().to_string();
        assert_eq!(told, "`microphone` fits more than one input: use one of the ids a:1, a:2");
        assert_eq!(chosen_id("input", None, &devices).unwrap(), None);
    }
}
