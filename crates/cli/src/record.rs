//! `wavecraft record`: records the output of a running project's processor to a file.
//!
//! The companion writes the file. This command holds the connection that the recording belongs to, and shows the
//! progress. Ctrl+C is the ordinary end: exit code 0, since the file is complete.

use crate::{
    companion::{self, Connection, Error, Incoming, QUICK},
    failure::Usage,
    numbers::{self, absolute_text},
    report::{Report, clock, decibels, over_both},
    running,
    signals::Signals,
    terminal::Progress,
};
use anyhow::{Context, bail};
use std::{path::PathBuf, time::Duration};
use wavecraft_companion_protocol::{
    control::{BAD_RECORDING, GetStatus, Notice, Subscribe},
    event::Event,
    session::Stats,
    take::{Record, Recording, StopRecording, Take, check_name},
};

/// How long a disk may take to write the last seconds of a recording.
const WRITING: Duration = Duration::from_secs(60);
const NONE_RUNS: &str = "no project is running: start one with `wavecraft start --with-audio`";

/// What `wavecraft record` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct RecordArgs {
    /// The project's or the session's name [default: this folder's project, or the only one]
    name: Option<String>,
    /// The new file: WAV, 32-bit float, stereo
    #[arg(short, long, value_name = "FILE.wav")]
    output: PathBuf,
    /// Stop after so many seconds [default: at Ctrl+C]
    #[arg(long, value_name = "N", value_parser = numbers::record_seconds)]
    seconds: Option<f64>,
    /// Print events as JSON, one a line, on standard output
    #[arg(long)]
    json: bool,
}

/// Records until it is stopped.
///
/// # Errors
/// If it can't begin, or ends before it was asked to: then too the contents of the file are reported.
pub(crate) async fn run(args: RecordArgs) -> anyhow::Result<()> {
    let mut signals = Signals::take().context("the system's signals can't be watched")?;
    let report = Report::new(args.json, false);
    let outcome = record(&args, &report, &mut signals).await;
    match outcome {
        Ok(take) => {
            report.event(&Event::Recorded(take.clone()));
            if take.dropped_frames > 0 {
                report.warn(&format!("{} frames are missing: the disk was too slow", take.dropped_frames));
            }
            match take.reason {
                Some(reason) => report.failed(anyhow::anyhow!("the recording ended by itself: {reason}")),
                None => Ok(()),
            }
        }
        Err(error) => report.failed(error),
    }
}

async fn record(args: &RecordArgs, report: &Report, signals: &mut Signals) -> anyhow::Result<Take> {
    let path = absolute_text(&args.output)?;
    check_name(&path).map_err(Usage)?;
    let Some(mut companion) = companion::find(&companion::paths()?).await? else { bail!(NONE_RUNS) };
    let connection = &mut companion.connection;
    let status = connection.call(&GetStatus {}, QUICK).await?;
    if status.sessions.is_empty() {
        bail!(NONE_RUNS);
    }
    let session = running::choose(args.name.as_deref(), &status.sessions, "")?;
    connection.call(&Subscribe { all: true }, QUICK).await?;
    // The companion counts the frames: its clock is the sound's.
    let wish = Record { session: session.session.clone(), path, seconds: args.seconds };
    let Recording { path } = connection.call(&wish, WRITING).await?;
    report.say(&format!("Recording {} into {}. Ctrl+C stops it.", session.name, path.display()));

    let session = &session.session;
    let mut shown = Shown { progress: report.progress(), report, path, session };
    shown.show(0.0, 0.0, 0);
    let taken = tokio::select! {
        taken = shown.until_it_ends(connection) => Some(taken?),
        () = signals.next() => None,
    };
    drop(shown);
    match taken {
        Some(take) => Ok(take),
        None => stop(connection, session).await,
    }
}

async fn stop(connection: &mut Connection, session: &str) -> anyhow::Result<Take> {
    let stop = StopRecording { session: session.into() };
    match connection.call(&stop, WRITING).await {
        // It just ended by itself, and that was reported.
        Err(Error::Refused(refused)) if refused.code == BAD_RECORDING => {
            tokio::time::timeout(WRITING, ended(connection, session, |_| {})).await?
        }
        other => Ok(other?),
    }
}

/// Waits for the recording's end to be reported.
async fn ended(
    connection: &mut Connection,
    session: &str,
    mut on_stats: impl FnMut(&Stats),
) -> anyhow::Result<Take> {
    loop {
        let next = connection.next().await;
        match next.context("the file has what was written until then")? {
            Incoming::Notice(Notice::RecordingEnded(ended)) if ended.session == session => {
                return Ok(ended.take);
            }
            Incoming::Notice(Notice::Stats(stats)) if stats.session == session => on_stats(&stats),
            _ => {}
        }
    }
}

/// The progress, for a person or a program.
struct Shown<'a> {
    progress: Progress,
    report: &'a Report,
    path: PathBuf,
    session: &'a str,
}

impl Shown<'_> {
    async fn until_it_ends(&mut self, connection: &mut Connection) -> anyhow::Result<Take> {
        let session = self.session;
        ended(connection, session, |stats| {
            let recording = stats.recording.unwrap_or_default();
            self.show(recording.seconds, over_both(stats.output.rms), recording.dropped_frames);
        })
        .await
    }

    fn show(&mut self, seconds: f64, output_rms: f32, dropped_frames: u64) {
        self.progress.say(&format!("{}  {}", clock(seconds), decibels(output_rms)));
        self.report.event(&Event::Recording {
            session: self.session.into(),
            path: self.path.clone(),
            seconds,
            output_rms,
            dropped_frames,
        });
    }
}
