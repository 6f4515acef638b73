//! What the person, or a program, is told.

use super::survey::{Found, List, State, Survey};
use crate::changes::{differences, lines};
use serde::Serialize;
use std::{fmt::Write, path::PathBuf};

const OURS: &str = env!("CARGO_PKG_VERSION");

/// The output of `--json`.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    project: PathBuf,
    version: &'static str,
    sdk_version: Option<String>,
    older: bool,
    newer: bool,
    list: List,
    files: Vec<File>,
    pub(super) written: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kept: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) undo: Option<String>,
}

#[derive(Debug, Serialize)]
struct File {
    path: String,
    state: State,
}

impl Told {
    pub(super) fn of(survey: &Survey) -> Self {
        let file = |found: &Found| File { path: found.path.clone(), state: found.state };
        Self {
            project: survey.folder.clone(),
            version: OURS,
            sdk_version: survey.version.clone(),
            older: survey.is_older(),
            newer: survey.newer,
            list: survey.list.clone(),
            files: survey.files.iter().map(file).collect(),
            written: false,
            kept: None,
            undo: None,
        }
    }
}

/// `sdk/` and this command in one line.
pub(crate) fn versions(survey: &Survey) -> String {
    match survey.version.as_deref() {
        Some(OURS) => format!("this project's SDK is another build of {OURS} than this command's"),
        Some(other) => format!("this project's SDK is {other}, this command's is {OURS}"),
        None => format!("this project's SDK names no version, this command's is {OURS}"),
    }
}

pub(super) fn newer(survey: &Survey) -> String {
    format!(
        "{}: the project is the newer one. Update Wavecraft Companion, and leave the project as it is. Nothing was written",
        versions(survey)
    )
}

pub(super) fn nothing(survey: &Survey) -> String {
    let mut text = format!("Nothing is older: sdk/ is as this command's, {OURS}.");
    text += &stays(survey);
    text
}

/// For `--check`.
pub(super) fn checked(survey: &Survey) -> String {
    if survey.newer {
        return format!("Nothing is older: {}. Update Wavecraft Companion.", versions(survey));
    }
    if !survey.is_older() {
        return nothing(survey);
    }
    let mut text = format!("{}:\n", sentence(&versions(survey)));
    text += &rows(survey);
    text += &stays(survey);
    text += "\nRun `wavecraft update`: it shows each change and asks first.";
    text
}

/// Before the question: what is older, and the differences: `all` of them, or only those of files that were changed by hand.
pub(super) fn overview(survey: &Survey, all: bool, colour: bool) -> String {
    if !survey.is_older() {
        return format!(
            "Nothing is older. {} is missing or of an earlier version, the list by which a later update knows what was changed by \
             hand: it is written anew.",
            crate::written::FILE
        );
    }
    let mut text = format!("{}:\n", sentence(&versions(survey)));
    text += &rows(survey);
    text += &stays(survey);
    let shown = |found: &&Found| found.state.is_older() && (all || found.state == State::OlderAndChanged);
    for Found { path, now, new, .. } in survey.files.iter().filter(shown) {
        let content = |content: Option<&[u8]>| content.map(|text| String::from_utf8_lossy(text).into_owned());
        let (now, new) = (content(now.as_deref()), content(new.as_deref()).unwrap_or_default());
        text.push('\n');
        text += differences(path, now.as_deref(), &new, colour).trim_end();
        text.push('\n');
    }
    text
}

pub(super) fn at_risk(survey: &Survey) -> String {
    let names: Vec<_> = survey
        .files
        .iter()
        .filter(|found| found.state.is_at_risk())
        .map(|found| found.path.as_str())
        .collect();
    let files = match names[..] {
        [one] => format!("{one} differs"),
        _ => format!("{} files differ", names.len()),
    };
    let why = match &survey.list {
        List::Read => {
            return format!(
                "these were changed by hand, and this command's are newer: {}. Note what you need of it, then run \
             `wavecraft update --overwrite`: git, or else a folder, keeps what was there. Nothing was written",
                names.join(", ")
            );
        }
        List::Missing => "the project was made before `wavecraft` wrote down what it writes".into(),
        List::Unusable(why) => format!("{} can't be used ({why})", crate::written::FILE),
    };
    format!(
        "{files}, and may have been changed by hand: {why}. `wavecraft update --dry-run` shows each line; if nothing of it is \
         yours, run `wavecraft update --overwrite`: git, or else a folder, keeps what was there. Nothing was written"
    )
}

pub(super) fn written(files: &[Found], kept: Option<&str>, undo: &str) -> String {
    let count = files.len();
    let mut text = format!("Updated: {count} {}. ", if count == 1 { "file" } else { "files" });
    text += "`wavecraft start` builds with it.";
    if files.iter().any(|found| found.path.ends_with("/Cargo.toml")) {
        text += " cargo may add lines to engine/Cargo.lock then: commit them, too.";
    }
    if let Some(kept) = kept {
        let _ = write!(text, "\nWhat was there is in {kept}: remove that when you don't need it.");
    }
    let _ = write!(text, "\nTo undo it, before you commit: {undo}");
    text
}

/// A line for each file that an update writes or removes.
fn rows(survey: &Survey) -> String {
    let older: Vec<_> = survey.files.iter().filter(|found| found.state.is_older()).collect();
    let width = older.iter().map(|found| found.path.len()).max().unwrap_or_default();
    let mut text = String::new();
    for found in older {
        // A string's capacity is its only limit.
        let _ = writeln!(text, "  {:width$}  {}", found.path, words(found));
    }
    text
}

fn words(found: &Found) -> String {
    let lines = || {
        let text = |content: Option<&[u8]>| String::from_utf8_lossy(content.unwrap_or_default()).into_owned();
        let (more, fewer) = lines(&text(found.now.as_deref()), &text(found.new.as_deref()));
        format!("+{more} −{fewer}")
    };
    match found.state {
        State::Missing => "new".into(),
        State::Former => "no longer part of it".into(),
        State::Older | State::Changed | State::FormerAndChanged => lines(),
        State::OlderAndChanged => format!("{}, changed by hand", lines()),
        State::Unknown => format!("{}, perhaps changed by hand", lines()),
    }
}

/// What an update leaves as it is.
fn stays(survey: &Survey) -> String {
    let names: Vec<_> = survey
        .files
        .iter()
        .filter(|found| !found.state.is_older())
        .map(|found| found.path.as_str())
        .collect();
    if names.is_empty() {
        return String::new();
    }
    format!("\nChanged by hand, and not replaced, since there is nothing newer: {}\n", names.join(", "))
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}
