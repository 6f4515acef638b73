//! Keeps the audio side on the devices that are wanted: when one goes, comes, stands still, or is chosen.

use super::{App, AudioSide};
use crate::{
    audio,
    devices::{self, Step, Wanted},
    event::{Event, ListedFor, Reply},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tracing::{debug, info, warn};
use wavecraft_audio_core::{AudioError, Backend, BackendKind, DeviceList, MoveError, StreamRequest, prepare};
use wavecraft_companion_protocol::{
    control::{self, BAD_DEVICE, SelectDevices},
    rpc::{ErrorObject, INTERNAL_ERROR, INVALID_PARAMS, to_value},
    settings::ChosenDevices,
};

/// How often the list of devices is looked at while a project is attached: cpal doesn't tell when it changes.
const LIST_PERIOD: Duration = Duration::from_secs(1);
/// After an output was lost, another is looked for after this pause, then after twice as long, up to [`LIST_PERIOD`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// A device that doesn't call for so long has gone, whatever it says.
const STANDSTILL: Duration = Duration::from_secs(1);
/// And for so long at its start, where some have to be woken first.
const STANDSTILL_AT_START: Duration = Duration::from_secs(3);
/// Longer than any callback lasts.
const SILENCE: Duration = Duration::from_millis(100);

/// Rates that can be asked for, in Hz, and frames per callback.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=384_000;
const BUFFERS: std::ops::RangeInclusive<u32> = 16..=4_096;

/// What is known of the devices, and what is being done about them.
#[derive(Default)]
pub(super) struct Watch {
    /// The list is being asked for.
    listing: bool,
    /// When it is to be asked for next.
    due: Option<Instant>,
    /// The pause before the next try to find an output.
    pause: Duration,
    /// An output is being set up.
    opening: bool,
    /// What couldn't be opened; not tried again as long as the list is this one.
    refused: Option<(StreamRequest, DeviceList)>,
    /// Callbacks that were counted last, and when they moved.
    callbacks: Option<(u64, Instant)>,
    /// The output has called since it is in use.
    called: bool,
    /// Who waits for the devices that were chosen, with what there was to choose from.
    selecting: Vec<(Reply, DeviceList)>,
}

impl Watch {
    /// Another output is in use.
    pub(super) fn begin(&mut self) {
        (self.callbacks, self.called, self.refused) = (None, false, None);
        self.pause = FIRST_PAUSE;
        self.due = Some(Instant::now() + LIST_PERIOD);
    }

    /// The output doesn't call at the moment, so nothing can be said of a child's heartbeat.
    pub(super) fn is_silent(&self, now: Instant) -> bool {
        self.callbacks.is_some_and(|(_, since)| now.duration_since(since) > SILENCE)
    }

    /// Has the output stood still for too long?
    fn stands_still(&mut self, callbacks: u64, now: Instant) -> bool {
        let (counted, since) = *self.callbacks.get_or_insert((callbacks, now));
        if counted != callbacks {
            self.callbacks = Some((callbacks, now));
            self.called = true;
            return false;
        }
        now.duration_since(since) >= if self.called { STANDSTILL } else { STANDSTILL_AT_START }
    }
}

impl App {
    /// Looks whether the output still calls, and whether it is time for the list. Called with every tick.
    pub(super) fn watch_devices(&mut self, now: Instant) {
        let AudioSide::Open(opened) = &self.audio else { return };
        let backend = opened.audio.stream().backend;
        if backend == "virtual" && !opened.stands_in {
            return;
        }
        let nothing_missed = opened.notice.is_none();
        if !opened.stands_in && self.watch.stands_still(opened.audio.stats().callbacks, now) {
            self.lose_output("it stands still");
        }
        // Listing ALSA's devices opens every one, listing JACK's makes clients, and there are always the same two: only
        // where one is missed.
        let costly = ["ALSA", "JACK"].contains(&backend.as_str()) && nothing_missed;
        if self.watch.due.is_none_or(|due| now >= due) && !self.watch.listing && !costly {
            self.list_devices(ListedFor::Watch);
        }
    }

    /// Asks the system for its devices, which takes a moment.
    pub(super) fn list_devices(&mut self, asked_by: ListedFor) {
        self.watch.listing |= matches!(asked_by, ListedFor::Watch);
        let (events, choice) = (self.events.clone(), self.options.backend);
        tokio::task::spawn_blocking(move || {
            let _ = events.send(Event::DevicesListed { list: audio::list(choice), asked_by });
        });
    }

    pub(super) fn devices_listed(&mut self, list: Result<DeviceList, AudioError>, asked_by: ListedFor) {
        match asked_by {
            ListedFor::Watch => {
                self.watch.listing = false;
                let pause = if self.stands_in() { self.watch.pause } else { LIST_PERIOD };
                self.watch.due = Some(Instant::now() + pause);
                self.watch.pause = (pause * 2).min(LIST_PERIOD);
                match list {
                    Ok(list) => self.follow_devices(&list),
                    // What is open tells itself when it is gone.
                    Err(error) => debug!("audio: {error}"),
                }
            }
            // No sound system is no error here: it has no devices.
            ListedFor::Call(reply) => {
                let told = self.told_devices(list.unwrap_or_default());
                let _ = reply.send(Ok(to_value(&told)));
            }
            ListedFor::Select(select, reply) => {
                let list = list.unwrap_or_default();
                match self.select(&select, &list) {
                    Ok(()) => {
                        self.watch.refused = None;
                        self.follow_devices(&list);
                        self.watch.selecting.push((reply, list));
                        if !self.watch.opening {
                            self.answer_selecting(None);
                        }
                    }
                    Err(error) => drop(reply.send(Err(error))),
                }
            }
        }
    }

    /// Writes down what was chosen, if it is there.
    fn select(&mut self, select: &SelectDevices, list: &DeviceList) -> Result<(), ErrorObject> {
        let before = &self.settings.get().devices;
        for (kind, chosen, before, there) in [
            ("input", &select.input, &before.input, &list.inputs),
            ("output", &select.output, &before.output, &list.outputs),
        ] {
            // What was chosen before may be chosen again while it is away.
            if let Some(Some(id)) = chosen
                && before.as_ref() != Some(id)
            {
                devices::find(kind, id, there).map_err(|told| ErrorObject::new(BAD_DEVICE, told))?;
            }
        }
        let within =
            |name: &str, value: Option<Option<u32>>, range: std::ops::RangeInclusive<u32>| match value
                .flatten()
            {
                Some(value) if !range.contains(&value) => Err(ErrorObject::new(
                    INVALID_PARAMS,
                    format!("{name} can be {} to {}, not {value}", range.start(), range.end()),
                )),
                _ => Ok(()),
            };
        within("the sample rate", select.sample_rate, RATES)?;
        within("the buffer size", select.buffer_size, BUFFERS)?;
        within("the input channel", select.input_channel.map(|channel| channel.map(u32::from)), 1..=1024)?;
        within("the output channel", select.output_channel.map(|channel| channel.map(u32::from)), 1..=1024)?;
        let written = self.settings.change(|settings| apply(select, &mut settings.devices));
        written.map_err(|error| {
            ErrorObject::new(
                INTERNAL_ERROR,
                format!("the choice is used, but can't be written down: {error}"),
            )
        })
    }

    /// Brings what is open in line with what is wanted.
    fn follow_devices(&mut self, list: &DeviceList) {
        let wanted = devices::wanted(&self.settings.get().devices, list);
        let AudioSide::Open(opened) = &mut self.audio else { return };
        if opened.audio.stream().backend == "virtual" && !opened.stands_in {
            return;
        }
        match devices::step(&wanted.request, &opened.using, opened.stands_in, list) {
            Step::Reopen => {
                let asked = Some((&wanted.request, list));
                if asked != self.watch.refused.as_ref().map(|(request, list)| (request, list))
                    || opened.stands_in
                {
                    self.prepare_output(wanted, list);
                }
                return;
            }
            Step::ChangeInput => {
                opened.audio.choose_input(wanted.request.input.clone(), wanted.request.input_first);
                opened.using = wanted.request;
            }
            Step::Stay if opened.notice == wanted.notice || self.watch.refused.is_some() => return,
            Step::Stay => {}
        }
        opened.notice = wanted.notice;
        if let Some(notice) = &opened.notice {
            warn!("audio: {notice}");
        }
        self.tell_devices();
    }

    /// Sets another output up. The engine plays where it is until that is done.
    fn prepare_output(&mut self, wanted: Wanted, list: &DeviceList) {
        let AudioSide::Open(opened) = &self.audio else { return };
        if self.watch.opening {
            return;
        }
        self.watch.opening = true;
        // Tried once with this list; a success makes that void.
        self.watch.refused = Some((wanted.request.clone(), list.clone()));
        // The engine's rate, if nobody wants another: then it moves with all its children.
        let rate = wanted.request.sample_rate.or(Some(opened.audio.sample_rate()));
        let request = StreamRequest { sample_rate: rate, ..wanted.request.clone() };
        let (events, notify) = (self.events.clone(), Arc::new(self.notify()));
        let system = self.options.backend.system();
        tokio::task::spawn_blocking(move || {
            let result = prepare(system, request, notify);
            let _ = events.send(Event::OutputPrepared { wanted, result });
        });
    }

    pub(super) fn output_prepared(&mut self, wanted: Wanted, result: Result<Box<dyn Backend>, AudioError>) {
        self.watch.opening = false;
        let refused = self.use_output(wanted, result);
        self.answer_selecting(refused.as_deref());
    }

    /// Moves to an output that is set up. Gives the reason if there is none.
    fn use_output(&mut self, wanted: Wanted, result: Result<Box<dyn Backend>, AudioError>) -> Option<String> {
        // Nobody plays any more: what was chosen is for later.
        let AudioSide::Open(opened) = &mut self.audio else { return None };
        match result.map(|backend| opened.audio.move_to(backend)) {
            Ok(Ok(())) => {
                opened.using = wanted.request;
                opened.notice = wanted.notice;
                opened.stands_in = false;
                info!("audio: on to {}", opened.audio.stream().output_name);
                self.watch.begin();
                self.tell_devices();
            }
            Ok(Err(MoveError::OtherRate(backend))) => self.reopen_audio(Some((backend, wanted))),
            Ok(Err(MoveError::Stranded(error))) => {
                warn!("audio: {error}: beginning anew");
                self.reopen_audio(None);
            }
            Err(error) => {
                warn!("audio: {error}");
                if !opened.stands_in {
                    opened.notice = Some(format!("{error}: going on with the output from before"));
                    self.tell_devices();
                }
                return Some(error.to_string());
            }
        }
        None
    }

    /// The output is dead: the virtual device takes its place at once, so that projects and pages go on, and another
    /// output is looked for.
    pub(super) fn lose_output(&mut self, reason: &str) {
        let notify = Arc::new(self.notify());
        let AudioSide::Open(opened) = &mut self.audio else { return };
        if opened.stands_in {
            return;
        }
        warn!("audio: the output is gone ({reason}): looking for another");
        let stream = opened.audio.stream();
        let request = StreamRequest {
            sample_rate: Some(stream.sample_rate),
            buffer_frames: Some(stream.buffer_frames).filter(|frames| *frames > 0),
            ..StreamRequest::default()
        };
        let moved =
            prepare(BackendKind::Virtual, request, notify).map(|stand_in| opened.audio.move_to(stand_in));
        if !matches!(moved, Ok(Ok(()))) {
            self.reopen_audio(None);
            return;
        }
        opened.stands_in = true;
        opened.notice = Some(devices::nothing_heard(&format!("the output is gone ({reason})")));
        self.watch.begin();
        self.watch.due = Some(Instant::now() + FIRST_PAUSE);
        self.tell_devices();
    }

    fn stands_in(&self) -> bool {
        matches!(&self.audio, AudioSide::Open(opened) if opened.stands_in)
    }

    fn answer_selecting(&mut self, refused: Option<&str>) {
        for (reply, list) in std::mem::take(&mut self.watch.selecting) {
            let _ = reply.send(match refused {
                Some(refused) => Err(ErrorObject::new(BAD_DEVICE, refused)),
                None => Ok(to_value(&self.told_devices(list))),
            });
        }
    }

    fn told_devices(&self, list: DeviceList) -> control::DeviceList {
        control::DeviceList {
            chosen: self.settings.get().devices.clone(),
            in_use: match &self.audio {
                AudioSide::Open(opened) => Some(opened.devices()),
                _ => None,
            },
            ..audio::told(list)
        }
    }
}

fn apply(select: &SelectDevices, devices: &mut ChosenDevices) {
    fn set<T: Clone>(present: &mut Option<T>, chosen: &Option<Option<T>>) {
        if let Some(chosen) = chosen {
            present.clone_from(chosen);
        }
    }
    set(&mut devices.input, &select.input);
    set(&mut devices.output, &select.output);
    set(&mut devices.sample_rate, &select.sample_rate);
    set(&mut devices.buffer_size, &select.buffer_size);
    set(&mut devices.input_channel, &select.input_channel);
    set(&mut devices.output_channel, &select.output_channel);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_stops_calling_is_seen_and_a_slow_start_is_borne() {
        let mut watch = Watch::default();
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        assert!(!watch.stands_still(7, at(0)) && !watch.stands_still(7, at(2_900)));
        assert!(!watch.stands_still(8, at(2_950)));
        assert!(!watch.stands_still(8, at(3_900)) && watch.stands_still(8, at(3_950)));
        watch.begin();
        assert!(!watch.stands_still(8, at(4_000)) && !watch.stands_still(8, at(6_900)));
        assert!(watch.stands_still(8, at(7_000)));
    }
}
