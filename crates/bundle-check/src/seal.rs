//! Checks whether a signature matches its program, and what it permits the program to do.

use crate::{
    Expected,
    finding::{Check, Findings},
    program::Slice,
    recipe::{COMPANION, DEBUGGED, Program},
    signature::{HASH_LENGTH, Signature, Slot},
};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, fs, path::Path};

pub(crate) fn check(
    place: &str,
    program: &Program,
    slice: &Slice<'_>,
    app: &Path,
    expected: &Expected,
    findings: &mut Findings,
) {
    let signature = match Signature::read(slice) {
        Ok(signature) => signature,
        Err(error) => return findings.add(Check::Signature, place, format!("{error:#}")),
    };
    let identifier = signature.directory.identifier;
    if identifier != program.identifier {
        findings.add(
            Check::Signature,
            place,
            format!("is signed as {identifier}, not as {}", program.identifier),
        );
    }
    if !signature.directory.is_hardened() {
        findings.add(Check::HardenedRuntime, place, "is signed without the hardened runtime");
    }
    if let Err(error) = check_pages(place, slice, &signature, findings) {
        findings.add(Check::Pages, place, format!("{error:#}"));
    }
    if let Err(error) = check_slots(place, program, &signature, app, findings) {
        findings.add(Check::Slots, place, format!("{error:#}"));
    }
    check_entitlements(place, &wanted(program, expected), &signature, findings);
}

/// Returns one finding, for the first page that differs: whatever changed it may have changed many.
fn check_pages(
    place: &str,
    slice: &Slice<'_>,
    signature: &Signature<'_>,
    findings: &mut Findings,
) -> anyhow::Result<()> {
    let directory = &signature.directory;
    let code = crate::bytes::part(slice.data, 0..directory.code_limit)?;
    let pages: Vec<_> = code.chunks(directory.page).collect();
    let signed: Vec<_> = directory.pages()?.collect();
    if pages.len() != signed.len() {
        findings.add(
            Check::Pages,
            place,
            format!("{} pages, of which {} are signed", pages.len(), signed.len()),
        );
    }
    if let Some(page) = pages.iter().zip(&signed).position(|(page, hash)| Sha256::digest(page)[..] != **hash)
    {
        findings.add(Check::Pages, place, format!("page {page} isn't what was signed"));
    }
    Ok(())
}

/// Checks that the files beside the program and the parts of its signature match their hashes.
fn check_slots(
    place: &str,
    program: &Program,
    signature: &Signature<'_>,
    app: &Path,
    findings: &mut Findings,
) -> anyhow::Result<()> {
    // The app's own program carries the bundle's hashes; the others only have their own.
    let of_bundle = program.path == COMPANION.path;
    let beside = |inside| of_bundle.then(|| fs::read(app.join(inside)).ok()).flatten();
    let parts = [Slot::Requirements, Slot::Entitlements, Slot::DerEntitlements];
    let parts = parts.map(|slot| (slot, signature.part(slot).map(<[u8]>::to_vec)));
    let files = [
        (Slot::Info, beside("Contents/Info.plist")),
        (Slot::Resources, beside("Contents/_CodeSignature/CodeResources")),
    ];
    for (slot, bytes) in files.into_iter().chain(parts) {
        let actual = bytes.map(|bytes| <[u8; HASH_LENGTH]>::from(Sha256::digest(bytes)));
        if signature.directory.special(slot)? != actual.as_ref().map(<[u8; HASH_LENGTH]>::as_slice) {
            findings.add(Check::Slots, place, format!("its {slot:?} aren't what was signed"));
        }
    }
    Ok(())
}

/// The permissions a program should have. A debugger may attach only in an app for development.
fn wanted(program: &Program, expected: &Expected) -> BTreeSet<String> {
    let debugged = (program.debugged && !expected.for_others).then_some(DEBUGGED);
    program.entitlements.iter().copied().chain(debugged).map(str::to_owned).collect()
}

fn check_entitlements(
    place: &str,
    wanted: &BTreeSet<String>,
    signature: &Signature<'_>,
    findings: &mut Findings,
) {
    let given = match entitlements(signature) {
        Ok(given) => given,
        Err(error) => {
            return findings.add(
                Check::Entitlements,
                place,
                format!("its entitlements can't be read: {error:#}"),
            );
        }
    };
    for missing in wanted.difference(&given) {
        findings.add(Check::Entitlements, place, format!("lacks {missing}"));
    }
    for extra in given.difference(wanted) {
        findings.add(Check::Entitlements, place, format!("has {extra}, which it doesn't need"));
    }
    // Since macOS 12 the system uses the DER entitlements.
    let der = signature.part(Slot::DerEntitlements).unwrap_or_default();
    for name in given.iter().filter(|name| !crate::bytes::holds(der, name.as_bytes())) {
        findings.add(Check::Entitlements, place, format!("has {name} as a property list only, not in DER"));
    }
}

/// The names of the entitlements that are true; one with another value is listed with it.
fn entitlements(signature: &Signature<'_>) -> anyhow::Result<BTreeSet<String>> {
    let Some(text) = signature.entitlements()? else { return Ok(BTreeSet::new()) };
    let list: plist::Dictionary = match plist::Value::from_reader_xml(text)? {
        plist::Value::Dictionary(list) => list,
        other => anyhow::bail!("they are {other:?}"),
    };
    let named = list.into_iter().map(|(name, value)| match value.as_boolean() {
        Some(true) => name,
        _ => format!("{name} = {value:?}"),
    });
    Ok(named.collect())
}
