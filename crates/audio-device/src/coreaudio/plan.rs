//! Decisions about devices, made from facts alone: nothing is called here.

use super::facts::{DeviceNumber, Direction, Facts};
use crate::error::AudioError;
use crate::render::MAX_FRAMES;

/// How the microphone's sound gets to the renderer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// In the output's own unit and callback.
    InOutput,
    /// By a separate unit, on the output's clock.
    OnItsClock,
    /// By a separate unit, on another clock: it is resampled.
    OnAnotherClock,
}

/// The ways to try, best first. `output_alone` says that a unit for both was refused before.
pub(super) fn ways(output: &Facts, input: &Facts, output_alone: bool) -> &'static [Way] {
    if input.device == output.device {
        return if output_alone { &[Way::OnItsClock] } else { &[Way::InOutput, Way::OnItsClock] };
    }
    // Domain 0 means that the device doesn't say.
    if input.clock_domain != 0 && input.clock_domain == output.clock_domain {
        &[Way::OnItsClock]
    } else {
        &[Way::OnAnotherClock]
    }
}

/// The rate to set, if a different one was chosen and the device supports it.
pub(super) fn rate_to_set(chosen: Option<u32>, device: &Facts) -> Option<u32> {
    chosen.filter(|rate| *rate != device.rate && device.offers(*rate))
}

/// The frames per callback to request, if a different number was chosen.
pub(super) fn buffer_to_set(chosen: Option<u32>, device: &Facts) -> Option<u32> {
    let (least, most) = device.buffer_range.unwrap_or((1, MAX_FRAMES));
    let within = chosen?.min(most.min(MAX_FRAMES)).max(least);
    (within != device.buffer_frames).then_some(within)
}

/// The reason for trying cpal after CoreAudio refused; `None` if another way to the same device can't help.
pub(super) fn reason_for_cpal(error: &AudioError) -> Option<String> {
    matches!(error, AudioError::Refused { .. }).then(|| format!("{error}: playing through cpal instead"))
}

/// A stream's state when it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Opened {
    pub(super) direction: Direction,
    pub(super) device: DeviceNumber,
    pub(super) rate: u32,
    pub(super) channels: u16,
    /// Whether the device was the default, and not chosen by the user.
    pub(super) follows_default: bool,
}

/// The current state, queried after a notification.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Now {
    /// Whether the sound service was restarted.
    pub(super) restarted: bool,
    /// Whether the system ended the stream's callbacks.
    pub(super) stopped: bool,
    pub(super) default: Option<DeviceNumber>,
    /// The facts of the stream's device; `None` if it doesn't answer.
    pub(super) facts: Option<Facts>,
}

/// The decision about a stream, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It continues.
    Stay,
    /// It plays, but should be replaced by another.
    Stale(String),
    /// It is dead.
    Dead(String),
}

/// Decides by the current state, not by the notifications: they may come twice, late or together.
pub(super) fn judge(opened: &Opened, now: &Now) -> Verdict {
    if now.restarted {
        return Verdict::Dead("the sound service was started anew".to_owned());
    }
    let Some(facts) = now.facts.as_ref().filter(|facts| facts.is_alive) else {
        return Verdict::Dead("the device was disconnected".to_owned());
    };
    if now.stopped {
        return Verdict::Dead("the system stopped it".to_owned());
    }
    let (device, side) = match opened.direction {
        Direction::Input => ("input", facts.input),
        Direction::Output => ("output", facts.output),
    };
    if side.channels != opened.channels {
        return Verdict::Stale(format!("the {device} has {} channels now", side.channels));
    }
    if facts.rate != opened.rate {
        return Verdict::Stale(format!("the {device} runs at {} Hz now", facts.rate));
    }
    // A missing default is no reason to leave a device that works.
    if opened.follows_default && now.default.is_some_and(|default| default != opened.device) {
        return Verdict::Stale(format!("the system's default {device} is another device now"));
    }
    Verdict::Stay
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coreaudio::facts::Side;
    use crate::device::DeviceId;

    fn device(device: DeviceNumber, clock_domain: u32) -> Facts {
        let side = Side { channels: 2, ..Side::default() };
        Facts {
            device,
            clock_domain,
            is_alive: true,
            rate: 48_000,
            rates: vec![(44_100, 44_100), (48_000, 48_000)],
            buffer_frames: 512,
            buffer_range: Some((15, 4_096)),
            input: side,
            output: side,
            ..Facts::default()
        }
    }

    #[test]
    fn a_microphone_comes_by_the_best_way_that_its_clock_allows() {
        let output = device(1, 7);
        assert_eq!(ways(&output, &output, false), [Way::InOutput, Way::OnItsClock]);
        assert_eq!(ways(&output, &output, true), [Way::OnItsClock], "both in one was refused");
        assert_eq!(ways(&output, &device(2, 7), false), [Way::OnItsClock]);
        assert_eq!(ways(&output, &device(2, 8), false), [Way::OnAnotherClock]);
        assert_eq!(ways(&device(1, 0), &device(2, 0), false), [Way::OnAnotherClock], "0 says nothing");
    }

    #[test]
    fn the_rate_is_left_as_it_is_unless_a_person_chose_one_that_there_is() {
        let device = device(1, 0);
        assert_eq!(rate_to_set(None, &device), None);
        assert_eq!(rate_to_set(Some(48_000), &device), None);
        assert_eq!(rate_to_set(Some(44_100), &device), Some(44_100));
        assert_eq!(rate_to_set(Some(96_000), &device), None);
    }

    #[test]
    fn the_buffer_stays_within_what_device_and_engine_can() {
        let with = |range| Facts { buffer_range: range, ..device(1, 0) };
        for (chosen, range, set) in [
            (None, Some((15, 4_096)), None),
            (Some(512), Some((15, 4_096)), None),
            (Some(128), Some((15, 4_096)), Some(128)),
            (Some(8), Some((15, 4_096)), Some(15)),
            (Some(8_192), Some((15, 16_384)), Some(4_096)),
            (Some(2_048), Some((15, 1_024)), Some(1_024)),
            (Some(64), Some((8_192, 16_384)), Some(8_192)),
            (Some(64), None, Some(64)),
            (Some(8_192), None, Some(4_096)),
        ] {
            assert_eq!(buffer_to_set(chosen, &with(range)), set, "{chosen:?} of {range:?}");
        }
    }

    #[test]
    fn cpal_is_tried_only_where_it_may_do_better() {
        let refused = AudioError::Refused { device: "Desk".into(), reason: "error 'nope'".into() };
        let told = reason_for_cpal(&refused).expect("another way may do");
        assert_eq!(told, "\"Desk\" can't be opened: error 'nope': playing through cpal instead");
        for other in [
            AudioError::NoOutput { reason: "none".into() },
            AudioError::UnknownDevice { id: DeviceId("coreaudio:desk".into()) },
            AudioError::PermissionDenied { device: "Desk".into() },
        ] {
            assert_eq!(reason_for_cpal(&other), None, "{other}");
        }
    }

    #[test]
    fn every_change_of_a_stream_is_judged() {
        let opened = |follows_default| Opened {
            direction: Direction::Output,
            device: 1,
            rate: 48_000,
            channels: 2,
            follows_default,
        };
        let well = Now { default: Some(1), facts: Some(device(1, 0)), ..Now::default() };
        let saying = |facts| Now { facts: Some(facts), ..well.clone() };
        let stale = |reason: &str| Verdict::Stale(reason.to_owned());
        let dead = |reason: &str| Verdict::Dead(reason.to_owned());
        let moved = Now { default: Some(2), ..well.clone() };
        let none_left = Now { default: None, ..well.clone() };
        let gone = dead("the device was disconnected");
        let cases = [
            (true, well.clone(), Verdict::Stay),
            (false, moved.clone(), Verdict::Stay),
            (true, none_left, Verdict::Stay),
            (true, moved, stale("the system's default output is another device now")),
            (true, saying(Facts { rate: 44_100, ..device(1, 0) }), stale("the output runs at 44100 Hz now")),
            (
                true,
                saying(Facts { output: Side { channels: 6, ..Side::default() }, ..device(1, 0) }),
                stale("the output has 6 channels now"),
            ),
            (true, saying(Facts { is_alive: false, ..device(1, 0) }), gone.clone()),
            (true, Now { facts: None, ..well.clone() }, gone),
            (true, Now { stopped: true, ..well.clone() }, dead("the system stopped it")),
            (true, Now { restarted: true, ..well }, dead("the sound service was started anew")),
        ];
        for (follows_default, now, verdict) in cases {
            assert_eq!(judge(&opened(follows_default), &now), verdict, "{now:?}");
        }
        let microphone = Opened { direction: Direction::Input, ..opened(true) };
        let moved = Now { default: Some(2), facts: Some(device(1, 0)), ..Now::default() };
        assert_eq!(judge(&microphone, &moved), stale("the system's default input is another device now"));
    }
}
