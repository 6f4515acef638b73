//! Handles clicks on the menu, with the same functions as the control socket's calls.

use super::{
    facts::facts,
    model::{Action, PresetAction},
};
use crate::{
    audio::ListedFor,
    command_link::Command,
    companion::Companion,
    control::Owed,
    desktop::{self, DesktopEvent},
    login::Login,
    session::{Context, Session},
};
use std::time::Instant;
use tokio::sync::oneshot;
use tracing::info;
use wavecraft_companion_protocol::{
    control::SelectDevices,
    method::Method,
    preset::{LoadPreset, PresetOf, SavePreset, StepPreset},
    rpc::Outcome,
    session::Source,
    settings::Consent,
};
use wavecraft_companion_server::Presets;

/// Carries out a click's action.
pub(crate) fn clicked(companion: &mut Companion, action: Action) {
    info!("menu: {action:?}");
    let events = companion.cx.announcer.events().clone();
    match action {
        Action::OpenPage(id) => companion.show_page(&id, false),
        Action::OpenInspector(id) => companion.show_page(&id, true),
        Action::SetBypass(id, on) => with(companion, &id, |session, cx| session.set_bypassed(on, None, cx)),
        Action::SetMute(id, on) => with(companion, &id, |session, cx| session.set_muted(on, cx)),
        Action::Record(id) => with(companion, &id, |session, cx| session.playback_mut().record_from_menu(cx)),
        Action::StopRecording(id) => {
            with(companion, &id, |session, cx| session.playback_mut().end_recording(None, None, cx));
        }
        Action::Reveal(path) => desktop::reveal(path, &events),
        // Every line of the menu is in range.
        Action::SetGain(id, gain_db) => {
            with(companion, &id, |session, cx| drop(session.set_gain(gain_db, cx)))
        }
        Action::Restart(id) => with(companion, &id, |session, cx| session.playback_mut().restart(cx)),
        Action::SetSource(id, source) => {
            // Choosing it here also allows it.
            if source == Source::Microphone {
                companion.confirm_in_menu(&id, Consent::Allowed);
            }
            with(companion, &id, |session, cx| session.set_source(source, shown(cx), cx));
        }
        Action::ConfirmMicrophone(id, consent) => companion.confirm_in_menu(&id, consent),
        Action::OpenAddress(address) => desktop::open(address.into(), &events),
        Action::SetLoginItem(on) => companion.login.iter().for_each(|login| login.set(on)),
        Action::ApproveLoginItem => companion.login.iter().for_each(Login::approve),
        Action::LinkCommand => companion.command.iter().for_each(Command::link),
        Action::UnlinkCommand => companion.command.iter().for_each(Command::unlink),
        Action::SetMode(id, mode) => with(companion, &id, |session, cx| session.set_mode(mode, cx)),
        Action::Compare(id, wanted) => {
            with(companion, &id, |session, cx| {
                let outcome = session.compare(wanted, cx);
                session.playback_mut().say_refusal(outcome);
            });
        }
        Action::Preset(id, action) => {
            with(companion, &id, |session, cx| {
                if let Ok(presets) = session.presets() {
                    preset(presets, action, shown(cx));
                }
            });
        }
        Action::EndComparison(id) => with(companion, &id, Session::end_comparison),
        Action::ChangeTransport(wanted) => {
            companion.cx.transport.change(&wanted, &mut companion.cx.audio);
        }
        Action::TapTempo => companion.cx.transport.tap(Instant::now(), &mut companion.cx.audio),
        Action::Stop(id) => with(companion, &id, |session, cx| session.detach(None, cx)),
        Action::SelectDevices(select) => select_devices(companion, select),
        Action::LookForDevices => companion.cx.audio.refresh_devices(),
        Action::ShowLog => desktop::open(companion.welcome.log.clone().into(), &events),
        Action::CopyDiagnostics => desktop::copy(diagnostics(companion), &events),
        Action::Quit => companion.quit(),
    }
}

/// Does nothing if the session has gone meanwhile.
fn with(companion: &mut Companion, id: &str, act: impl FnOnce(&mut Session, &mut Context)) {
    if let Ok(session) = companion.sessions.find(id) {
        act(session, &mut companion.cx);
    }
}

/// What went well is seen in the menu; what a person should know of it is a page's to say.
fn preset(presets: Presets, action: PresetAction, owed: Owed<PresetOf<LoadPreset>>) {
    tokio::spawn(async move {
        owed.settle(match action {
            PresetAction::Load(name) => presets.load(LoadPreset { name }).await,
            PresetAction::Next => presets.step(StepPreset { by: 1 }).await,
            PresetAction::Previous => presets.step(StepPreset { by: -1 }).await,
            PresetAction::SaveOver(name) => {
                presets.save(SavePreset { name, note: None, replace: true }).await
            }
        });
    });
}

/// Makes the control socket's call on behalf of the menu.
fn select_devices(companion: &mut Companion, select: SelectDevices) {
    let owed = shown(&companion.cx);
    companion.cx.audio.list_devices(ListedFor::Select(select, owed));
}

/// The answer to a call that the menu makes: an error is shown in it.
fn shown<M: Method>(cx: &Context) -> Owed<M> {
    let (reply, answer) = oneshot::channel::<Outcome>();
    let events = cx.announcer.events().clone();
    tokio::spawn(async move {
        if let Ok(answer) = answer.await
            && let Some(refused) = answer.error()
        {
            events.send(DesktopEvent::Trouble(refused.message.clone()));
        }
    });
    Owed::new(reply)
}

/// The text for a bug report. Contains no token, and no address with one.
fn diagnostics(companion: &Companion) -> String {
    let facts = facts(companion);
    let mut lines =
        vec![format!("Wavecraft Companion on {} {}", std::env::consts::OS, std::env::consts::ARCH)];
    lines.extend(facts.about);
    lines.push(format!("Log: {}", companion.welcome.log.display()));
    lines.push(format!("Audio: {:?}", facts.devices));
    for session in companion.sessions.iter() {
        lines.push(format!("{} in {}", session.name(), session.folder().display()));
        let (state, reason) = session.playback().state();
        lines.push(format!("  {state:?}: {}", reason.unwrap_or_else(|| "no reason to tell".into())));
        lines.push(format!(
            "  source {}, mode {}",
            session.playback().input().source(),
            session.playback().mix().mode().0
        ));
        lines.push(format!("  {:?}", session.playback().stats()));
    }
    lines.push(String::new());
    lines.join("\n")
}
