//! Which devices to use: the user's choice, compared with what exists. Only decides; nothing is opened here.

mod microphone;

pub(crate) use microphone::Microphone;

use wavecraft_audio_core::{DeviceId, DeviceInfo, DeviceList, StreamRequest};
use wavecraft_companion_protocol::settings::ChosenDevices;

/// The buffer size requested if the settings name none: 5.3 ms at 48 kHz, which ordinary machines manage. The sound
/// servers' own choice would be about four times that.
pub(crate) const USUAL_BUFFER_FRAMES: u32 = 256;

/// What to open, and what the user has to know about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Wanted {
    /// Doesn't contain a chosen device that is missing: the system's default replaces it.
    pub request: StreamRequest,
    /// What to know about the microphone. Its id is the request's.
    pub microphone: Microphone,
    /// The output's name, even if it is the system's default.
    pub output_name: Option<String>,
    /// Which output is missing.
    pub notice: Option<String>,
}

/// What to do about the difference between what is wanted and what is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing.
    Stay,
    /// Only the microphone differs.
    ChangeInput,
    /// The output must be reopened.
    Reopen,
}

/// The user's choice, as a request.
pub(crate) fn asked(chosen: &ChosenDevices) -> StreamRequest {
    let first = |channel: Option<u16>| channel.unwrap_or(1).saturating_sub(1);
    StreamRequest {
        input: chosen.input.clone().map(DeviceId),
        output: chosen.output.clone().map(DeviceId),
        sample_rate: chosen.sample_rate,
        buffer_frames: chosen.buffer_size.or(Some(USUAL_BUFFER_FRAMES)),
        input_first: first(chosen.input_channel),
        output_first: first(chosen.output_channel),
        ..StreamRequest::default()
    }
}

/// The same, adapted to the devices that exist.
pub(crate) fn wanted(chosen: &ChosenDevices, list: &DeviceList) -> Wanted {
    let mut request = asked(chosen);
    let mut notice = None;
    if let Some(id) = request.output.take_if(|id| device(&list.outputs, id).is_none()) {
        notice = Some(away("output", chosen.output_name.as_deref(), &id));
    }
    let mut microphone = match &request.input {
        None => Microphone::default_of(&list.inputs),
        Some(id) if device(&list.inputs, id).is_some() => {
            Microphone { id: Some(id.clone()), ..Microphone::default() }
        }
        Some(id) => {
            let default = Microphone::default_of(&list.inputs);
            let notices =
                [Some(away("input", chosen.input_name.as_deref(), id)), default.notice].into_iter().flatten();
            Microphone { notice: Some(notices.collect::<Vec<_>>().join("; ")), ..default }
        }
    };
    request.input.clone_from(&microphone.id);
    let input = microphone.id.as_ref().and_then(|id| device(&list.inputs, id));
    let output = match &request.output {
        Some(id) => device(&list.outputs, id),
        None => list.outputs.iter().find(|device| device.is_default),
    };
    microphone.hears_output = microphone::hears(input, output);
    let output_name = output.map(|output| output.name.clone());
    Wanted { request, microphone, output_name, notice }
}

fn device<'a>(there: &'a [DeviceInfo], id: &DeviceId) -> Option<&'a DeviceInfo> {
    there.iter().find(|device| device.id == *id)
}

fn away(kind: &str, name: Option<&str>, id: &DeviceId) -> String {
    let name = name.unwrap_or(&id.0);
    format!("the chosen {kind} \"{name}\" isn't connected: using the system's default until it is")
}

/// Keeps the chosen devices' names while they are there: once they are missing, nothing else knows the names.
pub(crate) fn keep_names(chosen: &mut ChosenDevices, list: &DeviceList) {
    for (id, name, there) in [
        (&chosen.output, &mut chosen.output_name, &list.outputs),
        (&chosen.input, &mut chosen.input_name, &list.inputs),
    ] {
        match there.iter().find(|device| Some(&device.id.0) == id.as_ref()) {
            Some(device) => *name = Some(device.name.clone()),
            None if id.is_none() => *name = None,
            None => {}
        }
    }
}

/// What the user is told while the virtual device stands in.
pub(crate) fn nothing_heard(because: &str) -> String {
    format!(
        "{because}. Until there is one the processor runs on a virtual device: meters and pages work, nothing is heard"
    )
}

/// Compares what is wanted with what is open. `stands_in`: the virtual device is in use because there was nothing else.
pub(crate) fn step(wanted: &StreamRequest, open: &StreamRequest, stands_in: bool, list: &DeviceList) -> Step {
    if stands_in {
        return if list.outputs.is_empty() { Step::Stay } else { Step::Reopen };
    }
    let input_aside =
        StreamRequest { input: open.input.clone(), input_first: open.input_first, ..wanted.clone() };
    if input_aside != *open {
        Step::Reopen
    } else if wanted != open {
        Step::ChangeInput
    } else {
        Step::Stay
    }
}

/// Finds a device by its id, for an answer to the user who chose it.
///
/// # Errors
/// It isn't there; the sentence names those that are.
pub(crate) fn find<'a>(kind: &str, id: &str, there: &'a [DeviceInfo]) -> Result<&'a DeviceInfo, String> {
    there.iter().find(|device| device.id.0 == id).ok_or_else(|| {
        let ids: Vec<&str> = there.iter().map(|device| device.id.0.as_str()).collect();
        let known =
            if ids.is_empty() { "there is none".into() } else { format!("there are {}", ids.join(", ")) };
        format!("there is no {kind} `{id}`: {known}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_audio_core::Transport;

    fn list(outputs: &[&str], inputs: &[&str]) -> DeviceList {
        let devices = |ids: &[&str]| {
            let device = |id: &&str| DeviceInfo {
                id: DeviceId((*id).into()),
                name: (*id).into(),
                ..DeviceInfo::default()
            };
            ids.iter().map(device).collect()
        };
        DeviceList { outputs: devices(outputs), inputs: devices(inputs) }
    }

    fn pinned() -> ChosenDevices {
        ChosenDevices { output: Some("desk".into()), input: Some("usb".into()), ..ChosenDevices::default() }
    }

    #[test]
    fn a_pinned_device_is_left_and_returned_to() {
        let both = list(&["laptop", "desk"], &["built-in", "usb"]);
        let there = wanted(&pinned(), &both);
        assert_eq!(there.output_name, Some(both.outputs[1].name.clone()));
        assert_eq!(
            (there.request.output.clone(), there.notice.clone()),
            (Some(DeviceId("desk".into())), None)
        );
        assert_eq!(step(&there.request, &there.request, false, &both), Step::Stay);

        let unplugged = list(&["laptop"], &["built-in", "usb"]);
        let away = wanted(&pinned(), &unplugged);
        assert_eq!(away.request.output, None);
        assert!(away.notice.as_ref().is_some_and(|notice| notice.contains("\"desk\" isn't connected")));
        let named = ChosenDevices { output_name: Some("Desk".into()), ..pinned() };
        let notice = wanted(&named, &unplugged).notice.unwrap();
        assert!(notice.contains("\"Desk\" isn't connected"), "{notice}");
        assert_eq!(step(&away.request, &there.request, false, &unplugged), Step::Reopen);
        assert_eq!(step(&there.request, &away.request, false, &both), Step::Reopen);
    }

    #[test]
    fn a_chosen_devices_name_outlasts_it() {
        let mut chosen = pinned();
        keep_names(&mut chosen, &list(&["desk"], &["built-in", "usb"]));
        let names = |chosen: &ChosenDevices| (chosen.output_name.clone(), chosen.input_name.clone());
        assert_eq!(names(&chosen), (Some("desk".into()), Some("usb".into())));
        chosen.input = None;
        keep_names(&mut chosen, &list(&[], &[]));
        assert_eq!(names(&chosen), (Some("desk".into()), None));
    }

    #[test]
    fn another_microphone_leaves_the_output_alone() {
        let both = list(&["laptop", "desk"], &["built-in", "usb"]);
        let without = list(&["laptop", "desk"], &["built-in"]);
        let (there, away) = (wanted(&pinned(), &both), wanted(&pinned(), &without));
        assert_eq!(step(&away.request, &there.request, false, &without), Step::ChangeInput);
        let pair = ChosenDevices { input_channel: Some(3), ..pinned() };
        assert_eq!(wanted(&pair, &both).request.input_first, 2);
        assert_eq!(step(&wanted(&pair, &both).request, &there.request, false, &both), Step::ChangeInput);
    }

    #[test]
    fn a_microphone_that_is_away_is_told_with_what_takes_its_place() {
        let mut devices = list(&["laptop"], &["headset"]);
        devices.inputs[0].transport = Some(Transport::Bluetooth);
        devices.inputs[0].is_default = true;
        let away = wanted(&pinned(), &devices).microphone;
        let notice = away.notice.expect("both are told");
        assert!(notice.contains("\"usb\" isn't connected") && notice.contains("stays closed"), "{notice}");
        assert!(away.kept_closed && away.id.is_none());
        let chosen = ChosenDevices { input: Some("headset".into()), ..ChosenDevices::default() };
        let headset = wanted(&chosen, &devices).microphone;
        assert_eq!(headset, Microphone { id: Some(DeviceId("headset".into())), ..Microphone::default() });
    }

    #[test]
    fn a_microphone_beside_its_loudspeaker_is_known() {
        let mut devices = list(&["speaker", "desk"], &["lid"]);
        for device in [&mut devices.outputs[0], &mut devices.inputs[0]] {
            (device.transport, device.is_default) = (Some(Transport::BuiltIn), true);
        }
        devices.outputs[0].is_loudspeaker = true;
        let hears = |output: Option<&str>| {
            let chosen = ChosenDevices { output: output.map(Into::into), ..ChosenDevices::default() };
            wanted(&chosen, &devices).microphone.hears_output
        };
        assert!(hears(None) && hears(Some("speaker")) && hears(Some("away")));
        assert!(!hears(Some("desk")));
    }

    #[test]
    fn the_virtual_device_stands_in_only_until_there_is_another() {
        let settings = ChosenDevices::default();
        let (none, some) = (list(&[], &[]), list(&["laptop"], &[]));
        let request = wanted(&settings, &none).request;
        assert_eq!(step(&request, &request, true, &none), Step::Stay);
        assert_eq!(step(&request, &request, true, &some), Step::Reopen);
    }

    #[test]
    fn rate_buffer_and_pair_need_the_output_anew() {
        let devices = list(&["laptop"], &[]);
        let open = wanted(&ChosenDevices::default(), &devices).request;
        for settings in [
            ChosenDevices { sample_rate: Some(96_000), ..ChosenDevices::default() },
            ChosenDevices { buffer_size: Some(64), ..ChosenDevices::default() },
            ChosenDevices { output_channel: Some(3), ..ChosenDevices::default() },
        ] {
            assert_eq!(step(&wanted(&settings, &devices).request, &open, false, &devices), Step::Reopen);
        }
    }

    #[test]
    fn a_device_that_isnt_there_is_answered_with_those_that_are() {
        let devices = list(&["laptop", "desk"], &[]);
        assert!(find("output", "desk", &devices.outputs).is_ok());
        let told = find("output", "usb", &devices.outputs).unwrap_err();
        assert_eq!(told, "there is no output `usb`: there are laptop, desk");
        assert_eq!(
            find("input", "usb", &devices.inputs).unwrap_err(),
            "there is no input `usb`: there is none"
        );
    }
}
