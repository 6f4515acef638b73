use super::super::{lines::compute, model::Line, reading::inside};
use super::*;
use wavecraft_companion_protocol::settings::ChosenDevices;

fn device(id: &str, name: &str) -> Device {
    Device {
        id: id.into(),
        name: name.into(),
        channels: 2,
        sample_rate: 48_000,
        sample_rates: vec![44_100, 48_000],
        buffer_frames: None,
        transport: None,
        is_default: false,
    }
}

fn facts(outputs: Vec<Device>, chosen: ChosenDevices) -> Facts {
    Facts { outputs, chosen, ..Facts::default() }
}

#[test]
fn the_default_comes_first_and_the_chosen_one_is_checked() {
    let devices = vec![Device { is_default: true, ..device("a", "Laptop") }, device("b", "Desk")];
    let unchosen = facts(devices.clone(), ChosenDevices::default());
    assert_eq!(
        inside(&output(&unchosen)),
        ["[System Default (Laptop)] ✓", "[Laptop]", "[Desk]", "-", "[Look for Devices Again]"]
    );
    let chosen = ChosenDevices { output: Some("b".into()), ..ChosenDevices::default() };
    let chosen = facts(devices, chosen);
    assert_eq!(inside(&output(&chosen))[..3], ["[System Default (Laptop)]", "[Laptop]", "[Desk] ✓"]);
    assert_eq!(inside(&input(&chosen)), ["[System Default] ✓", "-", "[Look for Devices Again]"]);

    let select = |output| {
        Some(Action::SelectDevices(SelectDevices { output: Some(output), ..SelectDevices::default() }))
    };
    let menu = compute(&chosen);
    assert_eq!(menu.action("output/device/a").cloned(), select(Some("a".into())));
    assert_eq!(menu.action("output/default").cloned(), select(None));
    assert_eq!(menu.action("input/look"), Some(&Action::LookForDevices));
}

#[test]
fn a_chosen_device_that_is_away_is_named_and_cant_be_clicked() {
    let mut chosen = ChosenDevices { output: Some("b".into()), ..ChosenDevices::default() };
    let there = vec![device("a", "Laptop")];
    assert_eq!(inside(&output(&facts(there.clone(), chosen.clone())))[2], "[b (not connected)] ✓ ✗");
    chosen.output_name = Some("Desk".into());
    let lines = inside(&output(&facts(there, chosen)));
    assert_eq!(lines[..3], ["[System Default]", "[Laptop]", "[Desk (not connected)] ✓ ✗"]);
}

#[test]
fn namesakes_are_told_apart() {
    let by = |id, transport: &str| Device { transport: Some(transport.into()), ..device(id, "Audio") };
    let names = |devices: &[Device]| -> Vec<String> {
        devices.iter().map(|device| name_among(device, devices)).collect()
    };
    assert_eq!(names(&[by("a", "USB"), device("b", "Other")]), ["Audio", "Other"]);
    assert_eq!(names(&[by("a", "USB"), by("b", "HDMI")]), ["Audio (USB)", "Audio (HDMI)"]);
    assert_eq!(names(&[by("a", "USB"), by("b", "USB")]), ["Audio (a)", "Audio (b)"]);
    assert_eq!(names(&[by("a", "USB"), device("b", "Audio")]), ["Audio (USB)", "Audio (b)"]);
}

#[test]
fn a_device_of_many_channels_has_pairs_to_choose_from() {
    let pairs = |channels, chosen: Option<u16>| -> Option<Vec<String>> {
        let many = Device { channels, is_default: true, ..device("a", "Rack") };
        let chosen = ChosenDevices { output_channel: chosen, ..ChosenDevices::default() };
        let Line::Submenu { entries, .. } = output(&facts(vec![many], chosen)).line else {
            panic!("a submenu")
        };
        entries.iter().find(|entry| entry.key == "output/channels").map(inside)
    };
    assert_eq!(pairs(2, None), None);
    assert_eq!(pairs(6, None).unwrap(), ["[1 and 2] ✓", "[3 and 4]", "[5 and 6]"]);
    assert_eq!(pairs(5, Some(3)).unwrap(), ["[1 and 2]", "[3 and 4] ✓"]);
    assert_eq!(pairs(4, Some(2)).unwrap(), ["[1 and 2]", "[2 and 3] ✓", "[3 and 4]"]);
    // A pair beyond the device's channels is replaced by the first.
    assert_eq!(pairs(4, Some(9)).unwrap(), ["[1 and 2] ✓", "[3 and 4]"]);
    assert_eq!(pairs(u16::MAX, None).unwrap().len(), MOST_PAIRS);
}
