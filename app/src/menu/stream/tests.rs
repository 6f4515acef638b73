use super::super::{lines::compute, reading::inside};
use super::*;
use wavecraft_companion_protocol::{session::AudioDevices, settings::ChosenDevices};

fn facts() -> Facts {
    let output = Device {
        id: "a".into(),
        name: "Desk".into(),
        channels: 2,
        sample_rate: 44_100,
        sample_rates: vec![44_100, 96_000],
        buffer_frames: Some((64, 512)),
        transport: None,
        is_default: true,
    };
    Facts { outputs: vec![output], ..Facts::default() }
}

#[test]
fn what_the_output_offers_can_be_chosen() {
    let mut facts = facts();
    assert_eq!(inside(&rate(&facts)), ["[Device's Own (44.1 kHz)] ✓", "[44.1 kHz]", "[96 kHz]"]);
    assert_eq!(
        inside(&buffer(&facts)),
        [
            "[Usual (256 frames · 5.8 ms)] ✓",
            "[64 frames · 1.5 ms]",
            "[128 frames · 2.9 ms]",
            "[256 frames · 5.8 ms]",
            "[512 frames · 11.6 ms]"
        ]
    );
    facts.outputs.clear();
    assert_eq!(inside(&rate(&facts)), ["[Device's Own] ✓"]);
    assert_eq!(inside(&buffer(&facts))[..2], ["[Usual (256 frames)] ✓", "[32 frames]"]);

    let menu = compute(&facts);
    let select = SelectDevices { buffer_size: Some(Some(32)), ..SelectDevices::default() };
    assert_eq!(menu.action("buffer/32"), Some(&Action::SelectDevices(select)));
    let select = SelectDevices { sample_rate: Some(None), ..SelectDevices::default() };
    assert_eq!(menu.action("rate/own"), Some(&Action::SelectDevices(select)));
}

#[test]
fn what_was_chosen_is_shown_with_what_it_became() {
    let chosen =
        ChosenDevices { sample_rate: Some(48_000), buffer_size: Some(48), ..ChosenDevices::default() };
    let devices = AudioDevices {
        sample_rate: 44_100,
        buffer_frames: 64,
        asked_sample_rate: Some(48_000),
        asked_buffer_frames: Some(48),
        ..AudioDevices::default()
    };
    let mut facts = Facts { chosen, devices: Some(devices), ..facts() };
    assert_eq!(
        inside(&rate(&facts)),
        ["[Device's Own (44.1 kHz)]", "[44.1 kHz]", "[48 kHz · got 44.1 kHz] ✓", "[96 kHz]"]
    );
    assert_eq!(inside(&buffer(&facts))[1], "[48 frames · 1.1 ms · got 64] ✓");
    facts.chosen.buffer_size = None;
    assert_eq!(inside(&buffer(&facts))[0], "[Usual (256 frames · 5.8 ms) · got 64] ✓");
}
