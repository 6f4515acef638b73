//! Asks for places, with a limit.

use super::{
    author::{self, Spot},
    job::{Answer, Job},
    owner,
    reader::Step,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{io::AsyncReadExt, process::Command, time::timeout};
use wavecraft_companion_protocol::{control::ProjectProgram, realtime::Frame};

/// How long reading one program may take.
const LIMIT: Duration = Duration::from_secs(5);
/// The same where the words about a panic wait for it.
pub(crate) const PANIC_LIMIT: Duration = Duration::from_millis(500);
/// The most addresses of one question: all that a child may tell.
const MOST_ADDRESSES: usize = 2048;
/// The most bytes of an answer.
const MOST_BYTES: u64 = 32 << 20;

/// Knows what a project's addresses are addresses of.
#[derive(Debug, Clone)]
pub(crate) struct Asker {
    program: ProjectProgram,
    /// The folder that files are told relative to.
    folder: PathBuf,
}

impl Asker {
    /// For a program that the companion runs, of the package in this folder. Files are told relative to the project's folder: the one
    /// that a package in `engine` lies in.
    pub(crate) fn new(program: &ProjectProgram, package: &Path) -> Self {
        let project = package.parent().filter(|_| package.ends_with("engine")).unwrap_or(package);
        Self { program: program.clone(), folder: project.into() }
    }

    /// The author's place in each stack, in their order.
    pub(crate) async fn spots(&self, stacks: &[Vec<Frame>]) -> Vec<Spot> {
        self.spots_within(stacks, LIMIT).await
    }

    /// The same, within so much time.
    pub(crate) async fn spots_within(&self, stacks: &[Vec<Frame>], limit: Duration) -> Vec<Spot> {
        let wanted = stacks.iter().flatten().filter(|frame| self.is_ours(frame)).map(|frame| frame.address);
        let wanted: BTreeSet<u64> = wanted.take(MOST_ADDRESSES).collect();
        let known = match wanted.is_empty() {
            true => Ok(BTreeMap::new()),
            false => timeout(limit, self.known(wanted.into_iter().collect())).await.unwrap_or_else(|_| {
                Err(format!("its line tables were not read within {} ms", limit.as_millis()))
            }),
        };
        let spot = |stack: &Vec<Frame>| match &known {
            Ok(known) => {
                let frames = stack.iter().map(|frame| self.expanded(frame, known)).collect::<Vec<_>>();
                author::spot(&frames, &self.folder)
            }
            Err(trouble) if stack.iter().any(|frame| self.is_ours(frame)) => {
                Spot { why_no_place: Some(trouble.clone()), ..Spot::default() }
            }
            Err(_) => {
                let frames =
                    stack.iter().map(|frame| self.expanded(frame, &BTreeMap::new())).collect::<Vec<_>>();
                author::spot(&frames, &self.folder)
            }
        };
        stacks.iter().map(spot).collect()
    }

    /// Replaces the place of a panic by the author's own, if it lies in a library and the stack tells the author's in time.
    pub(crate) async fn authors_place(&self, location: &mut Option<String>, frames: &[Frame]) {
        if frames.is_empty() || location.as_deref().is_some_and(|location| owner::of_file(location).is_none())
        {
            return;
        }
        let spots = self.spots_within(&[frames.to_vec()], PANIC_LIMIT).await;
        let Some(Spot { place: Some(place), why_no_place: None, .. }) = spots.into_iter().next() else {
            return;
        };
        let within = place.short_function().map_or_else(String::new, |function| format!(" (in {function})"));
        *location = Some(format!("{}:{}{within}", place.file, place.line));
    }

    /// Is it an address of the program that the author builds?
    fn is_ours(&self, frame: &Frame) -> bool {
        match &self.program.library {
            // What runs a library is ours, and no place in its source is the author's.
            Some(library) => is_same(&frame.module, library),
            None => frame.module.is_empty() || is_same(&frame.module, &self.program.executable),
        }
    }

    fn expanded(&self, frame: &Frame, known: &BTreeMap<u64, Vec<Step>>) -> author::Expanded {
        if self.is_ours(frame) {
            return author::Expanded::Steps(known.get(&frame.address).cloned().unwrap_or_default());
        }
        let of_host = frame.module.is_empty() || is_same(&frame.module, &self.program.executable);
        if of_host { author::Expanded::Host } else { author::Expanded::Other(file_name(&frame.module)) }
    }

    async fn known(&self, addresses: Vec<u64>) -> Result<BTreeMap<u64, Vec<Step>>, String> {
        let job = Job { file: self.program.built().to_owned(), addresses };
        let Answer { frames } =
            answer(&job).await.map_err(|error| format!("its line tables can't be read: {error:#}"))?;
        Ok(job.addresses.into_iter().zip(frames).collect())
    }
}

/// Asks this program's own file. Dropping the future ends the process.
async fn answer(job: &Job) -> anyhow::Result<Answer> {
    use anyhow::Context;
    let own = std::env::current_exe().context("the companion's program isn't found")?;
    let mut process = Command::new(own)
        .arg("--places")
        .arg(serde_json::to_string(job)?)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("the process that reads them can't be started")?;
    let output = process.stdout.take().context("the process that reads them has no output")?;
    let mut bytes = Vec::new();
    output.take(MOST_BYTES).read_to_end(&mut bytes).await?;
    let status = process.wait().await?;
    anyhow::ensure!(status.success(), "the process that reads them ended with {status}");
    Ok(serde_json::from_slice(&bytes)?)
}

/// Whether a path that a child names is this one of ours. The child's isn't looked up.
fn is_same(module: &str, ours: &Path) -> bool {
    let module = Path::new(module);
    module == ours || fs::canonicalize(ours).is_ok_and(|ours| module == ours)
}

/// A child's path, for a person: its last part, with nothing in it that could be more than a name.
fn file_name(module: &str) -> String {
    let name = module.rsplit('/').next().unwrap_or_default();
    name.chars().filter(|letter| !letter.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(module: &str, address: u64) -> Frame {
        Frame { module: module.into(), address }
    }

    fn asker(executable: &str, library: Option<&str>) -> Asker {
        let program = ProjectProgram {
            executable: executable.into(),
            library: library.map(Into::into),
            loader_path: Vec::new(),
        };
        Asker::new(&program, Path::new("/p/engine"))
    }

    #[test]
    fn only_what_we_were_told_to_run_is_read() {
        let own = asker("/b/dev-audio", None);
        assert!(own.is_ours(&frame("", 1)) && own.is_ours(&frame("/b/dev-audio", 1)));
        assert!(!own.is_ours(&frame("/etc/passwd", 1)) && !own.is_ours(&frame("/b/../b/dev-audio", 1)));
        let plugin = asker("/host", Some("/b/lib.so"));
        assert!(plugin.is_ours(&frame("/b/lib.so", 1)));
        assert!(!plugin.is_ours(&frame("", 1)) && !plugin.is_ours(&frame("/etc/passwd", 1)));
    }

    /// No process is started for these.
    #[tokio::test]
    async fn a_stack_in_other_modules_is_told_by_their_names() {
        let stacks = [
            vec![frame("/usr/lib/libm.so.6", u64::MAX)],
            vec![frame("/etc/passwd", 0)],
            vec![frame("x/\u{1b}[31m", 0)],
            Vec::new(),
        ];
        let told: Vec<_> = asker("/b/dev-audio", None)
            .spots(&stacks)
            .await
            .into_iter()
            .map(|spot| (spot.place, spot.why_no_place.unwrap()))
            .collect();
        assert_eq!(told[0], (None, "it is in libm.so.6, which isn't the project's program".into()));
        assert!(told[1].1.contains(" passwd,") && told[2].1.contains(" [31m,"), "{told:?}");
        assert!(told[3].1.contains("no stack"), "{told:?}");
    }
}
