//! Compares builds and recordings: `wavecraft-companion --compare JOB`.
//!
//! As for a measurement, children without an engine, a lock, a socket or a device: one for each build. They are asked one after the
//! other, with the same input, and each is measured. Signals, differences and figures are the analysis'.

mod builds;
mod excerpt;
mod found;
mod sound;

use crate::{
    measure::checked,
    offline::{BadJob, answer_job, output, tell},
};
use anyhow::{Context, bail};
use found::{Found, slices};
use sound::Sound;
use std::{path::Path, process::ExitCode};
use wavecraft_companion_analysis::{Heard, Pair, compare::Alignment};
use wavecraft_companion_protocol::{
    event::Event,
    rpc::to_value,
    take::{CompareJob, Compared},
};

/// Compares, until done or interrupted by a signal. Must run within a tokio runtime.
///
/// # Errors
/// The signals can't be watched.
pub(crate) async fn run(job: String) -> anyhow::Result<ExitCode> {
    answer_job(compare(&job)).await
}

async fn compare(job: &str) -> anyhow::Result<()> {
    let job: CompareJob =
        serde_json::from_str(job).map_err(|error| BadJob(format!("the job can't be read: {error}")))?;
    let plan = checked(&job.plan)?;
    let place = match &job.difference {
        Some(path) => Some(output::place(path, job.force).map_err(BadJob)?),
        None => None,
    };
    let found = match (&job.before.what, &job.after.what) {
        (Compared::Sound { path: before }, Compared::Sound { path: after }) => {
            let (before, after) = (before.clone(), after.clone());
            tokio::task::spawn_blocking(move || sounds(&before, &after)).await??
        }
        (Compared::Build { .. }, _) | (_, Compared::Build { .. }) => builds::compare(&job, plan).await?,
        _ => bail!(BadJob("a document can't be compared with this".into())),
    };
    let mut difference = None;
    if let (Some(place), Some([before, after]), Some(heard)) = (place, &found.answers, &found.pair.heard)
        && let Some(excerpt) = excerpt::of(before, after, &heard.comparison)
    {
        excerpt.write(&place, job.force)?;
        difference = Some(place.canonicalize().unwrap_or(place));
    }
    tell(&Event::Compared { pair: Box::new(to_value(&found.pair)), difference });
    Ok(())
}

fn sounds(before: &Path, after: &Path) -> anyhow::Result<Found> {
    let (before, after) = (Sound::read(before)?, Sound::read(after)?);
    before.fits(&after)?;
    let (one, other) = (slices(&before.channels), slices(&after.channels));
    let heard = Heard::of(&before.take(&one), &after.take(&other), None, Alignment::AsIs);
    let heard = heard.with_context(|| format!("{} and {}", before.name, after.name))?;
    let pair = Pair {
        rate_hz: before.rate_hz,
        channels: one.len(),
        frames: one[0].len(),
        parts: Vec::new(),
        heard: Some(heard),
        before: None,
        after: None,
    };
    Ok(Found { pair, answers: Some([before.channels, after.channels]) })
}
