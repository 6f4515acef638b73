//! `wavecraft.toml` while the project runs: what of it is taken over, and what counts from the next start on.

use super::{
    args::{Given, existing},
    devices,
    session::RunningSession,
    state::Start,
};
use crate::{
    companion::QUICK,
    project::{DEFAULTS_FILE, Defaults},
    report::transport_words,
};
use wavecraft_companion_protocol::{
    control::{SetBypass, SetMode, SetTransport},
    session::{Build, Mode, OnBypass, Source},
    transport::ChangeTransport,
};

/// The keys whose last value stays when they go.
const REMEMBERED: [&str; 5] =
    ["source", "mode", "transport.tempo", "transport.playing", "transport.loop_bars"];

/// What a change of the file means for a project that runs.
#[derive(Debug, Default, PartialEq)]
struct Changes {
    source: Option<Source>,
    mode: Option<Mode>,
    on_bypass: Option<OnBypass>,
    /// What changes of the time of all.
    time: ChangeTransport,
    /// Whether the processor is told nothing of it.
    none: Option<bool>,
    devices: bool,
    profile: bool,
    /// Keys that count from the next start on.
    wait: Vec<&'static str>,
    /// Keys that are gone from the file and whose value is remembered: it is used at the next start too.
    stay: Vec<&'static str>,
    /// Keys that a flag or a variable goes before.
    overruled: Vec<&'static str>,
}

impl Changes {
    /// Between the values in effect and those of the file. `at_start` are those that the start began with.
    fn between(old: &Defaults, new: &Defaults, at_start: &Defaults, given: Given, plays: bool) -> Self {
        let mut changes = Self::default();
        // A value that is taken over while it plays, unless it is taken away: what it was before nobody knows.
        fn take<T: Clone + PartialEq>(
            changes: &mut Changes,
            key: &'static str,
            (old, new): (&Option<T>, &Option<T>),
            (given, plays): (bool, bool),
        ) -> Option<T> {
            if old == new {
                return None;
            }
            if given {
                changes.overruled.push(key);
                return None;
            }
            match (new, plays) {
                (Some(new), true) => Some(new.clone()),
                (None, _) if REMEMBERED.contains(&key) => {
                    changes.stay.push(key);
                    None
                }
                _ => {
                    changes.wait.push(key);
                    None
                }
            }
        }
        changes.source = take(&mut changes, "source", (&old.source, &new.source), (given.input, plays));
        changes.mode = take(&mut changes, "mode", (&old.mode, &new.mode), (given.mode, plays));
        changes.on_bypass = take(&mut changes, "on_bypass", (&old.on_bypass, &new.on_bypass), (false, plays));
        let (was, is) = (&old.transport, &new.transport);
        changes.time = ChangeTransport {
            tempo: take(&mut changes, "transport.tempo", (&was.tempo, &is.tempo), (given.tempo, plays)),
            playing: take(&mut changes, "transport.playing", (&was.playing, &is.playing), (false, plays)),
            position_beats: None,
            loop_bars: take(
                &mut changes,
                "transport.loop_bars",
                (&was.loop_bars, &is.loop_bars),
                (false, plays),
            ),
        };
        let none = [was, is].map(|time| Some(time.none == Some(true)));
        changes.none = take(&mut changes, "transport.none", (&none[0], &none[1]), (given.transport, plays));
        if old.profile != new.profile {
            changes.profile = !given.profile;
            changes.overruled.extend(given.profile.then_some("profile"));
        }
        if old.devices != new.devices {
            changes.devices = plays && new.devices != Default::default();
            let list = if new.devices == Default::default() { &mut changes.stay } else { &mut changes.wait };
            list.extend((!changes.devices).then_some("devices"));
        }
        // What is as it was at the start is in effect.
        let others = [
            ("audio", old.audio != new.audio && new.audio != at_start.audio),
            ("port", old.port != new.port && new.port != at_start.port),
            ("realtime", old.realtime != new.realtime && new.realtime != at_start.realtime),
            ("ui_port", old.ui_port != new.ui_port && new.ui_port != at_start.ui_port),
        ];
        changes.wait.extend(others.into_iter().filter_map(|(key, waits)| waits.then_some(key)));
        changes
    }
}

impl Start {
    /// Takes over what can be taken over of a changed `wavecraft.toml`, and says so.
    ///
    /// # Errors
    /// If cargo can't be started.
    pub(super) async fn on_defaults(
        &mut self,
        read: anyhow::Result<Defaults>,
        session: &mut RunningSession,
    ) -> anyhow::Result<()> {
        let Some(watch) = &mut session.defaults else { return Ok(()) };
        let new = match read {
            Ok(new) => new,
            Err(error) => {
                let told = format!("{error:#}");
                if watch.told.as_ref() != Some(&told) {
                    self.report.trouble(&format!(
                        "{told}\nWhat was in effect before stays so until this is mended."
                    ));
                    watch.told = Some(told);
                }
                return Ok(());
            }
        };
        let mended = watch.told.take().is_some();
        let old = std::mem::replace(&mut watch.defaults, new.clone());
        let changes =
            Changes::between(&old, &new, &watch.at_start, self.args.given, self.companion.is_some());
        if mended && changes == Changes::default() {
            self.report.say(&format!("{DEFAULTS_FILE} can be read again; nothing else has changed."));
        }
        self.take_over(changes, new, session).await
    }

    async fn take_over(
        &mut self,
        changes: Changes,
        new: Defaults,
        session: &mut RunningSession,
    ) -> anyhow::Result<()> {
        let mut taken = Vec::new();
        if let Some(source) = changes.source {
            match existing(source) {
                Ok(source) => self.set_source(source, session).await,
                Err(error) => self.report.trouble(&format!(
                    "the source of {DEFAULTS_FILE}: {error}. The sound comes from where it came from before"
                )),
            }
        }
        if let Some(mode) = changes.mode {
            let set = SetMode { session: session.name.clone(), mode };
            taken.extend(self.carry_out(&set, QUICK).await.map(|_| format!("mode {mode}")));
        }
        if let Some(on_bypass) = changes.on_bypass {
            let on = session.stats.as_ref().is_some_and(|stats| stats.bypassed);
            let set = SetBypass { session: session.name.clone(), on, on_bypass: Some(on_bypass) };
            if self.carry_out(&set, QUICK).await.is_some() {
                let name = match on_bypass {
                    OnBypass::Dry => "dry",
                    OnBypass::Silence => "silence",
                };
                taken.push(format!("on_bypass {name}"));
                session.attach.iter_mut().for_each(|attach| attach.on_bypass = Some(on_bypass));
            }
        }
        if changes.time != ChangeTransport::default() || changes.none.is_some() {
            let (change, none) = (changes.time, changes.none);
            let set = SetTransport { change, session: Some(session.name.clone()), none };
            if let Some(now) = self.carry_out(&set, QUICK).await {
                taken.push(format!("transport: {}", transport_words(&now)));
                taken.extend(none.map(|none| {
                    format!("the processor gets {} of it", if none { "nothing" } else { "all" })
                }));
                let wanted = self.args.project_transport(&new.transport);
                session.attach.iter_mut().for_each(|attach| attach.transport = wanted);
            }
        }
        if let Some(companion) = self.companion.as_mut().filter(|_| changes.devices) {
            let chosen =
                devices::choose(&mut companion.connection, &new.devices, Some(&session.name), &self.report)
                    .await;
            if let Err(error) = chosen {
                self.report.trouble(&format!("the devices of {DEFAULTS_FILE}: {error:#}"));
            }
        }
        if let Some(rebuilds) = session.rebuilds.as_mut().filter(|_| changes.profile) {
            let name = new.profile.as_deref().unwrap_or("the usual one");
            taken.push(format!("profile {name}, building …"));
            rebuilds.set_profile(new.profile.clone());
            rebuilds.build_now(&mut self.processes, &self.report)?;
            self.send_build_status(Build::Building, session);
        }
        let mut said = Vec::new();
        if !taken.is_empty() {
            said.push(format!("in effect: {}", taken.join(", ")));
        }
        if !changes.wait.is_empty() {
            said.push(format!("from the next start on: {}", changes.wait.join(", ")));
        }
        if !changes.stay.is_empty() {
            said.push(format!("no longer in it, and what was used last stays: {}", changes.stay.join(", ")));
        }
        if !changes.overruled.is_empty() {
            said.push(format!(
                "without effect, since a flag or a variable says otherwise: {}",
                changes.overruled.join(", ")
            ));
        }
        if !said.is_empty() {
            self.report.say(&format!("{DEFAULTS_FILE} has changed; {}.", said.join("; ")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU16;
    use wavecraft_companion_protocol::session::TestSignal;

    fn with(change: impl FnOnce(&mut Defaults)) -> Defaults {
        let mut defaults = Defaults::default();
        change(&mut defaults);
        defaults
    }

    #[test]
    fn what_can_be_is_taken_over_and_the_rest_is_named() {
        let all = with(|all| {
            all.audio = Some(true);
            all.source = Some(Source::Signal(TestSignal::TONE));
            all.mode = Some(Mode::Direct);
            all.on_bypass = Some(OnBypass::Silence);
            all.port = NonZeroU16::new(9100);
            all.ui_port = NonZeroU16::new(5200);
            all.profile = Some("release".into());
            all.devices.output = Some("desk".into());
            all.realtime.watch = Some(false);
            all.transport.tempo = Some(98.0);
            all.transport.none = Some(true);
        });
        let (none, given) = (Defaults::default(), Given::default());
        let between = |old, new, given, plays| Changes::between(old, new, &none, given, plays);
        assert_eq!(between(&all, &all, given, true), Changes::default());
        let changes = between(&none, &all, given, true);
        assert_eq!(
            (&changes.source, changes.mode),
            (&Some(Source::Signal(TestSignal::TONE)), Some(Mode::Direct))
        );
        assert_eq!(
            (changes.on_bypass, changes.devices, changes.profile),
            (Some(OnBypass::Silence), true, true)
        );
        let time = ChangeTransport { tempo: Some(98.0), ..ChangeTransport::default() };
        assert_eq!((changes.time, changes.none), (time, Some(true)));
        assert_eq!((changes.wait, changes.overruled), (vec!["audio", "port", "realtime", "ui_port"], vec![]));

        let silent = between(&none, &all, given, false);
        assert_eq!(
            silent.wait,
            [
                "source",
                "mode",
                "on_bypass",
                "transport.tempo",
                "transport.none",
                "devices",
                "audio",
                "port",
                "realtime",
                "ui_port"
            ]
        );
        assert!(silent.profile && silent.source.is_none(), "it is built without sound too");
        let gone = Changes::between(&all, &none, &all, given, true);
        assert_eq!(gone.wait, ["on_bypass", "audio", "port", "realtime", "ui_port"]);
        assert_eq!(gone.stay, ["source", "mode", "transport.tempo", "devices"], "they are remembered");
        assert_eq!(gone.none, Some(false), "nobody asks for it any more");
        let back = between(&all, &none, given, true);
        assert_eq!(back.wait, ["on_bypass"], "the ports never changed");
        let given = Given { input: true, mode: true, profile: true, tempo: true, transport: true };
        let overruled = between(&none, &all, given, true).overruled;
        assert_eq!(overruled, ["source", "mode", "transport.tempo", "transport.none", "profile"]);
    }
}
