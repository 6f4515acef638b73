//! Keeps the audio side on the devices that are wanted: when one goes, comes, stands still, or is chosen.

mod watch;

pub(super) use watch::Watch;
use watch::{FIRST_PAUSE, LIST_PERIOD};

use super::{App, AudioSide, BackendChoice};
use crate::{
    audio,
    devices::{self, Step, Wanted},
    event::{Event, ListedFor},
};
use std::{
    sync::Arc,
    time::{Instant, SystemTime},
};
use tracing::{debug, info, warn};
use wavecraft_audio_core::{
    AudioError, Backend, BackendKind, DeviceList, MoveError, StreamRequest, listen, prepare,
};
use wavecraft_companion_protocol::{
    control::{self, BAD_DEVICE, SelectDevices},
    rpc::{ErrorObject, INTERNAL_ERROR, INVALID_PARAMS, to_value},
    settings::ChosenDevices,
};

/// Rates that can be asked for, in Hz, and frames per callback.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=384_000;
const BUFFERS: std::ops::RangeInclusive<u32> = 16..=4_096;

impl App {
    /// Looks whether the output still calls, and whether it is time for the list. Called with every tick.
    pub(super) fn watch_devices(&mut self, now: Instant) {
        let AudioSide::Open(opened) = &self.audio else { return };
        if self.is_virtual() {
            return;
        }
        let nothing_missed = opened.notice.is_none() && opened.microphone.notice.is_none();
        // Listing ALSA's devices opens every one, listing JACK's makes clients, and there are always the same two: only
        // where one is missed.
        let costly = ["ALSA", "JACK"].contains(&opened.audio.stream().backend.as_str()) && nothing_missed;
        if !opened.stands_in && self.watch.stands_still(opened.audio.stats().callbacks, now) {
            self.lose_output("it stands still");
        }
        if self.watch.has_slept(now, SystemTime::now()) {
            self.woke();
        }
        let (is_told, looks_for_another) = (self.watch.listener.is_some(), self.stands_in());
        if self.watch.is_due(now, is_told, looks_for_another) && !self.watch.listing && !costly {
            self.list_devices(ListedFor::Watch);
        }
    }

    /// Begins to hear when the list changes, where the system tells.
    pub(super) fn listen_to_devices(&mut self) {
        if self.watch.listener.is_none() {
            self.watch.listener = listen(self.notify());
            // What changed before is told by nobody.
            self.watch.due = None;
        }
    }

    /// And ends.
    pub(super) fn leave_devices(&mut self) {
        self.watch.listener = None;
    }

    /// Looks which devices there are, for the menu that shows them.
    pub(super) fn look_for_devices(&mut self) {
        if !self.watch.listing && !self.is_virtual() {
            self.list_devices(ListedFor::Watch);
        }
    }

    /// Looks at the list with the next tick: something of it has changed.
    pub(super) fn look_at_devices_soon(&mut self) {
        self.watch.due = None;
    }

    /// The output plays, but another stream is to take its place.
    pub(super) fn renew_output(&mut self, reason: &str) {
        info!("audio: {reason}: the output is opened anew");
        self.watch.stale = true;
        (self.watch.refused, self.watch.due) = (None, None);
    }

    /// The computer slept: devices may be others, and those that are the same may not play any more, whatever they say.
    pub(super) fn woke(&mut self) {
        info!("the computer woke up");
        if matches!(self.audio, AudioSide::Open(_)) && !self.is_virtual() && !self.watch.stale {
            self.renew_output("it may have lost its device in a sleep");
        }
    }

    /// Asks the system for its devices, which takes a moment.
    pub(super) fn list_devices(&mut self, asked_by: ListedFor) {
        if matches!(asked_by, ListedFor::Watch) {
            self.watch.listing = true;
            // What changes from here on makes it due again.
            self.watch.due = Some(Instant::now() + LIST_PERIOD);
        }
        let (events, choice) = (self.events.clone(), self.options.backend);
        tokio::task::spawn_blocking(move || {
            let _ = events.send(Event::DevicesListed { list: audio::list(choice), asked_by });
        });
    }

    /// The companion was told to use no device at all.
    fn is_virtual(&self) -> bool {
        self.options.backend == BackendChoice::Virtual
    }

    pub(super) fn devices_listed(&mut self, list: Result<DeviceList, AudioError>, asked_by: ListedFor) {
        // Where listing fails there is no sound system, or it has just gone with its devices.
        self.watch.seen = list.as_ref().cloned().unwrap_or_default();
        match asked_by {
            ListedFor::Watch => {
                self.watch.listing = false;
                let pause = if self.stands_in() { self.watch.pause } else { LIST_PERIOD };
                self.watch.due = self.watch.due.map(|_| Instant::now() + pause);
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
        self.settings.change(|settings| {
            apply(select, &mut settings.devices);
            devices::keep_names(&mut settings.devices, list);
        });
        // Whoever chooses hears whether that is for good, so it is written before the answer.
        self.settings.take_unwritten().map_or(Ok(()), |file| file.write()).map_err(|error| {
            ErrorObject::new(
                INTERNAL_ERROR,
                format!("the choice is used, but can't be written down: {error}"),
            )
        })
    }

    /// Brings what is open in line with what is wanted.
    fn follow_devices(&mut self, list: &DeviceList) {
        let chosen = &self.settings.get().devices;
        let wanted = match self.is_virtual() {
            true => Wanted { request: devices::asked(chosen), ..Wanted::default() },
            false => devices::wanted(chosen, list),
        };
        let AudioSide::Open(opened) = &mut self.audio else { return };
        opened.audio.keep_input_closed(wanted.microphone.kept_closed);
        let step = devices::step(&wanted.request, &opened.using, opened.stands_in, list);
        match if self.watch.stale { Step::Reopen } else { step } {
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
            }
            Step::Stay if opened.is_on(&wanted) || self.watch.refused.is_some() => return,
            Step::Stay => {}
        }
        opened.now_on(wanted);
        if let Some(notice) = opened.devices().notice {
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
        // The engine's rate, if nobody wants another: then it moves with all its children. One that was chosen goes with the
        // choice.
        let session_rate = opened.using.sample_rate.is_none().then(|| opened.audio.sample_rate());
        let request = StreamRequest { session_rate, ..wanted.request.clone() };
        let (events, notify, kind) =
            (self.events.clone(), Arc::new(self.notify()), self.options.backend.kind());
        tokio::task::spawn_blocking(move || {
            let result = prepare(kind, request, notify);
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
                opened.now_on(wanted);
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
                // The output from before goes on. One that doesn't play is seen by that it stands still.
                self.watch.stale = false;
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

    /// Which devices there were when it was looked at last, as they are told.
    pub(super) fn seen_devices(&self) -> control::DeviceList {
        self.told_devices(self.watch.seen.clone())
    }

    fn told_devices(&self, list: DeviceList) -> control::DeviceList {
        let chosen = self.settings.get().devices.clone();
        let wanted = devices::wanted(&chosen, &list);
        control::DeviceList {
            notice: audio::joined([wanted.notice, wanted.microphone.notice]),
            chosen,
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
