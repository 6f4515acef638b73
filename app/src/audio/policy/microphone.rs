//! Which microphone may be opened, and whether it would hear its own output.

use wavecraft_audio_core::{DeviceId, DeviceInfo, Transport};

/// The microphone that is opened once a source asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Microphone {
    /// Its id; none is the system's default.
    pub id: Option<DeviceId>,
    /// It is never opened, whatever asks for it.
    pub kept_closed: bool,
    /// What the user has to know while a source uses it.
    pub notice: Option<String>,
    /// It is next to the loudspeaker: what it hears would come back to it, louder and louder.
    pub hears_output: bool,
}

impl Microphone {
    /// The default microphone. It is opened by its own id if that is known: then the sound server can't move the stream
    /// to another by itself.
    ///
    /// Recording from a Bluetooth headset switches it, with everything that plays there, from music quality to call
    /// quality. So it isn't used unless the user chose it: another input takes its place, a built-in one first.
    pub(super) fn default_of(inputs: &[DeviceInfo]) -> Self {
        let default = inputs.iter().find(|device| device.is_default);
        let Some(headset) = default.filter(|device| is_bluetooth(device)) else {
            return Self { id: default.map(|device| device.id.clone()), ..Self::default() };
        };
        let built_in = |device: &&DeviceInfo| device.transport == Some(Transport::BuiltIn);
        let other =
            inputs.iter().find(built_in).or_else(|| inputs.iter().find(|device| !is_bluetooth(device)));
        let DeviceInfo { id, name, .. } = headset;
        let why = format!(
            "recording from \"{name}\", the system's default input, would drop the headphones to call quality"
        );
        let all_the_same = format!("`wavecraft devices --input {id}` uses it all the same");
        let notice = match other {
            Some(other) => format!("{why}: using \"{}\" instead; {all_the_same}", other.name),
            None => format!(
                "{why}, and there is no other: the microphone stays closed, and its source is silent; {all_the_same}"
            ),
        };
        Self {
            id: other.map(|other| other.id.clone()),
            kept_closed: other.is_none(),
            notice: Some(notice),
            hears_output: false,
        }
    }
}

/// Whether an input hears an output: both are part of the computer, and the output is a loudspeaker. Headphones in the
/// computer's socket don't count.
pub(super) fn hears(input: Option<&DeviceInfo>, output: Option<&DeviceInfo>) -> bool {
    let built_in = |device: &DeviceInfo| device.transport == Some(Transport::BuiltIn);
    input.is_some_and(built_in) && output.is_some_and(|output| built_in(output) && output.is_loudspeaker)
}

fn is_bluetooth(device: &DeviceInfo) -> bool {
    device.transport == Some(Transport::Bluetooth)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(id: &str, transport: Option<Transport>) -> DeviceInfo {
        DeviceInfo { id: DeviceId(id.into()), name: format!("The {id}"), transport, ..DeviceInfo::default() }
    }

    /// The first is the system's default.
    fn default_of(mut inputs: Vec<DeviceInfo>) -> Microphone {
        if let Some(first) = inputs.first_mut() {
            first.is_default = true;
        }
        Microphone::default_of(&inputs)
    }

    #[test]
    fn a_default_that_isnt_bluetooth_is_taken_by_its_id() {
        let microphone = default_of(vec![input("usb", Some(Transport::Usb)), input("any", None)]);
        let expected = Microphone { id: Some(DeviceId("usb".into())), ..Microphone::default() };
        assert_eq!(microphone, expected);
        assert_eq!(default_of(vec![]), Microphone::default());
        assert_eq!(Microphone::default_of(&[input("usb", None)]), Microphone::default(), "nobody's default");
    }

    #[test]
    fn a_built_in_input_takes_a_headsets_place_before_any_other() {
        let headset = || input("headset", Some(Transport::Bluetooth));
        let another = || input("earbuds", Some(Transport::Bluetooth));
        let usb = || input("usb", Some(Transport::Usb));
        for (inputs, taken) in [
            (vec![headset(), usb(), input("lid", Some(Transport::BuiltIn))], "lid"),
            (vec![headset(), another(), usb()], "usb"),
            (vec![headset(), input("unknown", None)], "unknown"),
        ] {
            let microphone = default_of(inputs);
            assert_eq!(microphone.id, Some(DeviceId(taken.into())));
            assert!(!microphone.kept_closed);
            let notice = microphone.notice.expect("it is told");
            assert!(notice.contains(&format!("using \"The {taken}\" instead")), "{notice}");
            assert!(
                notice.contains("call quality") && notice.contains("devices --input headset"),
                "{notice}"
            );
        }
    }

    #[test]
    fn with_nothing_but_headsets_the_microphone_stays_closed() {
        let headsets = ["headset", "earbuds"].map(|id| input(id, Some(Transport::Bluetooth)));
        let microphone = default_of(headsets.into());
        assert!(microphone.kept_closed && microphone.id.is_none());
        let notice = microphone.notice.expect("it is told");
        assert!(notice.contains("stays closed") && notice.contains("devices --input headset"), "{notice}");
    }

    #[test]
    fn only_a_built_in_loudspeaker_is_heard_by_a_built_in_microphone() {
        let lid = input("lid", Some(Transport::BuiltIn));
        let speaker = |transport, is_loudspeaker| DeviceInfo { is_loudspeaker, ..input("out", transport) };
        let built_in = speaker(Some(Transport::BuiltIn), true);
        assert!(hears(Some(&lid), Some(&built_in)));
        assert!(!hears(Some(&lid), Some(&speaker(Some(Transport::BuiltIn), false))), "headphones");
        assert!(!hears(Some(&lid), Some(&speaker(Some(Transport::Usb), true))));
        assert!(!hears(Some(&input("usb", Some(Transport::Usb))), Some(&built_in)));
        assert!(!hears(None, Some(&built_in)) && !hears(Some(&lid), None));
    }
}
