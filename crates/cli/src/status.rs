//! `wavecraft status`: shows what the companion runs.

use crate::{
    ansi,
    cli::JsonArgs,
    companion::{self, QUICK},
    output::out,
    report::{
        audio, clock, clocks, decibels, heard_name, heard_words, json_line, latency, length, over_both,
        percent, seconds_of, state_name, transport_words,
    },
};
use wavecraft_companion_protocol::{
    control::{GetStatus, SessionStatus},
    session::{Notice, Stats},
};

/// Prints the status; with `--json` the protocol's own `Status`, tokens included, or `null` if no companion is running.
pub(crate) async fn run(args: JsonArgs) -> anyhow::Result<()> {
    let status = match companion::find(&companion::paths()?).await? {
        Some(mut companion) => Some(companion.connection.call(&GetStatus {}, QUICK).await?),
        None => None,
    };
    if args.json {
        out!("{}", json_line(&status));
        return Ok(());
    }
    let Some(status) = status else {
        out!("No companion is running. `wavecraft start --with-audio` in a project starts one.");
        return Ok(());
    };
    let companion = &status.companion;
    out!("Companion {}, process {}", companion.app_version, companion.pid);
    out!("  Log       {}", companion.log.display());
    if let Some(devices) = &status.devices {
        out!("  Audio     {}", audio(devices));
        if let Some(notice) = &devices.notice {
            out!("            {notice}");
        }
    }
    if status.sessions.is_empty() {
        out!("  No project is running.");
    }
    for session in &status.sessions {
        print_session(session);
    }
    Ok(())
}

fn print_session(session: &SessionStatus) {
    out!("");
    let folder = session.project_dir.display().to_string();
    out!("{} ({}) in {}", ansi::line(&session.name), ansi::line(&session.session), ansi::line(&folder));
    let item = |name: &str, value: &str| out!("  {name:<10}{value}");
    let more = |value: &Option<String>| {
        if let Some(value) = value {
            item("", value);
        }
    };
    item("State", state_name(session.state));
    more(&session.reason);
    if let Some(child) = session.child_pid {
        item("Processor", &format!("process {child}"));
    }
    if let Some(stats) = &session.stats {
        print_stats(stats, item, more);
    }
    if let Some(path) = &session.recording {
        item("Recording", &path.display().to_string());
    }
    if let Some(take) = &session.recorded {
        item("Recorded", &format!("{} into {}", length(take.seconds), take.path.display()));
    }
    more(&session.recording_trouble);
    if let Some(url) = &session.ui_url {
        item("Page", url);
    }
    if let Some(url) = &session.inspector_url {
        item("Inspector", url);
    }
}

fn print_stats(stats: &Stats, item: impl Fn(&str, &str), more: impl Fn(&Option<String>)) {
    let source = stats.signal.map_or_else(|| stats.source.to_string(), |signal| signal.label());
    item("Source", &source);
    more(&stats.source_reason);
    if let Some(file) = &stats.file {
        let at = |frames| clock(seconds_of(frames, stats.devices.sample_rate));
        item("", &format!("at {} of {}", at(file.position_frames), at(file.length_frames)));
    }
    let sound =
        [(stats.bypassed, "bypassed"), (stats.muted, "muted"), (stats.guard.howl_muted, "muted: it howled")];
    let sound: Vec<_> = sound.iter().filter_map(|(on, name)| on.then_some(*name)).collect();
    if !sound.is_empty() {
        item("Sound", &sound.join(", "));
        more(&stats.mute_reason);
    }
    if let Some(time) = &stats.transport {
        item("Time", &transport_words(time));
        more(&time.remark().map(str::to_owned));
    }
    item("Latency", &latency(stats.latency.total_ms(stats.devices.sample_rate), stats.mode));
    more(&stats.mode_reason);
    if let Some(drift) = &stats.drift {
        item("Clocks", &format!("microphone and output are {}", clocks(drift)));
    }
    item("Heard", heard_words(stats.heard));
    item(
        "Levels",
        &format!("in {}, {} {}", level(stats.input.rms), heard_name(stats.heard), level(stats.output.rms)),
    );
    item(
        "Load",
        &format!(
            "{}, 99 % of the last ten seconds below {}; {} of {} blocks late since this build is heard, {} xruns",
            percent(stats.processor_load.average),
            percent(stats.processor_load.p99),
            stats.late_blocks.total(),
            stats.blocks,
            stats.xruns
        ),
    );
    print_realtime(stats, &item);
    // The state, the microphone, the source and what is done in `process` have their lines above, devices theirs at the top.
    let above = |notice: &&Notice| {
        !["state", "microphone", "source", "devices", "realtime"].contains(&notice.id.as_str())
    };
    for notice in stats.notices.iter().filter(above) {
        item("Notice", &notice.text);
    }
}

fn print_realtime(Stats { realtime, blocks, .. }: &Stats, item: impl Fn(&str, &str)) {
    let calm = format!("nothing that an audio thread must not do was seen in {blocks} blocks");
    let lines = realtime.lines(&calm);
    for (index, line) in lines.iter().enumerate() {
        item(if index == 0 { "Real time" } else { "" }, &ansi::line(line));
    }
}

fn level(rms: [f32; 2]) -> String {
    decibels(over_both(rms))
}
