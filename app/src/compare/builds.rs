//! A build, and what it is compared with.

use super::{
    found::{Found, slices},
    sound::Sound,
};
use crate::{
    executable,
    measure::{Side, is_end, settings},
    offline::{BadJob, Facts, note, note_preset, taken_over, values_of},
};
use anyhow::{Context, anyhow, bail};
use std::{collections::BTreeMap, sync::Arc};
use wavecraft_companion_analysis::{
    Heard, Pair, Programme, Take,
    compare::Alignment,
    programme::{self, Part},
    survey::{self, Answer, Document, Plan, Setting, Subject},
};
use wavecraft_companion_protocol::{
    parameter::ParameterSpec,
    take::{CompareJob, Compared, ComparedSide},
};
use wavecraft_ring::ParameterWriter;

/// Silence that a build gets behind a sound, for what rings on, in seconds.
const TAIL_SECONDS: usize = 1;

/// A longer latency is a mistake in the processor, in seconds.
const MAX_LATENCY_SECONDS: usize = 10;

/// Compares a build with another one, with a recording, or only measures it, for a document.
///
/// # Errors
/// Something of the job isn't possible, or a build can't be asked to the end.
pub(super) async fn compare(job: &CompareJob, mut plan: Plan) -> anyhow::Result<Found> {
    let recording = recording(job)?;
    let input = Input::of(job, &mut plan, recording.as_ref())?;
    let running =
        [Running::start(&job.before, job, &plan).await?, Running::start(&job.after, job, &plan).await?];
    check_wishes(job, &running)?;
    // The last of them tells what two runs of one build differ by.
    let last = usize::from(running[1].is_some());
    let mut ran = Vec::new();
    for (index, running) in running.into_iter().enumerate() {
        ran.push(match running {
            Some(running) => Some(running.run(&plan, &input, index == last).await?),
            None => None,
        });
    }
    let compared = tokio::task::spawn_blocking(move || compared(ran, recording, &input, &plan));
    compared.await?
}

/// The recording that is one of the two, if there is one.
fn recording(job: &CompareJob) -> anyhow::Result<Option<Sound>> {
    let sounds = [&job.before, &job.after].into_iter().find_map(|side| match &side.what {
        Compared::Sound { path } => Some(path),
        _ => None,
    });
    sounds.map(|path| Sound::read(path)).transpose()
}

/// What builds play. Without samples they are only measured.
struct Input {
    channels: Arc<Answer>,
    parts: Vec<Part>,
    rate_hz: u32,
    /// Whether as much silence follows as a build's latency, which is cut off its answer.
    without_latency: bool,
}

impl Input {
    /// The input of a job. The plan gets its rate.
    fn of(job: &CompareJob, plan: &mut Plan, recording: Option<&Sound>) -> anyhow::Result<Self> {
        let documents =
            [&job.before, &job.after].into_iter().any(|side| matches!(side.what, Compared::Document { .. }));
        let (channels, parts) = match (&job.input, recording) {
            _ if documents => (Vec::new(), Vec::new()),
            (Some(path), recording) => {
                let sound = Sound::read(path)?;
                plan.rate_hz = sound.rate_hz;
                (played(sound, plan, recording)?, Vec::new())
            }
            (None, Some(recording)) => {
                bail!(BadJob(format!("say what {} is the answer to: --input FILE", recording.name)))
            }
            (None, None) => {
                let programme = Programme::new(plan.rate_hz, plan.level_dbfs, plan.channels)?;
                (programme.channels().to_vec(), programme.parts().to_vec())
            }
        };
        let without_latency = recording.is_some();
        Ok(Self { channels: Arc::new(channels), parts, rate_hz: plan.rate_hz, without_latency })
    }

    /// Frames of silence behind it for a build with this latency.
    fn silence_behind(&self, latency_frames: usize) -> usize {
        let most = usize::try_from(self.rate_hz).unwrap_or(usize::MAX).saturating_mul(MAX_LATENCY_SECONDS);
        if self.without_latency { latency_frames.min(most) } else { 0 }
    }
}

/// A sound with the channels that are played, and silence behind it: as long as the recording, or a second.
fn played(sound: Sound, plan: &Plan, recording: Option<&Sound>) -> anyhow::Result<Answer> {
    let frames = match recording {
        Some(recording) if recording.rate_hz != sound.rate_hz => bail!(BadJob(format!(
            "{} has {} Hz and {} has {} Hz: it can't be the answer to that",
            sound.name, sound.rate_hz, recording.name, recording.rate_hz
        ))),
        Some(recording) if recording.channels.len() != plan.channels => bail!(BadJob(match plan.channels {
            1 => format!("{} has two channels: leave out --mono", recording.name),
            _ => format!("{} has one channel: add --mono", recording.name),
        })),
        Some(recording) => recording.channels[0].len().max(sound.channels[0].len()),
        None => sound.channels[0].len() + TAIL_SECONDS * usize::try_from(sound.rate_hz)?,
    };
    if sound.channels.len() > plan.channels {
        note(&format!("only the left channel of {} is played, because of --mono", sound.name));
    }
    let mut channels = sound.channels;
    // A sound of one channel is on both.
    let one = channels[0].clone();
    channels.resize(plan.channels, one);
    channels.iter_mut().for_each(|channel| channel.resize(frames, 0.0));
    Ok(channels)
}

/// A build that is prepared.
struct Running {
    name: String,
    side: Side,
    specs: Vec<ParameterSpec>,
    settings: Vec<Setting>,
    preset: Option<String>,
    _writer: ParameterWriter,
}

/// What a build answered.
struct Ran {
    /// Without channels if it was only measured.
    answer: Answer,
    /// Another answer to the same.
    again: Option<Answer>,
    latency_frames: usize,
    document: Document,
}

impl Running {
    /// Starts one of the two with its values, if it is a build.
    async fn start(side: &ComparedSide, job: &CompareJob, plan: &Plan) -> anyhow::Result<Option<Self>> {
        let Compared::Build { program, cwd } = &side.what else { return Ok(None) };
        let name = side.name.clone();
        executable::check(program).with_context(|| name.clone())?;
        let facts = Facts { program, cwd, env: &job.env };
        let (started, specs, writer) = Side::start(facts, plan).await.with_context(|| name.clone())?;
        let values = match document_of(job) {
            Some(document) => taken_over(&specs, |id| document.get(id).copied()),
            None => {
                note_preset(&specs, job.preset.as_ref());
                let mine = job.parameters.iter().filter(|(id, _)| has(&specs, id));
                let mine = mine.map(|(id, text)| (id.clone(), text.clone())).collect();
                values_of(&specs, job.preset.as_ref(), &mine)
                    .map_err(|error| BadJob(format!("{name}: {error}")))?
            }
        };
        writer.set_all(&values)?;
        let settings = settings(&specs, &values);
        let preset = job.preset.as_ref().map(|preset| preset.name.clone());
        Ok(Some(Self { name, side: started, specs, settings, preset, _writer: writer }))
    }

    /// Plays the input and measures.
    async fn run(self, plan: &Plan, input: &Input, again: bool) -> anyhow::Result<Ran> {
        let Self { name, side: Side { mut processor, mut bench, latency_frames }, settings, preset, .. } =
            self;
        let subject =
            Subject { name: name.clone(), preset, settings, reported_latency_frames: Some(latency_frames) };
        let (plan, channels) = (plan.clone(), Arc::clone(&input.channels));
        let behind = input.silence_behind(latency_frames);
        let work = move || {
            use survey::Device;
            let longer = |channel: &Vec<f32>| [&channel[..], &vec![0.0; behind]].concat();
            let channels: Answer = channels.iter().map(longer).collect();
            let signal = slices(&channels);
            let mut ask = || if signal.is_empty() { Ok(Answer::new()) } else { bench.answer(&signal) };
            let answer = ask()?;
            let again = if again { Some(ask()?) } else { None };
            let document = survey::run(&mut bench, None, plan, subject);
            match document.trouble {
                Some(trouble) => Err(trouble),
                None => Ok((answer, again, document)),
            }
        };
        let outcome = processor.while_it_works(work).await;
        match outcome.inspect_err(|_| processor.kill()).with_context(|| name.clone())? {
            Ok((answer, again, document)) => {
                processor.end().await;
                check_numbers(&name, &answer, input)?;
                Ok(Ran { answer, again, latency_frames, document })
            }
            Err(trouble) => {
                let words = if is_end(&trouble) { processor.last_words().await } else { trouble };
                processor.kill();
                bail!("{name}: {words}")
            }
        }
    }
}

/// The values of the document that is one of the two.
fn document_of(job: &CompareJob) -> Option<&BTreeMap<String, f32>> {
    [&job.before, &job.after].into_iter().find_map(|side| match &side.what {
        Compared::Document { values } => Some(values),
        _ => None,
    })
}

fn has(specs: &[ParameterSpec], id: &str) -> bool {
    specs.iter().any(|spec| spec.id == id)
}

/// Checks that somebody has each of the wanted parameters, and tells where only one does.
fn check_wishes(job: &CompareJob, running: &[Option<Running>; 2]) -> anyhow::Result<()> {
    let builds: Vec<&Running> = running.iter().flatten().collect();
    for id in job.parameters.keys() {
        let owners: Vec<_> = builds.iter().filter(|build| has(&build.specs, id)).collect();
        match (owners.as_slice(), builds.last()) {
            ([], Some(build)) => {
                let error = values_of(&build.specs, None, &job.parameters).err().unwrap_or_default();
                bail!(BadJob(error));
            }
            ([owner], _) if builds.len() > 1 => {
                note(&format!("`{id}` is set in {} alone: the other one has no such parameter", owner.name));
            }
            _ => {}
        }
    }
    Ok(())
}

/// # Errors
/// What it answered isn't a number, with where.
fn check_numbers(name: &str, answer: &Answer, input: &Input) -> anyhow::Result<()> {
    let first = |channel: &Vec<f32>| channel.iter().position(|sample| !sample.is_finite());
    let Some(frame) = answer.iter().filter_map(first).min() else { return Ok(()) };
    let during = programme::at(&input.parts, frame).map_or_else(String::new, |kind| format!(", in {kind}"));
    let seconds = crate::units::seconds(u64::try_from(frame)?, input.rate_hz);
    Err(anyhow!("{name}: what it makes isn't a number (NaN or an infinity) from {seconds:.3} s on{during}"))
}

fn compared(
    mut ran: Vec<Option<Ran>>,
    recording: Option<Sound>,
    input: &Input,
    plan: &Plan,
) -> anyhow::Result<Found> {
    let mut pair = Pair {
        rate_hz: plan.rate_hz,
        channels: plan.channels,
        frames: input.channels.first().map_or(0, Vec::len),
        parts: input.parts.clone(),
        heard: None,
        before: ran[0].as_ref().map(|ran| ran.document.clone()),
        after: ran[1].as_ref().map(|ran| ran.document.clone()),
    };
    if input.channels.is_empty() {
        return Ok(Found { pair, answers: None });
    }
    // A recording has no latency any more, as a rendering hasn't: it is cut off here too.
    let alignment = if recording.is_some() { Alignment::AsIs } else { Alignment::ByLatency };
    if recording.is_some() {
        for ran in ran.iter_mut().flatten() {
            let latency = input.silence_behind(ran.latency_frames);
            [Some(&mut ran.answer), ran.again.as_mut()].into_iter().flatten().flatten().for_each(|channel| {
                channel.drain(..latency.min(channel.len()));
            });
        }
    }
    let again = ran.iter_mut().flatten().last().and_then(|ran| Some((ran.again.take()?, ran.latency_frames)));
    let recorded = recording.map(|recording| recording.channels);
    let mut sides = ran.into_iter().map(|ran| match ran {
        Some(ran) => Ok((ran.answer, Some(ran.latency_frames))),
        None => Ok((recorded.clone().context("one of the two is a recording")?, None)),
    });
    let mut side = || sides.next().unwrap_or_else(|| Err(anyhow!("there are two")));
    let ((before, before_latency), (after, after_latency)) = (side()?, side()?);
    let take = |channels, latency_frames| Take { rate_hz: plan.rate_hz, channels, latency_frames };
    let (one, other) = (slices(&before), slices(&after));
    let (one, other) = (take(&one, before_latency), take(&other, after_latency));
    let again = again.as_ref().map(|(channels, latency)| (slices(channels), Some(*latency)));
    let again = again.as_ref().map(|(channels, latency)| take(channels, *latency));
    let last = if after_latency.is_some() { &other } else { &one };
    pair.heard = Some(Heard::of(&one, &other, again.as_ref().map(|again| [last, again]), alignment)?);
    Ok(Found { pair, answers: Some([before, after]) })
}
