//! Every command line in the documents is valid: its program, its command and its flags exist.

use crate::{
    document::{Document, root},
    none,
};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Flags that no help lists: the companion's, for the command and for the login; the processor's own program's.
const UNLISTED: &str = " --render --at-login --describe ";

/// The help texts of programs and scripts, each requested once.
#[derive(Default)]
struct Help(HashMap<Vec<String>, Option<String>>);

impl Help {
    /// The help of a program and its command, or the text of a script. `None` if there is no such command.
    fn of(&mut self, program: &str, command: Option<&str>) -> Option<&str> {
        let key = std::iter::once(program).chain(command).map(str::to_owned).collect();
        self.0.entry(key).or_insert_with(|| help(program, command)).as_deref()
    }
}

/// The prefix in `scripts/` before commands of xtask.
const DOORS: [&str; 4] = ["scripts/run", "scripts/test", "scripts/check", "scripts/bench"];

fn help(program: &str, command: Option<&str>) -> Option<String> {
    let (program, command) = match program.strip_prefix("scripts/").filter(|_| DOORS.contains(&program)) {
        Some(door) => ("xtask", Some(door)),
        None => (program, command),
    };
    let program = match program {
        "wavecraft" => PathBuf::from(env!("CARGO_BIN_EXE_wavecraft")),
        "wavecraft-companion" | "xtask" => Path::new(env!("CARGO_BIN_EXE_wavecraft")).with_file_name(program),
        script => return fs::read_to_string(root().join(script)).ok(),
    };
    let help = |words: &[&str]| {
        let output = Command::new(&program).args(words).arg("--help").output();
        let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        output.status.success().then(|| String::from_utf8(output.stdout).expect("text"))
    };
    let mut text = help(command.as_slice())?;
    // Commands of a command say their flags themselves.
    if let Some(command) = command
        && let Some((_, below)) = text.clone().split_once("Commands:\n")
    {
        let names = below.lines().take_while(|line| line.starts_with("  "));
        for name in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
            text += &help(&[command, name]).unwrap_or_default();
        }
    }
    Some(text + UNLISTED)
}

#[test]
fn command_lines_can_be_typed() {
    let mut help = Help::default();
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for document in Document::current() {
        for line in command_lines(&document) {
            checked += 1;
            if let Err(what) = check(&line, &mut help) {
                wrong.push(format!("{}: {line}: {what}", document.path.display()));
            }
        }
    }
    assert!(checked > 50, "only {checked} lines were found");
    none(wrong);
}

/// The lines that begin with one of our programs: in blocks, and as inline code.
fn command_lines(document: &Document) -> Vec<String> {
    let blocks = document.blocks();
    let blocks = blocks.iter().filter(|block| matches!(block.language.as_str(), "" | "sh"));
    let lines = blocks.flat_map(|block| block.text.lines()).map(str::to_owned);
    let ours = |line: &String| {
        ["wavecraft ", "wavecraft-companion ", "scripts/", "cargo xtask "]
            .iter()
            .any(|start| bare(line).strip_prefix(start).is_some_and(|rest| !rest.is_empty()))
    };
    lines.chain(document.code()).filter(ours).collect()
}

/// Removes the variables in front of the program, and a remark that follows at a distance.
fn bare(line: &str) -> &str {
    let line = line.trim().split("   ").next().unwrap_or_default();
    match line.split_once(' ') {
        Some((first, rest)) if first.contains('=') => bare(rest),
        _ => line,
    }
}

fn check(line: &str, help: &mut Help) -> Result<(), String> {
    let line = bare(line);
    let words =
        shlex::split(line.strip_prefix("cargo ").filter(|own| own.starts_with("xtask ")).unwrap_or(line));
    let words = words.ok_or("its quotes don't end")?;
    let (program, rest) = words.split_first().ok_or("it is empty")?;
    // The rest of `[--port N]` after the brackets are removed.
    let rest: Vec<_> = rest.iter().map(|word| word.trim_matches(['[', ']', '…', ','])).collect();
    let has_commands = matches!(program.as_str(), "wavecraft" | "xtask");
    let command = rest.first().filter(|first| has_commands && !first.starts_with('-'));
    let (own, passed_on) = match rest.iter().position(|word| *word == "--") {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (&rest[..], &[][..]),
    };
    let text = help.of(program, command.copied()).ok_or("there is no such command")?;
    for flag in flags(own) {
        if !names(text, flag) {
            return Err(format!("it has no {flag}"));
        }
    }
    if program == "scripts/test" {
        let area = |word: &&&str| {
            **word != "all" && !word.starts_with('-') && !text.contains(&format!("\n  {word} "))
        };
        if let Some(area) = own.iter().find(area) {
            return Err(format!("there is no area {area}"));
        }
    }
    // `scripts/run` passes what follows the two dashes on to `start`.
    let text = help.of("wavecraft", Some("start")).ok_or("no start")?;
    flags(passed_on)
        .into_iter()
        .try_for_each(|flag| if names(text, flag) { Ok(()) } else { Err(format!("start has no {flag}")) })
}

/// The flags among words, including the forms `--input/--output` and `--port=N`.
fn flags<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let parts = words.iter().filter(|word| word.starts_with('-')).flat_map(|word| word.split(['/', '|']));
    parts.map(|flag| flag.split('=').next().unwrap_or(flag)).filter(|flag| flag.starts_with('-')).collect()
}

/// Whether a text names this flag, not just a longer one.
fn names(text: &str, flag: &str) -> bool {
    text.match_indices(flag).any(|(at, _)| {
        let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '-');
        ends(text[at + flag.len()..].chars().next()) && ends(text[..at].chars().next_back())
    })
}

/// A flag alone as code, as in a table of flags, belongs to one of the programs or scripts.
#[test]
fn flags_that_are_named_are_there() {
    let mut help = Help::default();
    let mut known = String::new();
    let overview = help.of("wavecraft", None).expect("its help").to_owned();
    let (_, commands) = overview.split_once("Commands:").expect("a list of commands");
    let commands = commands.lines().skip(1).take_while(|line| line.starts_with("  "));
    for command in commands.filter_map(|line| line.split_whitespace().next()) {
        known += help.of("wavecraft", Some(command)).unwrap_or_default();
    }
    known += UNLISTED;
    known += help.of("wavecraft-companion", None).expect("its help");
    for script in fs::read_dir(root().join("scripts")).expect("the scripts") {
        known += &fs::read_to_string(script.expect("a script").path()).unwrap_or_default();
    }
    known += help.of("xtask", None).expect("its help");
    let mut wrong = Vec::new();
    for document in Document::current() {
        for code in document.code().iter().filter(|code| code.starts_with("--")) {
            for flag in flags(&code.split_whitespace().collect::<Vec<_>>()) {
                if !names(&known, flag) {
                    wrong.push(format!("{}: {flag}", document.path.display()));
                }
            }
        }
    }
    none(wrong);
}
