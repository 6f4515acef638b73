//! Keys, while a project runs on a terminal.

use super::{
    session::RunningSession,
    shown_probe::ShownProbe,
    state::{End, Start},
};
use crate::{
    ansi,
    companion::{Error, QUICK},
    devices,
    report::gain,
    terminal::{Input, Key, Keyboard, Screen},
};
use std::time::Duration;
use wavecraft_companion_protocol::{
    control::{ListDevices, SetBypass, SetGain, SetMeasuring, SetMute},
    method::Method,
    microphone::ConfirmMicrophone,
    preset::{PresetOf, StepPreset},
    session::{Build, GAIN_DB},
    settings::Consent,
};

const HELP: [(&str, &str); 22] = [
    ("r", "build now; a fresh processor even if nothing has changed"),
    ("o", "open the page in the browser"),
    ("i", "open the inspector in the browser"),
    ("a", "the addresses again: page, inspector, WebSocket"),
    ("s", "choose where the sound comes from"),
    ("m", "mute, and unmute"),
    ("+, -", "volume up and down by 1 dB"),
    ("y, n", "allow the microphone that the project asks for, or refuse it"),
    ("b", "bypass the processor, and back"),
    ("x", "hear the build before, and the newest again"),
    ("f", "hear what the newest build differs by from the one before, and back"),
    (", .", "hear the preset before, and the next one"),
    ("space", "play, and stop: the tempo's time; the sound goes on"),
    ("t", "tap the tempo, once for each beat"),
    ("0", "back to the start, bar 1"),
    ("d", "list the audio devices"),
    ("l", "latency and load by their parts, and the probes"),
    ("p", "show a probe of the processor in the line below: the next one, and then none"),
    ("w", "measure what each change did and say it in a line, or don't"),
    ("c", "clear the terminal"),
    ("h", "show these keys"),
    ("q", "stop, as Ctrl+C does"),
];

impl Start {
    /// Takes over the keyboard, if the user can see the effects of keys.
    pub(super) fn take_keyboard(&mut self) {
        if self.report.screen().is_lively() {
            self.keyboard = Keyboard::take();
        }
        if self.keyboard.is_some() {
            self.report.has_keys();
        }
    }

    pub(super) async fn on_input(
        &mut self,
        input: Input,
        session: &mut RunningSession,
    ) -> anyhow::Result<Option<End>> {
        match input {
            Input::Key(key) if session.question.is_some() => self.on_reply(key, session).await,
            Input::Key(Key::Char(char)) => match char.to_ascii_lowercase() {
                'r' => self.build_now(session)?,
                'o' => {
                    self.report.say("Opening the page in your browser.");
                    self.open_page(false, session).await;
                }
                'i' => {
                    self.report.say("Opening the inspector in your browser.");
                    self.open_page(true, session).await;
                }
                'a' => self.report_addresses(session),
                's' => self.ask_for_source(session),
                'm' => self.toggle_mute(session).await,
                // On many keyboards + needs the shift key, and = is what it is without.
                '+' | '=' => self.turn(1.0, session).await,
                '-' => self.turn(-1.0, session).await,
                'y' => self.confirm_microphone(Consent::Allowed, session).await,
                'n' => self.confirm_microphone(Consent::Refused, session).await,
                'b' => self.toggle_bypass(session).await,
                'x' => self.toggle_before(session).await,
                'f' => self.toggle_difference(session).await,
                ',' => self.step_preset(-1, session).await,
                '.' => self.step_preset(1, session).await,
                ' ' => self.toggle_playing(session).await,
                't' => self.tap(session).await,
                '0' => self.back_to_start(session).await,
                'd' => self.list_devices().await,
                'l' => self.report_figures(session),
                'p' => self.show_next_probe(session),
                'w' => self.toggle_measuring(session).await,
                'c' => self.report.screen().clear(),
                'h' | '?' => HELP.iter().for_each(|(key, what)| self.report.item(key, what)),
                'q' => return Ok(Some(End::Done)),
                _ => {}
            },
            Input::Key(_) => {}
            Input::Resized | Input::Continued => redraw(input, self.report.screen()),
        }
        Ok(None)
    }

    fn build_now(&mut self, session: &mut RunningSession) -> anyhow::Result<()> {
        let Some(rebuilds) = &mut session.rebuilds else {
            self.report.warn("The sources can't be built from here any more: press q, and start again.");
            return Ok(());
        };
        self.report.say("Building …");
        session.start_afresh = true;
        rebuilds.build_now(&mut self.processes, &self.report)?;
        self.send_build_status(Build::Building, session);
        Ok(())
    }

    fn report_addresses(&self, session: &RunningSession) {
        let page = self.ui_url(session);
        self.report.addresses(
            page.as_deref(),
            &self.token.inspector_url(session.ws_port),
            Some(session.ws_url.as_str()).filter(|url| !url.is_empty()),
        );
    }

    async fn toggle_mute(&mut self, session: &mut RunningSession) {
        let on = !session.stats.as_ref().is_some_and(|stats| stats.muted || stats.guard.howl_muted);
        let params = SetMute { session: session.name.clone(), on };
        if self.carry_out(&params, QUICK).await.is_none() {
            return;
        }
        if let Some(stats) = &mut session.stats {
            stats.muted = on;
            stats.guard.howl_muted &= on;
        }
        session.notices.muted_by_key(on);
        self.report.say(if on { "Muted. m unmutes." } else { "Unmuted." });
        self.show_live(session);
    }

    /// Turns the volume up or down. The live line shows it.
    async fn turn(&mut self, by_db: f32, session: &mut RunningSession) {
        let now = session.stats.as_ref().map_or(0.0, |stats| stats.gain_db);
        // A whole number, wherever it was set before.
        let gain_db = (now + by_db).round();
        if !GAIN_DB.contains(&gain_db) {
            let end = if by_db > 0.0 { "loudest" } else { "quietest" };
            self.report.say(&format!("The volume is at its {end}, {}.", gain(now)));
            return;
        }
        if self.carry_out(&SetGain { session: session.name.clone(), gain_db }, QUICK).await.is_none() {
            return;
        }
        if let Some(stats) = &mut session.stats {
            stats.gain_db = gain_db;
        }
        self.show_live(session);
    }

    async fn toggle_bypass(&mut self, session: &mut RunningSession) {
        let on = !session.stats.as_ref().is_some_and(|stats| stats.bypassed);
        let params = SetBypass { session: session.name.clone(), on, on_bypass: None };
        if self.carry_out(&params, QUICK).await.is_none() {
            return;
        }
        if let Some(stats) = &mut session.stats {
            stats.bypassed = on;
        }
        self.report.say(if on {
            "The processor is bypassed. b brings it back."
        } else {
            "The processor is back."
        });
        self.show_live(session);
    }

    /// Allows or refuses the microphone that the project asks for; does nothing if it doesn't ask.
    async fn confirm_microphone(&mut self, consent: Consent, session: &RunningSession) {
        let confirm =
            ConfirmMicrophone { project_dir: session.folder.clone(), consent: Some(consent), if_asked: true };
        if self.carry_out(&confirm, QUICK).await.is_none() {
            return;
        }
        // The companion reports what is heard now.
        self.report.say(match consent {
            Consent::Allowed => "The microphone is allowed to this folder from now on. `wavecraft microphone deny` takes it back.",
            Consent::Refused => "The microphone is refused to this folder. `wavecraft microphone allow` takes that back.",
        });
    }

    /// Hears the next preset by name, or the one before: with audio through the companion, without by its own server.
    async fn step_preset(&mut self, by: i32, session: &RunningSession) {
        let asked = StepPreset { by };
        let done = match &self.preview {
            Some(preview) => match preview.server.presets().step(asked).await {
                Ok(done) => done,
                Err(error) => return self.report.warn(&error.message),
            },
            None => match self.carry_out(&PresetOf { session: session.name.clone(), asked }, QUICK).await {
                Some(done) => done,
                None => return,
            },
        };
        self.report.say(&format!("{}: this preset is heard. , and . go on.", done.name));
        done.remarks.iter().for_each(|remark| self.report.say(&format!("  {}", ansi::line(remark))));
    }

    async fn list_devices(&mut self) {
        let Some(list) = self.carry_out(&ListDevices {}, devices::LISTING).await else { return };
        devices::table(&list).iter().for_each(|line| self.report.say(line));
        self.report.say(
            "Choose in the companion's menu, or in another terminal: `wavecraft devices --output ID --input ID`",
        );
    }

    fn report_figures(&self, session: &RunningSession) {
        match &session.stats {
            Some(stats) => self.report.figures(stats),
            None if self.preview.is_some() => self.report_no_sound(),
            None => self.report.say("Nothing is measured yet."),
        }
    }

    fn show_next_probe(&mut self, session: &RunningSession) {
        if self.preview.is_some() {
            return self.report_no_sound();
        }
        let probes = session.stats.as_ref().map_or(&[][..], |stats| &stats.probes);
        let before = self.probe.take();
        self.probe = ShownProbe::after(before.as_ref(), probes);
        self.report.say(&match (&self.probe, before) {
            (Some(shown), _) => format!("{} is shown below. p shows the next.", shown.title(probes)),
            (None, Some(_)) => "No probe is shown any more. p shows the first.".into(),
            (None, None) => {
                "The processor shows none. `probe!(\"name\", value)` of wavecraft-probe in its `process` makes one.".into()
            }
        });
        self.show_live(session);
    }

    async fn toggle_measuring(&mut self, session: &mut RunningSession) {
        let on = session.attach.as_ref().is_some_and(|attach| attach.measure == Some(false));
        if self.carry_out(&SetMeasuring { session: session.name.clone(), on }, QUICK).await.is_none() {
            return;
        }
        if let Some(attach) = &mut session.attach {
            // For another companion, in case this one goes away.
            attach.measure = Some(on);
        }
        self.report.say(match on {
            true => "Each change is measured from now on.",
            false => "Changes aren't measured any more. w begins again.",
        });
    }

    pub(super) fn report_no_sound(&self) {
        self.report.say("There is no sound here: press q, then `wavecraft start --with-audio`.");
    }

    /// Sends the companion the request that a key stands for. If it fails, reports why and returns nothing; the event
    /// loop reports a companion that has gone away.
    pub(super) async fn carry_out<M: Method>(&mut self, params: &M, limit: Duration) -> Option<M::Result> {
        let Some(companion) = &mut self.companion else {
            self.report_no_sound();
            return None;
        };
        match companion.connection.call(params, limit).await {
            Ok(answer) => Some(answer),
            Err(Error::Gone) => None,
            Err(error) => {
                self.report.warn(&error.to_string());
                None
            }
        }
    }
}

/// Handles keys before they have other uses: waits until the user quits.
pub(super) async fn until_quit(keyboard: &mut Option<Keyboard>, screen: &Screen) {
    let Some(keyboard) = keyboard else { return std::future::pending().await };
    loop {
        match keyboard.next().await {
            Input::Key(Key::Char('q' | 'Q')) => return,
            Input::Key(_) => {}
            input => redraw(input, screen),
        }
    }
}

fn redraw(input: Input, screen: &Screen) {
    match input {
        Input::Continued => screen.redraw_elsewhere(),
        _ => screen.redraw(),
    }
}
