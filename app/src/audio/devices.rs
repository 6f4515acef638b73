//! Keeps the engine on the wanted devices: when one disappears, appears, stops, or is chosen.

use super::{
    backend::BackendChoice,
    event::{AudioMessage, Change, ListedFor},
    open::{self, Open},
    policy::{self, Step, Wanted},
    selection,
    watch::{FIRST_PAUSE, LIST_PERIOD, Watch},
};
use crate::{control::Owed, outlet::Outlet, settings::Settings, to_protocol};
use std::{
    sync::Arc,
    time::{Instant, SystemTime},
};
use tracing::{debug, info, warn};
use wavecraft_audio_core::{
    AudioError, AudioEvent, Backend, BackendKind, DeviceList, MoveError, StreamRequest, listen, prepare,
};
use wavecraft_companion_protocol::{
    control::{self, BAD_DEVICE, SelectDevices},
    rpc::{ErrorObject, INTERNAL_ERROR},
    settings::ChosenDevices,
};

/// The system's devices, as far as the audio side manages them.
pub(super) struct Devices {
    choice: BackendChoice,
    watch: Watch,
    events: Outlet<AudioMessage>,
}

impl Devices {
    pub(super) fn new(choice: BackendChoice, events: Outlet<AudioMessage>) -> Self {
        Self { choice, watch: Watch::default(), events }
    }

    /// A callback that passes what the engine notices to the app.
    pub(super) fn notify(&self) -> impl Fn(AudioEvent) + Clone + Send + Sync + 'static + use<> {
        let events = self.events.clone();
        move |event| events.send(AudioMessage::Noticed(event))
    }

    /// Opens the chosen devices, which may take its time. [`AudioMessage::Opened`] follows.
    pub(super) fn open(&self, chosen: &ChosenDevices) {
        let (choice, chosen, notify) = (self.choice, chosen.clone(), self.notify());
        let events = self.events.clone();
        tokio::task::spawn_blocking(move || {
            events.send(AudioMessage::Opened(open::open_audio(choice, &chosen, notify).map(Box::new)));
        });
    }

    /// The engine runs. Starts listening for changes of the device list, if the system reports them.
    pub(super) fn begin(&mut self) {
        self.watch.begin();
        if self.watch.listener.is_none() {
            self.watch.listener = listen(self.notify());
            // Earlier changes aren't reported.
            self.watch.due = None;
        }
    }

    /// The engine has ended.
    pub(super) fn end(&mut self) {
        self.watch.listener = None;
    }

    /// Does the output make no callbacks at the moment?
    pub(super) fn is_silent(&self, now: Instant) -> bool {
        self.watch.is_silent(now)
    }

    /// Checks whether the output still makes callbacks, and whether the device list is due. Called with every tick.
    pub(super) fn poll(&mut self, now: Instant, open: &mut Open) -> Change {
        if self.is_virtual() {
            return Change::None;
        }
        let nothing_missed = open.notice.is_none() && open.microphone.notice.is_none();
        // Listing ALSA's devices opens each of them, and listing JACK's creates clients while there are always the same
        // two: list them only if one is missing.
        let costly = ["ALSA", "JACK"].contains(&open.audio.stream().backend.as_str()) && nothing_missed;
        let change = if !open.stands_in && self.watch.stands_still(open.audio.stats().callbacks, now) {
            self.lose_output("it stands still", open)
        } else {
            Change::None
        };
        if self.watch.has_slept(now, SystemTime::now()) {
            self.woke(true);
        }
        let is_told = self.watch.listener.is_some();
        if self.watch.is_due(now, is_told, open.stands_in) && !self.watch.listing && !costly {
            self.list(ListedFor::Watch);
        }
        change
    }

    /// Updates the device list for the menu that shows it.
    pub(super) fn refresh(&mut self) {
        if !self.watch.listing && !self.is_virtual() {
            self.list(ListedFor::Watch);
        }
    }

    /// Updates the list with the next tick: something in it has changed.
    pub(super) fn refresh_soon(&mut self) {
        self.watch.due = None;
    }

    /// The output plays, but another stream must replace it.
    pub(super) fn refresh_output(&mut self, reason: &str) {
        info!("audio: {reason}: the output is opened anew");
        self.watch.stale = true;
        (self.watch.refused, self.watch.due) = (None, None);
    }

    /// The computer slept: devices may have changed, and those that haven't may not play any more, whatever they
    /// report.
    pub(super) fn woke(&mut self, is_open: bool) {
        info!("the computer woke up");
        if is_open && !self.is_virtual() && !self.watch.stale {
            self.refresh_output("it may have lost its device in a sleep");
        }
    }

    /// Asks the system for its devices, which takes a moment. [`AudioMessage::Listed`] follows.
    pub(super) fn list(&mut self, asked_by: ListedFor) {
        if matches!(asked_by, ListedFor::Watch) {
            self.watch.listing = true;
            // Any change from here on makes it due again.
            self.watch.due = Some(Instant::now() + LIST_PERIOD);
        }
        let (events, choice) = (self.events.clone(), self.choice);
        tokio::task::spawn_blocking(move || {
            events.send(AudioMessage::Listed { list: open::list(choice), asked_by });
        });
    }

    /// Was the companion told to use no device at all?
    fn is_virtual(&self) -> bool {
        self.choice == BackendChoice::Virtual
    }

    pub(super) fn listed(
        &mut self,
        list: Result<DeviceList, AudioError>,
        asked_by: ListedFor,
        mut open: Option<&mut Open>,
        settings: &mut Settings,
    ) -> Change {
        // If listing fails there is no sound system, or it has just gone, with its devices.
        self.watch.seen = list.as_ref().cloned().unwrap_or_default();
        match asked_by {
            ListedFor::Watch => {
                self.watch.listing = false;
                let stands_in = open.as_ref().is_some_and(|open| open.stands_in);
                let pause = if stands_in { self.watch.pause } else { LIST_PERIOD };
                self.watch.due = self.watch.due.map(|_| Instant::now() + pause);
                self.watch.pause = (pause * 2).min(LIST_PERIOD);
                match list {
                    Ok(list) => self.follow(&list, open, &settings.get().devices),
                    // Streams that are open report their own loss.
                    Err(error) => {
                        debug!("audio: {error}");
                        Change::None
                    }
                }
            }
            // A missing sound system is no error here: it has no devices.
            ListedFor::Call(reply) => {
                let told = told(list.unwrap_or_default(), open.as_deref(), &settings.get().devices);
                reply.answer(told);
                Change::None
            }
            ListedFor::Select(select, reply) => {
                let list = list.unwrap_or_default();
                if let Err(error) = choose(&select, &list, settings) {
                    reply.refuse(error);
                    return Change::None;
                }
                self.watch.refused = None;
                let change = self.follow(&list, open.as_deref_mut(), &settings.get().devices);
                self.watch.selecting.push((reply, list));
                self.answer_selecting(None, open.as_deref(), &settings.get().devices);
                change
            }
        }
    }

    /// Brings what is open in line with what is wanted.
    fn follow(&mut self, list: &DeviceList, open: Option<&mut Open>, chosen: &ChosenDevices) -> Change {
        let wanted = match self.is_virtual() {
            true => Wanted { request: policy::asked(chosen), ..Wanted::default() },
            false => policy::wanted(chosen, list),
        };
        let Some(open) = open else { return Change::None };
        open.audio.keep_input_closed(wanted.microphone.kept_closed);
        let step = policy::step(&wanted.request, &open.using, open.stands_in, list);
        match if self.watch.stale { Step::Reopen } else { step } {
            Step::Reopen => {
                let asked = Some((&wanted.request, list));
                if asked != self.watch.refused.as_ref().map(|(request, list)| (request, list))
                    || open.stands_in
                {
                    self.prepare(wanted, list, open);
                }
                return Change::None;
            }
            Step::ChangeInput => {
                open.audio.choose_input(wanted.request.input.clone(), wanted.request.input_first);
            }
            Step::Stay if open.is_on(&wanted) || self.watch.refused.is_some() => return Change::None,
            Step::Stay => {}
        }
        open.now_on(wanted);
        if let Some(notice) = open.devices().notice {
            warn!("audio: {notice}");
        }
        Change::Devices
    }

    /// Sets up another output. The engine stays on its present one until that is done.
    fn prepare(&mut self, wanted: Wanted, list: &DeviceList, open: &Open) {
        if self.watch.opening {
            return;
        }
        self.watch.opening = true;
        // Tried once with this list; a success clears it.
        self.watch.refused = Some((wanted.request.clone(), list.clone()));
        // The engine's rate, unless another was chosen: then the engine moves with all its children. A rate that was
        // chosen takes precedence.
        let session_rate = open.using.sample_rate.is_none().then(|| open.audio.engine().sample_rate());
        let request = StreamRequest { session_rate, ..wanted.request.clone() };
        let (events, notify, kind) = (self.events.clone(), Arc::new(self.notify()), self.choice.kind());
        tokio::task::spawn_blocking(move || {
            events.send(AudioMessage::Prepared { wanted, result: prepare(kind, request, notify) });
        });
    }

    /// Another output is set up, or couldn't be: the engine moves to it, if there is an engine.
    pub(super) fn prepared(
        &mut self,
        wanted: Wanted,
        result: Result<Box<dyn Backend>, AudioError>,
        mut open: Option<&mut Open>,
        chosen: &ChosenDevices,
    ) -> Change {
        self.watch.opening = false;
        // If nothing plays any more, the choice is for later.
        let (change, refused) = match open.as_deref_mut() {
            Some(open) => self.use_output(wanted, result, open),
            None => (Change::None, None),
        };
        // If the engine starts again on the choice, its caller is answered then.
        if !matches!(change, Change::Anew(_)) {
            self.answer_selecting(refused.as_deref(), open.as_deref(), chosen);
        }
        change
    }

    /// Moves to an output that is set up. If that isn't possible, returns the reason too.
    fn use_output(
        &mut self,
        wanted: Wanted,
        result: Result<Box<dyn Backend>, AudioError>,
        open: &mut Open,
    ) -> (Change, Option<String>) {
        match result.map(|backend| open.audio.move_to(backend)) {
            Ok(Ok(())) => {
                open.now_on(wanted);
                info!("audio: on to {}", open.audio.stream().output_name);
                self.watch.begin();
                (Change::Devices, None)
            }
            Ok(Err(MoveError::OtherRate(backend))) => (Change::Anew(Some((backend, wanted))), None),
            Ok(Err(MoveError::Stranded(error))) => {
                warn!("audio: {error}: beginning anew");
                (Change::Anew(None), None)
            }
            Err(error) => {
                warn!("audio: {error}");
                // The previous output goes on. If it doesn't play, its missing callbacks will show that.
                self.watch.stale = false;
                let refused = Some(error.to_string());
                if open.stands_in {
                    return (Change::None, refused);
                }
                open.notice = Some(format!("{error}: going on with the output from before"));
                (Change::Devices, refused)
            }
        }
    }

    /// Handles what a stream or the system reports, and says what changed. `open` is none if nothing is open.
    pub(super) fn noticed(&mut self, event: AudioEvent, open: Option<&mut Open>) -> Change {
        match event {
            AudioEvent::OutputLost { reason } => {
                // An event may come from a stream that was replaced already; only a running one can be lost.
                return match open.filter(|open| open.audio.output_lost()) {
                    Some(open) => self.lose_output(&reason, open),
                    None => Change::None,
                };
            }
            AudioEvent::OutputStale { reason } => {
                self.refresh_output(&reason);
                return Change::None;
            }
            AudioEvent::ListChanged => {
                self.refresh_soon();
                return Change::None;
            }
            AudioEvent::InputLost { reason } => {
                warn!("audio: the input is gone: {reason}");
                self.refresh_soon();
            }
            AudioEvent::InputFailed(error) => warn!("audio: {error}"),
            AudioEvent::RealtimeDenied { reason } => {
                info!("audio: no real-time priority ({reason}): dropouts under load are likelier");
            }
            AudioEvent::DeviceChanged => {
                info!("audio: the system's default device changed");
                self.refresh_soon();
            }
            AudioEvent::InputOpened => info!("audio: the microphone is open"),
            AudioEvent::InputClosed => info!("audio: the microphone is closed"),
        }
        Change::Devices
    }

    /// The output is dead: the virtual device replaces it at once, so that projects and pages go on, and another output
    /// is searched for.
    pub(super) fn lose_output(&mut self, reason: &str, open: &mut Open) -> Change {
        if open.stands_in {
            return Change::None;
        }
        warn!("audio: the output is gone ({reason}): looking for another");
        let stream = open.audio.stream();
        let request = StreamRequest {
            sample_rate: Some(stream.sample_rate),
            buffer_frames: Some(stream.buffer_frames).filter(|frames| *frames > 0),
            ..StreamRequest::default()
        };
        let moved = prepare(BackendKind::Virtual, request, Arc::new(self.notify()))
            .map(|stand_in| open.audio.move_to(stand_in));
        if !matches!(moved, Ok(Ok(()))) {
            return Change::Anew(None);
        }
        open.stands_in = true;
        open.notice = Some(policy::nothing_heard(&format!("the output is gone ({reason})")));
        self.watch.begin();
        self.watch.due = Some(Instant::now() + FIRST_PAUSE);
        Change::Devices
    }

    /// Answers the calls that chose devices, unless an output is still being set up for them.
    pub(super) fn answer_selecting(
        &mut self,
        refused: Option<&str>,
        open: Option<&Open>,
        chosen: &ChosenDevices,
    ) {
        if self.watch.opening {
            return;
        }
        let selecting: Vec<(Owed<SelectDevices>, DeviceList)> = std::mem::take(&mut self.watch.selecting);
        for (reply, list) in selecting {
            reply.settle(match refused {
                Some(refused) => Err(ErrorObject::new(BAD_DEVICE, refused)),
                None => Ok(told(list, open, chosen)),
            });
        }
    }

    /// The devices as they were last listed, in the form in which they are reported.
    pub(super) fn seen(&self, open: Option<&Open>, chosen: &ChosenDevices) -> control::DeviceList {
        told(self.watch.seen.clone(), open, chosen)
    }
}

/// Saves the choice, if the device is there. The answer says whether it was saved, so it is written before the answer.
fn choose(select: &SelectDevices, list: &DeviceList, settings: &mut Settings) -> Result<(), ErrorObject> {
    selection::check(select, &settings.get().devices, list)?;
    settings.change_now(|settings| selection::apply(select, &mut settings.devices, list)).map_err(|error| {
        ErrorObject::new(INTERNAL_ERROR, format!("the choice is used, but can't be written down: {error}"))
    })
}

fn told(list: DeviceList, open: Option<&Open>, chosen: &ChosenDevices) -> control::DeviceList {
    let wanted = policy::wanted(chosen, &list);
    control::DeviceList {
        notice: to_protocol::joined([wanted.notice, wanted.microphone.notice]),
        chosen: chosen.clone(),
        in_use: open.map(Open::devices),
        ..to_protocol::device_list(list)
    }
}
