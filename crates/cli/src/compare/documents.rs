//! Measuring documents: read, and compared by their figures.

use super::{
    lost::lost,
    outcome::{Named, Outcome, Played},
};
use crate::failure::Usage;
use anyhow::bail;
use serde_json::Value;
use std::path::Path;
use wavecraft_companion_analysis::{
    Pair,
    survey::{Change, Changes, DOCUMENT_VERSION, Document, Plan},
    words::{hertz, number},
};

/// The largest document, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Reads what `wavecraft measure --json` wrote.
///
/// # Errors
/// The file can't be read, is no such document, or is of a newer version.
pub(super) fn read(path: &Path) -> anyhow::Result<Document> {
    let name = path.display();
    let failed = |error: std::io::Error| Usage(format!("{name} can't be read: {error}"));
    if path.metadata().map_err(failed)?.len() > LARGEST {
        bail!(Usage(format!("{name} is too large to be a document of `wavecraft measure --json`")));
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let no_document = || format!("{name} is no document of `wavecraft measure --json`");
    let value: Value =
        serde_json::from_str(&text).map_err(|error| Usage(format!("{}: {error}", no_document())))?;
    match value["version"].as_u64() {
        Some(version) if version == u64::from(DOCUMENT_VERSION) => {}
        Some(version) => bail!(Usage(format!(
            "{name} is of version {version}, and this wavecraft reads version {DOCUMENT_VERSION}: measure it again"
        ))),
        None => bail!(Usage(no_document())),
    }
    serde_json::from_value(value).map_err(|error| Usage(format!("{}: {error}", no_document())).into())
}

/// Compares figures.
///
/// # Errors
/// They were measured differently.
pub(super) fn compared(named: [Named; 2], before: Document, after: Document) -> anyhow::Result<Outcome> {
    let different = unlike(&before, &after);
    if !different.is_empty() {
        let [before, after] = &named;
        bail!(Usage(format!(
            "{} and {} were measured differently, so their figures say nothing of a change: {}",
            before.name,
            after.name,
            different.join(", ")
        )));
    }
    let changes = Changes::between(&before, &after);
    let lost = lost(&before, &after);
    let same = lost.is_empty() && changes.figures.iter().all(|change| matches!(change, Change::Cost { .. }));
    let plan = after.plan.clone();
    let pair = Pair {
        rate_hz: plan.rate_hz,
        channels: plan.channels,
        frames: 0,
        parts: Vec::new(),
        heard: None,
        before: Some(before),
        after: Some(after),
    };
    let [before, after] = named;
    let played = Played::Measured(plan);
    Ok(Outcome { before, after, played, pair, changes, lost, tolerance_db: None, same, difference: None })
}

/// What of plan and values differs, each in words.
fn unlike(before: &Document, after: &Document) -> Vec<String> {
    let (one, other) = (&before.plan, &after.plan);
    let sines = |plan: &Plan| plan.sines_hz.iter().map(|hz| hertz(*hz)).collect::<Vec<_>>().join(", ");
    let level = |plan: &Plan| format!("{} dBFS", number(plan.level_dbfs, 1));
    let plans = [
        ("rate", hertz(one.rate_hz.into()), hertz(other.rate_hz.into())),
        ("level", level(one), level(other)),
        ("channels", one.channels.to_string(), other.channels.to_string()),
        ("blocks", one.block_frames.to_string(), other.block_frames.to_string()),
        ("sines", sines(one), sines(other)),
    ];
    let plans = plans.into_iter().map(|(what, one, other)| (what.to_owned(), one, other));
    // A parameter that only one has has no other value.
    let values = before.subject.settings.iter().filter_map(|one| {
        let other = after.subject.settings.iter().find(|other| other.id == one.id)?;
        (one.value != other.value).then(|| (one.id.clone(), one.text.clone(), other.text.clone()))
    });
    plans
        .chain(values)
        .filter(|(_, one, other)| one != other)
        .map(|(what, one, other)| format!("{what} {one} and {other}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_analysis::{
        Measured, Unmeasured,
        survey::{Setting, Subject},
    };

    fn document(rate_hz: u32, value: f32) -> Document {
        let setting =
            |id: &str| Setting { id: id.into(), name: id.into(), value, text: format!("{value} dB") };
        let subject = Subject { settings: vec![setting("drive")], ..Subject::default() };
        Document::stopped(Plan::usual(rate_hz), subject, String::new())
    }

    fn named() -> [Named; 2] {
        ["a", "b"].map(|name| Named { name: name.into(), kind: "document", revision: None })
    }

    #[test]
    fn what_was_measured_differently_is_refused_with_all_that_differs() {
        let refused = compared(named(), document(48_000, 1.0), document(96_000, 2.5)).err().expect("refused");
        let refused = refused.to_string();
        for text in ["rate 48 kHz and 96 kHz", "drive 1 dB and 2.5 dB"] {
            assert!(refused.contains(text), "no `{text}` in {refused}");
        }
        assert!(!refused.contains("level"), "{refused}");
        assert!(compared(named(), document(48_000, 1.0), document(48_000, 1.0)).is_ok_and(|one| one.same));
    }

    #[test]
    fn a_figure_that_is_gone_is_a_difference() {
        let (before, mut after) = (document(48_000, 1.0), document(48_000, 1.0));
        after.distortion[1] = Measured::Unmeasured(Unmeasured::Silent);
        assert_eq!(lost(&before, &after), [] as [String; 0], "neither was measured");
        let quiet = wavecraft_companion_analysis::Quiet::new(48_000).expect("a rate");
        let mut idle = before;
        idle.idle = quiet.analyse(quiet.signal()).into();
        let outcome = compared(named(), idle, after).expect("alike");
        assert!(!outcome.same);
        assert_eq!(outcome.lost, ["silence: not any more, as the processor had stopped"]);
    }
}
