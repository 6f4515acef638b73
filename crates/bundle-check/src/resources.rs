//! Checks whether the bundle's files are the sealed ones: `Contents/_CodeSignature/CodeResources`.

use crate::{
    finding::{Check, Findings},
    program::slices,
    recipe::COMPANION,
    signature::Signature,
};
use anyhow::Context;
use plist::{Dictionary, Value};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, fs, path::Path};

/// The list's path in the app.
const LIST: &str = "Contents/_CodeSignature/CodeResources";
/// Files sealed by the signature of the app's own program, not by the list.
const ELSEWHERE: [&str; 3] = [COMPANION.path, "Contents/Info.plist", LIST];

pub(crate) fn check(app: &Path, findings: &mut Findings) {
    let Some(text) = findings.read(app, LIST) else { return };
    let sealed = match files(&text) {
        Ok(sealed) => sealed,
        Err(error) => return findings.add(Check::Resources, LIST, format!("can't be read: {error:#}")),
    };
    let mut found = BTreeSet::new();
    if let Err(error) = collect(app, "", &mut found) {
        findings.add(Check::Resources, LIST, format!("the app's files can't be listed: {error}"));
    }
    for place in found.iter().filter(|place| !ELSEWHERE.contains(&place.as_str())) {
        match place.strip_prefix("Contents/").and_then(|inside| sealed.get(inside)) {
            None => findings.add(Check::Resources, place, "isn't sealed"),
            Some(entry) => {
                if let Some(file) = findings.read(app, place)
                    && let Err(error) = check_file(&file, entry)
                {
                    findings.add(Check::Resources, place, format!("{error:#}"));
                }
            }
        }
    }
    for missing in
        sealed.keys().map(|inside| format!("Contents/{inside}")).filter(|place| !found.contains(place))
    {
        findings.add(Check::Resources, &missing, "is sealed and isn't there");
    }
}

/// The sealed files by their paths in `Contents`, from the second version of the list, which is the valid one.
fn files(text: &[u8]) -> anyhow::Result<Dictionary> {
    let list = Value::from_reader_xml(text)?.into_dictionary().context("it holds no keys")?;
    list.get("files2").and_then(Value::as_dictionary).cloned().context("it has no files2")
}

/// A program is sealed by the hash of its code directory, any other file by its own.
fn check_file(file: &[u8], entry: &Value) -> anyhow::Result<()> {
    let entry = entry.as_dictionary().context("is sealed by something unknown")?;
    let data = |key| entry.get(key).and_then(Value::as_data);
    match (data("cdhash"), data("hash2")) {
        (Some(wanted), _) => {
            for slice in slices(file)? {
                if Signature::read(&slice)?.directory.cd_hash() == wanted {
                    return Ok(());
                }
            }
            anyhow::bail!("isn't the program that was sealed")
        }
        (None, Some(wanted)) => {
            anyhow::ensure!(Sha256::digest(file)[..] == *wanted, "isn't the file that was sealed");
            Ok(())
        }
        (None, None) => anyhow::bail!("is sealed without a hash"),
    }
}

/// All files of the folder by their paths in the app. A link counts as a file: none belongs here, and none is sealed as
/// one.
fn collect(app: &Path, inside: &str, files: &mut BTreeSet<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(app.join(inside))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let place = if inside.is_empty() { name } else { format!("{inside}/{name}") };
        if entry.file_type()?.is_dir() {
            collect(app, &place, files)?;
        } else {
            files.insert(place);
        }
    }
    Ok(())
}
