//! Computes the menu from the facts about the companion.

use super::{
    command, devices,
    facts::Facts,
    login,
    model::{Action, Entry, Icon, Menu, Shortcut},
    project::ProjectFacts,
    stream, transport,
};

/// The menu that shows these facts.
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
    let is_first = |project: &ProjectFacts| first.is_some_and(|first| first.id == project.id);
    match facts.projects.as_slice() {
        [] => {}
        [only] => {
            entries.push(Entry::separator("projects/line"));
            entries.extend(only.entries(is_first(only)));
        }
        // All their lines would be higher than a screen.
        projects => {
            entries.push(Entry::separator("projects/line"));
            let howling = projects.iter().find(|project| project.howl);
            entries.extend(howling.map(ProjectFacts::howl_entries).unwrap_or_default());
            entries.extend(projects.iter().flat_map(|project| project.folded(is_first(project))));
        }
    }
    if let Some(time) = facts.transport {
        entries.push(Entry::separator("transport/line"));
        entries.push(transport::entry(time));
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
        projects if degraded || projects.iter().any(ProjectFacts::wants_attention) => Icon::Attention,
        _ => Icon::Live,
    }
}

/// "2 projects · 48 kHz / 128 · 6.2 ms · load 3 %": the longest latency and the highest load of all.
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
    let measured = facts.projects.iter().filter_map(|project| project.measured);
    if let Some(latency) = measured.clone().map(|measured| measured.latency_ms).reduce(f64::max) {
        parts.push(format!("{latency:.1} ms"));
    }
    if let Some(load) = measured.map(|measured| measured.load).reduce(f32::max) {
        parts.push(format!("load {:.0} %", load * 100.0));
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests;
