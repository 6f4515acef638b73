//! `wavecraft status`: what the companion runs.

use crate::{
    cli::JsonArgs,
    companion::{self, QUICK},
    output::out,
    report::{audio, clock, clocks, decibels, json_line, latency, seconds_of},
};
use wavecraft_companion_protocol::control::{STATUS, SessionStatus, Status};

/// Prints it; with `--json` the protocol's own `Status`, tokens included, or `null` where no companion runs.
pub(crate) async fn run(args: JsonArgs) -> anyhow::Result<()> {
    let status = match companion::find(&companion::paths()?).await? {
        Some(mut companion) => {
            Some(companion.connection.call::<Status>(STATUS, &serde_json::json!({}), QUICK).await?)
        }
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
    out!("{} ({}) in {}", session.name, session.session, session.project_dir.display());
    let state = format!("{:?}", session.state).to_lowercase();
    out!(
        "  State     {state}{}",
        session.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default()
    );
    out!("  Port      {}", session.port);
    if let Some(path) = &session.recording {
        out!("  Recording {}", path.display());
    }
    if let Some(trouble) = &session.recording_trouble {
        out!("            {trouble}");
    }
    if let Some(stats) = &session.stats {
        if let Some(file) = &stats.file {
            let at = |frames| clock(seconds_of(frames, stats.devices.sample_rate));
            out!("  File      at {} of {}", at(file.position_frames), at(file.length_frames));
        }
        let ms = stats.latency.total_ms(stats.devices.sample_rate);
        out!("  Latency   {}", latency(ms, stats.mode));
        if let Some(reason) = &stats.mode_reason {
            out!("            {reason}");
        }
        if let Some(reason) = &stats.source_reason {
            out!("  Input     {reason}");
        }
        if let Some(drift) = &stats.drift {
            out!("  Clocks    microphone and output are {}", clocks(drift));
        }
        if let Some(reason) = &stats.mute_reason {
            out!("  Sound     {reason}");
        }
        out!(
            "  Levels    in {}, out {}; load {:.1} %, {} late of {} blocks",
            decibels(stats.input.rms[0].max(stats.input.rms[1])),
            decibels(stats.output.rms[0].max(stats.output.rms[1])),
            stats.load * 100.0,
            stats.late_blocks.total(),
            stats.blocks
        );
    }
}
