//! `wavecraft devices`: the audio devices that the companion can use, and which it is to use.

use crate::{
    companion,
    report::{audio, json_line},
};
use anyhow::bail;
use std::{fmt::Display, str::FromStr, time::Duration};
use wavecraft_companion_protocol::{
    control::{DEVICES, Device, DeviceList, SELECT_DEVICES, SelectDevices},
    settings::ChosenDevices,
};

/// So long listing and opening may take: a sound server may be woken by it.
const LISTING: Duration = Duration::from_secs(15);

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

/// Chooses, if that was asked for, and prints what there is. Where no companion runs, one is started for it and ended.
pub(crate) async fn run(args: DevicesArgs) -> anyhow::Result<()> {
    let list = companion::ask_once(async |connection| ask(connection, &args).await).await?;
    if args.json {
        println!("{}", json_line(&list));
        return Ok(());
    }
    print("Inputs", &list.inputs, list.chosen.input.as_deref());
    print("Outputs", &list.outputs, list.chosen.output.as_deref());
    print_chosen(&list);
    Ok(())
}

async fn ask(connection: &mut companion::Connection, args: &DevicesArgs) -> anyhow::Result<DeviceList> {
    let list = connection.call::<DeviceList>(DEVICES, &serde_json::json!({}), LISTING).await?;
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
    Ok(connection.call::<DeviceList>(SELECT_DEVICES, &select, LISTING).await?)
}

/// The id that a person means: the id itself, or a part of a name that only one device has. What fits none is left to the
/// companion, which knows devices that are away.
fn chosen_id(
    kind: &str,
    choice: Option<&Choice<String>>,
    devices: &[Device],
) -> anyhow::Result<Option<Option<String>>> {
    let Some(Choice(text)) = choice else { return Ok(None) };
    let Some(text) = text else { return Ok(Some(None)) };
    if devices.iter().any(|device| device.id == *text) {
        return Ok(Some(Some(text.clone())));
    }
    let fits = |device: &&Device| device.name.to_lowercase().contains(&text.to_lowercase());
    let fitting: Vec<&Device> = devices.iter().filter(fits).collect();
    match fitting.as_slice() {
        [only] => Ok(Some(Some(only.id.clone()))),
        [] => Ok(Some(Some(text.clone()))),
        several => {
            let ids: Vec<&str> = several.iter().map(|device| device.id.as_str()).collect();
            bail!("`{text}` fits more than one {kind}: use one of the ids {}", ids.join(", "))
        }
    }
}

fn print(title: &str, devices: &[Device], chosen: Option<&str>) {
    println!("{title}");
    if devices.is_empty() {
        println!("  none");
    }
    for device in devices {
        let mut parts = vec![device.name.clone(), format!("{} channels", device.channels)];
        parts.push(match device.sample_rates.as_slice() {
            [] => format!("{} Hz", device.sample_rate),
            rates if rates.contains(&device.sample_rate) || device.sample_rate == 0 => {
                join(rates, " ") + " Hz"
            }
            rates => format!("{} Hz (of {})", device.sample_rate, join(rates, " ")),
        });
        parts.extend(device.buffer_frames.map(|(least, most)| format!("{least} to {most} frames")));
        parts.extend(device.transport.clone());
        parts.push(device.id.clone());
        let mark = if device.is_default { "*" } else { " " };
        let chosen = if chosen == Some(device.id.as_str()) { " (chosen)" } else { "" };
        println!("  {mark} {}{chosen}", parts.join(" · "));
    }
}

fn join(rates: &[u32], separator: &str) -> String {
    rates.iter().map(u32::to_string).collect::<Vec<_>>().join(separator)
}

fn print_chosen(list: &DeviceList) {
    let ChosenDevices { input, output, sample_rate, buffer_size, input_channel, output_channel } =
        &list.chosen;
    println!("Chosen");
    let device = |id: &Option<String>, channel: &Option<u16>, there: &[Device]| {
        let Some(id) = id else { return shown(None::<&str>, "") };
        let away = if there.iter().any(|device| device.id == *id) {
            ""
        } else {
            ", not connected: the default is used"
        };
        let pair = channel.map(|first| format!(", channels {first} and {}", first.saturating_add(1)));
        format!("{id}{}{away}", pair.unwrap_or_default())
    };
    println!("  Input     {}", device(input, input_channel, &list.inputs));
    println!("  Output    {}", device(output, output_channel, &list.outputs));
    println!("  Rate      {}", shown(sample_rate.as_ref(), " Hz"));
    println!("  Buffer    {}", shown(buffer_size.as_ref(), " frames"));
    if let Some(in_use) = &list.in_use {
        println!("In use");
        println!("  {}", audio(in_use));
    }
}

fn shown(value: Option<&(impl Display + ?Sized)>, unit: &str) -> String {
    value.map_or_else(|| "default".into(), |value| format!("{value}{unit}"))
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
