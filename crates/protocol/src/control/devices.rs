//! The audio devices: which ones exist, and which were chosen.

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
    /// The chosen devices, whether present or not.
    #[serde(default)]
    pub chosen: ChosenDevices,
    /// Why a different device or none is used, and what to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// The devices in use; absent while nothing is attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_use: Option<AudioDevices>,
}

/// Choose devices, rate and buffer size, now and for later. The members are those of [`ChosenDevices`]: an absent one
/// leaves the earlier choice, and a null one restores the default. The rate is in Hz, the buffer in frames.
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

/// Distinguishes a null member from an absent one.
fn given<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    value: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// One audio device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// The id that selects it.
    pub id: String,
    /// The display name.
    pub name: String,
    /// Its number of channels.
    pub channels: u16,
    /// Its current rate, in Hz.
    pub sample_rate: u32,
    /// The usual rates that it supports, in Hz, ascending.
    #[serde(default)]
    pub sample_rates: Vec<u32>,
    /// The minimum and maximum frames per callback, if it reports them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buffer_frames: Option<(u32, u32)>,
    /// How it is connected ("USB", "Bluetooth"), if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    /// Whether it is the system's default.
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
