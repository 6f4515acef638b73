//! Renders a file or a signal through a project's processor, as fast as possible: `wavecraft-companion --render JOB`.
//!
//! No lock, no socket, no device: one child, started as for playing, and [`Offline`] in place of the engine;
//! `docs/decisions/0016-rendering-without-an-engine.md` explains why. Events are reported on standard output, one per
//! line.

mod blocks;
mod input;

use crate::{
    executable,
    offline::{BadJob, Facts, Processor, answer_job, note, note_preset, output, tell, values_of},
    units::frames_in,
};
use anyhow::{Context, bail};
use blocks::{Blocks, Done};
use input::Input;
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};
use wavecraft_audio_core::{MAX_FRAMES, MAX_WAV_FRAMES, Offline, OfflineError, WavFile};
use wavecraft_companion_protocol::{
    event::Event,
    session::Source,
    take::{RenderJob, check_input},
    transport::ChangeTransport,
};

/// Channels of every rendering, as of every session.
const CHANNELS: usize = 2;
/// The timeout for one block. A processor may be slow; this is for one that hangs.
const PATIENCE: Duration = Duration::from_secs(10);
/// A longer latency is a mistake in the processor.
const MAX_LATENCY_SECONDS: u32 = 10;
/// An hour of silence after the input would be a mistake too.
const MAX_TAIL_SECONDS: f64 = 3600.0;
/// Renders, until done or interrupted by a signal. Must run within a tokio runtime.
///
/// # Errors
/// The signals can't be watched.
pub(crate) async fn run(job: String) -> anyhow::Result<ExitCode> {
    answer_job(render(&job)).await
}

async fn render(job: &str) -> anyhow::Result<()> {
    let job: RenderJob =
        serde_json::from_str(job).map_err(|error| BadJob(format!("the job can't be read: {error}")))?;
    let place = check(&job)?;
    let input = Input::open(&job)?;
    let sample_rate = input.sample_rate();
    let tail_frames = frames_in(job.tail_seconds, sample_rate);
    if input.total_frames().is_some_and(|frames| frames.saturating_add(tail_frames) > MAX_WAV_FRAMES) {
        let name = match &job.input {
            Source::File { path } => path.display().to_string(),
            other => other.to_string(),
        };
        bail!("{name} is longer than a WAV file can be (4 GiB): use a part of it");
    }
    tell(&Event::Rendering { frames: 0, total_frames: input.total_frames(), sample_rate });
    let part = output::beside(&place)?;
    let output = WavFile::begin(part.reopen()?, sample_rate)
        .with_context(|| format!("{} can't be written", place.display()))?;

    let began = Instant::now();
    let program = Facts { program: &job.program, cwd: &job.cwd, env: &job.env }.program();
    let (mut processor, ready) = Processor::start(&program, sample_rate, CHANNELS).await?;
    let latency_frames = ready.latency_frames;
    if latency_frames / MAX_LATENCY_SECONDS > sample_rate {
        bail!(
            "the processor says that its latency is {latency_frames} frames: more than {MAX_LATENCY_SECONDS} s"
        );
    }
    note_preset(&ready.specs, job.preset.as_ref());
    let values = values_of(&ready.specs, job.preset.as_ref(), &job.parameters).map_err(BadJob)?;
    ready.writer.set_all(&values)?;
    let mut offline = Offline::new(ready.ring, CHANNELS, processor.begin(), sample_rate, PATIENCE);
    match (job.no_transport, job.tempo) {
        (true, _) => offline.play_at(None, false),
        (false, Some(tempo)) => offline.play_at(Some(tempo), true),
        (false, None) => {}
    }
    let block_frames = usize::try_from(job.block_frames)?;
    let blocks = Blocks::new(input, offline, output, block_frames, latency_frames.into(), tail_frames);
    let done = match processor.while_it_works(move || blocks.run()).await? {
        Ok(done) => done,
        Err(blocks::Failure::Child(OfflineError::Ended)) => bail!("{}", processor.last_words().await),
        Err(failure) => {
            processor.kill();
            return Err(failure.into());
        }
    };
    processor.end().await;
    output::keep(part, &place, job.force)?;
    tell_done(&place, &done, sample_rate, latency_frames, began);
    Ok(())
}

/// Checks the job, and returns the path of the output file.
fn check(job: &RenderJob) -> anyhow::Result<PathBuf> {
    if !(1..=MAX_FRAMES).contains(&job.block_frames) {
        let message = format!("a block of {} frames: 1 to {MAX_FRAMES} are possible", job.block_frames);
        bail!(BadJob(message));
    }
    if !(0.0..=MAX_TAIL_SECONDS).contains(&job.tail_seconds) {
        let message = format!("a tail of {} s: 0 to {MAX_TAIL_SECONDS} are possible", job.tail_seconds);
        bail!(BadJob(message));
    }
    ChangeTransport { tempo: job.tempo, ..ChangeTransport::default() }.check().map_err(BadJob)?;
    check_input(&job.input, job.seconds, job.sample_rate).map_err(BadJob)?;
    let place = output::place(&job.output, job.force).map_err(BadJob)?;
    executable::check(&job.program)?;
    Ok(place)
}

fn tell_done(place: &Path, done: &Done, sample_rate: u32, latency_frames: u32, began: Instant) {
    done.remarks.iter().for_each(|remark| note(remark));
    tell(&Event::Rendered {
        path: fs::canonicalize(place).unwrap_or_else(|_| place.to_owned()),
        frames: done.frames,
        seconds: crate::units::seconds(done.frames, sample_rate),
        sample_rate,
        latency_frames,
        nonfinite: done.nonfinite,
        took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    });
}
