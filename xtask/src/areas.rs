//! The test areas. To add one, add a line to [`AREAS`].

mod host;
mod mac;
mod proofs;
mod tally;

use crate::{
    needs,
    shell::{cmd, program, say, target},
};
use anyhow::bail;
use std::{fs, process::Child};
use tally::Tally;

/// When an area is run.
#[derive(Clone, Copy, PartialEq)]
enum When {
    /// Without arguments: the tests that a change needs.
    Always,
    /// With `all`.
    All,
    /// Only by its name.
    Named,
}

struct Area {
    name: &'static str,
    when: When,
    /// Whether it waits more than it computes. Then it runs in parallel with those that don't.
    waits: bool,
    does: &'static str,
    /// Installs what it needs, before any area begins.
    needs: fn() -> anyhow::Result<()>,
    run: fn(&mut Tally) -> anyhow::Result<()>,
}

#[rustfmt::skip]
const AREAS: &[Area] = &[
    area("docs", When::Always, false, nothing, host::docs,
        "the documents: links, command lines, quoted messages, the table of crates, units of public numbers;\n\
         the examples in the crates"),
    area("rust", When::Always, false, needs::node, host::rust,
        "every crate, with the real companion, command, children and browsers' socket"),
    area("template", When::Always, false, needs::node, host::template,
        "the project that `wavecraft create` writes: its DSP's tests, its UI's tests and build"),
    area("browser", When::Always, true, needs::chromium, host::browser,
        "the inspector's computations; such a project in Chromium: the real command, companion, Vite and page;\n\
         pictures in target/browser/"),
    area("terminal", When::Always, true, needs::tmux, host::terminal,
        "`wavecraft start` on a terminal in tmux: keys, live line, ends; what it shows, in target/terminal/"),
    area("published", When::All, true, needs::chromium, host::published,
        "a project as the published command lays it out, its page on a packed client, in Chromium: Vite 5 to 8,\n\
         a registry without the package, a workspace"),
    area("sound", When::All, true, needs::sound_servers, host::sound,
        "the whole of it on a real sound server: PipeWire on a private bus, JACK on its dummy driver (Linux)"),
    area("tray", When::All, true, needs::panel, host::tray,
        "the menu on a desktop's message bus, read and clicked; its picture in a panel, in target/tray/ (Linux)"),
    area("mac", When::All, false, mac::needs, mac::run,
        "the files that only a Mac compiles, as far as they are plain C calls, over crates/mac-shim/ (Linux);\n\
         every test linked for a Mac (Linux); the Mac's app built, signed and checked, and faults planted in it"),
    area("loom", When::All, false, nothing, proofs::loom,
        "the shared-memory algorithm under a model checker (a bounded search)"),
    area("proofs", When::All, false, needs::nightly, proofs::proofs,
        "the same algorithm under Miri and ThreadSanitizer, both audio threads' code under RealtimeSanitizer"),
    area("agents", When::All, true, agents_client, host::agents,
        "`wavecraft mcp` with the Model Context Protocol's own Python SDK, from PyPI"),
    area("plugins", When::All, true, plugin_host, host::plugins,
        "`wavecraft bundle` of a created project, its CLAP in clack-host (crates.io), its VST3 in pedalboard (PyPI)"),
    area("newcomer", When::All, false, needs::node, host::newcomer,
        "getting-started and the READMEs' commands, from an empty home and with empty caches (loads crates and\n\
         packages); scripts/run"),
    area("deep", When::Named, false, needs::nightly, proofs::deep,
        "loom, Miri and the fuzzers for much longer (about an hour; WAVECRAFT_FUZZ_SEEDS=500)"),
];

const fn area(
    name: &'static str,
    when: When,
    waits: bool,
    needs: fn() -> anyhow::Result<()>,
    run: fn(&mut Tally) -> anyhow::Result<()>,
    does: &'static str,
) -> Area {
    Area { name, when, waits, does, needs, run }
}

fn agents_client() -> anyhow::Result<()> {
    needs::python("agents")
}

fn plugin_host() -> anyhow::Result<()> {
    needs::python("plugins")
}

fn nothing() -> anyhow::Result<()> {
    Ok(())
}

/// The text of `xtask test --help` for all areas.
pub(crate) fn help() -> String {
    let group = |when, title: &str| {
        let areas = AREAS.iter().filter(|area| area.when == when);
        let lines =
            areas.map(|area| format!("  {:<10}{}\n", area.name, area.does.replace('\n', "\n            ")));
        format!("{title}\n{}", lines.collect::<String>())
    };
    [
        group(When::Always, "Run without a word, which is what a change needs:"),
        group(When::All, "Also run by `all`, as CI does:"),
        group(When::Named, "Run by name only:"),
    ]
    .concat()
}

/// Runs the areas of these names, and finally prints how many tests passed and failed. Returns whether none failed.
///
/// # Errors
/// A name that isn't an area's, or a missing dependency that can't be installed.
pub(crate) fn run(names: &[String]) -> anyhow::Result<bool> {
    let areas = chosen(names)?;
    needs::build()?;
    needs::nextest()?;
    areas.iter().try_for_each(|area| (area.needs)())?;
    let mut tally = Tally::default();
    let (beside, here): (Vec<_>, Vec<_>) = areas.into_iter().partition(|area| area.waits);
    let (beside, here) = if here.is_empty() { (here, beside) } else { (beside, here) };
    let beside = if beside.is_empty() {
        None
    } else {
        // Done first, so that nothing has to wait for cargo later.
        host::build()?;
        Some(Beside::start(&beside)?)
    };
    for area in here {
        if let Err(error) = (area.run)(&mut tally) {
            eprintln!("error: {error:#}");
            tally.failed += 1;
        }
    }
    if let Some(beside) = beside {
        beside.end(&mut tally)?;
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static Area>> {
    if let Some(unknown) =
        names.iter().find(|name| *name != "all" && AREAS.iter().all(|area| area.name != *name))
    {
        bail!("there is no area {unknown}: see scripts/test --help");
    }
    let wanted = |area: &&Area| {
        names.iter().any(|name| name == area.name || name == "all" && area.when != When::Named)
            || names.is_empty() && area.when == When::Always
    };
    Ok(AREAS.iter().filter(wanted).collect())
}

/// Areas that run in parallel with the others, one after another, in a separate process; their output is shown
/// complete.
struct Beside {
    child: Child,
    names: String,
}

impl Beside {
    fn start(areas: &[&Area]) -> anyhow::Result<Self> {
        let names: Vec<_> = areas.iter().map(|area| area.name).collect();
        say(format!("beside the others: {}", names.join(", ")));
        let child = program(std::env::current_exe()?).arg("test").args(&names);
        let child = child.spawn_into(&target().join("beside.txt"))?;
        // They wait for events with time limits, and their sound servers must be on time: compilation gets a lower
        // priority.
        cmd(&format!("renice -n 10 -p {}", std::process::id())).succeeds();
        Ok(Self { child, names: names.join(", ") })
    }

    fn end(mut self, tally: &mut Tally) -> anyhow::Result<()> {
        say(format!("waiting for {}", self.names));
        let succeeded = self.child.wait()?.success();
        let said = fs::read_to_string(target().join("beside.txt"))?;
        print!("{said}");
        // The process has counted its tests itself.
        tally.add(succeeded, said.lines().last().unwrap_or_default());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[&str]) -> Vec<&'static str> {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        chosen(&words).unwrap().iter().map(|area| area.name).collect()
    }

    #[test]
    fn a_change_needs_five_areas_and_all_but_the_deep_one_are_cis() {
        assert_eq!(names(&[]), ["docs", "rust", "template", "browser", "terminal"]);
        assert_eq!(names(&["all"]).len(), AREAS.len() - 1);
        assert_eq!(names(&["mac", "rust"]), ["rust", "mac"]);
        assert!(chosen(&["nothing".to_owned()]).is_err());
    }

    #[test]
    fn every_area_is_in_the_help() {
        for area in AREAS {
            assert!(help().contains(&format!("\n  {} ", area.name)), "{}", help());
        }
    }
}
