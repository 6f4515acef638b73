//! The audio devices: what there is, and what was chosen.

use crate::{method::empty, session::AudioDevices, settings::ChosenDevices};
use serde::{Deserialize, Serialize};

empty! {
    /// List the system's audio devices.
    ListDevices
}

/// Result of [`ListDevices`] and [`SelectDevices`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DeviceList {
    /// Microphones and other inputs.
    pub inputs: Vec<Device>,
    /// Loudspeakers and other outputs.
    pub outputs: Vec<Device>,
    /// What was chosen, whether it is there or not.
    #[serde(default)]
    pub chosen: ChosenDevices,
    /// Why something else than that is used, or nothing, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// What is used for audio; absent while nothing is attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_use: Option<AudioDevices>,
}

/// Choose devices, rate and buffer, for now and for later: [`ChosenDevices`], of which an absent member leaves what was
/// chosen before, and a null one goes back to the default. The rate is in Hz, the buffer in frames.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "see ChosenDevices")]
pub struct SelectDevices {
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub input: Option<Option<String>>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub output: Option<Option<String>>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<Option<u32>>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub buffer_size: Option<Option<u32>>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub input_channel: Option<Option<u16>>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub output_channel: Option<Option<u16>>,
}

/// Tells a member that is null from one that is absent.
fn given<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    value: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// One audio device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// What it is pinned by.
    pub id: String,
    /// What a person reads.
    pub name: String,
    /// How many channels it has.
    pub channels: u16,
    /// Its rate now, in Hz.
    pub sample_rate: u32,
    /// Usual rates that it offers, in Hz, ascending.
    #[serde(default)]
    pub sample_rates: Vec<u32>,
    /// The least and the most frames per callback, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buffer_frames: Option<(u32, u32)>,
    /// How it is connected ("USB", "Bluetooth"), where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    /// Is it the system's default?
    pub is_default: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_null_choice_is_another_than_none() {
        let set: SelectDevices =
            serde_json::from_str(r#"{"input":null,"output":"usb","buffer_size":64}"#).unwrap();
        let expected = SelectDevices {
            input: Some(None),
            output: Some(Some("usb".into())),
            buffer_size: Some(Some(64)),
            ..SelectDevices::default()
        };
        assert_eq!(set, expected);
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(serde_json::from_str::<SelectDevices>(&text).unwrap(), expected);
    }
}
