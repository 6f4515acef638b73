//! What the app knows → what the menu says.

use super::{Action, Entry, Icon, Menu, Microphone, Project, Shortcut, command, devices, login, stream};
use crate::{command_link::LinkState, login_item::LoginState};
use wavecraft_companion_protocol::{control::Device, session::AudioDevices, settings::ChosenDevices};

/// What the menu is made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Facts {
    /// Every project, in the order in which it is shown.
    pub projects: Vec<Project>,
    /// The audio side, while it runs.
    pub devices: Option<AudioDevices>,
    /// The inputs that there were when they were listed last.
    pub inputs: Vec<Device>,
    /// The outputs, likewise.
    pub outputs: Vec<Device>,
    /// Which of them were chosen, and how they are to run.
    pub chosen: ChosenDevices,
    /// What the last click couldn't do, and what to do instead.
    pub trouble: Option<String>,
    /// What is known of the microphone.
    pub microphone: Microphone,
    /// How the system has the login item, where that is known.
    pub login: Option<LoginState>,
    /// How it is with the command's link, where that is known.
    pub command: Option<LinkState>,
    /// What the companion says of itself, for "About".
    pub about: Vec<String>,
}

/// The menu that says all this.
pub(crate) fn compute(facts: &Facts) -> Menu {
    let status = status(facts);
    let mut entries = vec![Entry::text("status", status.as_str())];
    if facts.projects.is_empty() {
        entries.push(Entry::text("hint", "To start: `wavecraft start --with-audio` in a project"));
    }
    if let Some(trouble) = &facts.trouble {
        entries.extend(Entry::paragraph("trouble", trouble));
    }
    if let Some(notice) = facts.devices.as_ref().and_then(|devices| devices.notice.as_ref()) {
        entries.extend(Entry::paragraph("notice", notice));
    }
    let first = facts.projects.iter().find(|project| project.has_page());
    for project in &facts.projects {
        entries.push(Entry::separator(format!("{}/line", project.id)));
        entries.extend(project.entries(first.is_some_and(|first| first.id == project.id)));
    }
    entries.push(Entry::separator("devices/line"));
    entries.extend([
        devices::input(facts),
        devices::output(facts),
        stream::rate(facts),
        stream::buffer(facts),
    ]);
    entries.push(Entry::separator("microphone/line"));
    entries.extend(facts.microphone.entries(&facts.projects));
    entries.push(Entry::separator("about/line"));
    entries.extend(facts.login.map(login::entry));
    entries.extend(facts.command.as_ref().and_then(command::entry));
    entries.push(Entry::button("log", "Show Log", Action::ShowLog));
    entries.push(Entry::button("diagnostics", "Copy Diagnostics", Action::CopyDiagnostics));
    let about = facts.about.iter().enumerate();
    let about = about.map(|(number, line)| Entry::text(format!("about/{number}"), line)).collect();
    entries.push(Entry::submenu("about", "About Wavecraft Companion", about));
    entries.push(Entry::button("quit", "Quit", Action::Quit).with_shortcut(Shortcut::Quit));
    Menu { icon: icon(facts), tooltip: status, entries }
}

fn icon(facts: &Facts) -> Icon {
    let degraded = facts.devices.as_ref().is_some_and(|devices| devices.notice.is_some());
    match facts.projects.as_slice() {
        _ if facts.trouble.is_some() => Icon::Attention,
        [] => Icon::Idle,
        projects if degraded || projects.iter().any(Project::wants_attention) => Icon::Attention,
        _ => Icon::Live,
    }
}

/// "2 projects · 48 kHz / 128 · 6.2 ms · load 3 %": the longest latency of all, and the audio thread's load.
fn status(facts: &Facts) -> String {
    let mut parts = vec![match facts.projects.len() {
        0 => return "No project is running".into(),
        1 => "1 project".to_owned(),
        count => format!("{count} projects"),
    }];
    match &facts.devices {
        Some(devices) => {
            parts.push(format!("{} / {}", stream::khz(devices.sample_rate), devices.buffer_frames));
        }
        None => parts.push("opening the audio".into()),
    }
    let figures = facts.projects.iter().filter_map(|project| project.figures);
    if let Some(latency) = figures.clone().map(|figures| figures.latency_ms).reduce(f64::max) {
        parts.push(format!("{latency:.1} ms"));
    }
    if let Some(load) = figures.map(|figures| figures.load).reduce(f32::max) {
        parts.push(format!("load {:.0} %", load * 100.0));
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests;
