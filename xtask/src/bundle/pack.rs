//! Packs the app as a .zip and a .dmg with checksums, notarised if there is a profile for that.

use super::plan::{Bundle, NAME, PROGRAMS, VERSION};
use crate::shell::{cmd, on_linux, say};
use anyhow::Context;
use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

/// Writes both, has Apple notarise them if `WAVECRAFT_NOTARY_PROFILE` names a profile, and prints their sizes.
pub(super) fn all(bundle: &Bundle) -> anyhow::Result<()> {
    let files = ["zip", "dmg"].map(|kind| format!("Wavecraft-Companion-{VERSION}.{kind}"));
    let [zipped, image] = files.each_ref().map(|name| bundle.out.join(name));
    let profile = env::var("WAVECRAFT_NOTARY_PROFILE").ok().filter(|profile| !profile.is_empty());
    zip(bundle, &zipped)?;
    if let Some(profile) = &profile {
        notarise(profile, &zipped, &bundle.app())?;
        cmd("spctl --assess --type execute --verbose=2").arg(bundle.app()).run()?;
        // This one includes Apple's ticket.
        zip(bundle, &zipped)?;
    }
    write_image(bundle, &image)?;
    if let Some(profile) = &profile {
        let identity = env::var("WAVECRAFT_SIGN_IDENTITY").context("WAVECRAFT_SIGN_IDENTITY isn't set")?;
        cmd("codesign --timestamp --sign").arg(identity).arg(&image).run()?;
        notarise(profile, &image, &image)?;
    }
    cmd(crate::homebrew::sum_command())
        .args(&files)
        .folder(&bundle.out)
        .into_file(&bundle.out.join("SHA256SUMS"))?
        .run()?;
    let programs = PROGRAMS.map(|(name, folder)| bundle.app().join("Contents").join(folder).join(name));
    for file in programs.iter().chain([&zipped, &image]) {
        let tenths = fs::metadata(file)?.len().div_ceil(100_000);
        let shown = file.strip_prefix(&bundle.out)?.display();
        say(format!("{}.{} MB  {shown}", tenths / 10, tenths % 10));
    }
    Ok(())
}

/// Has Apple notarise a file, and staples the ticket to `subject`.
fn notarise(profile: &str, file: &Path, subject: &Path) -> anyhow::Result<()> {
    say(format!("asking Apple to notarise {}", file.display()));
    cmd("xcrun notarytool submit --wait --keychain-profile").arg(profile).arg(file).run()?;
    cmd("xcrun stapler staple").arg(subject).run()
}

fn zip(bundle: &Bundle, to: &PathBuf) -> anyhow::Result<()> {
    if to.exists() {
        fs::remove_file(to)?;
    }
    cmd("zip -qryX").arg(to).arg(NAME).folder(&bundle.out).run()
}

/// Writes a disk image with a link to drag the app to.
fn write_image(bundle: &Bundle, to: &Path) -> anyhow::Result<()> {
    let folder = bundle.out.join("image");
    fs::create_dir(&folder)?;
    cmd("cp -R").arg(bundle.app()).arg(&folder).run()?;
    symlink("/Applications", folder.join("Applications"))?;
    let image = if on_linux() {
        cmd("xorriso -as mkisofs -quiet -hfsplus -V").arg("Wavecraft Companion").arg("-o").arg(to)
    } else {
        cmd("hdiutil create -quiet -fs HFS+ -format UDZO -volname")
            .arg("Wavecraft Companion")
            .arg("-srcfolder")
    };
    let image = image.arg(&folder);
    if on_linux() {
        image.run()?
    } else {
        image.arg(to).run()?
    }
    Ok(fs::remove_dir_all(&folder)?)
}
