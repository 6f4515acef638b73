//! Renders the drawings: the menu bar's icons, `app/icons/*.svg`, into PNGs beside them, at 1× and 2×; the app's icon,
//! `bundle/icon.svg`, into `bundle/AppIcon.icns`. The results are committed, so that a build needs no renderer.

use crate::{
    needs,
    shell::{cmd, on_linux, say, target},
};
use anyhow::{Context, bail};
use std::{fs, path::Path};

/// The names of an .icns' images and their sizes in pixels: 16, 32, 128, 256 and 512 points, and the same at 2×.
const IMAGES: [(&[u8; 4], u32); 10] = [
    (b"icp4", 16),
    (b"ic11", 32),
    (b"icp5", 32),
    (b"ic12", 64),
    (b"ic07", 128),
    (b"ic13", 256),
    (b"ic08", 256),
    (b"ic14", 512),
    (b"ic09", 512),
    (b"ic10", 1024),
];

/// # Errors
/// There is no renderer, or it refuses a drawing.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    if let Some(word) = args.first() {
        bail!("unknown word {word}: icons takes none");
    }
    if on_linux() {
        needs::packages("librsvg2-bin")?;
    }
    if !cmd("rsvg-convert --version").succeeds() {
        bail!("rsvg-convert is missing: brew install librsvg");
    }
    let mut count = 0;
    for entry in fs::read_dir("app/icons")? {
        let drawing = entry?.path();
        if drawing.extension().is_none_or(|kind| kind != "svg") {
            continue;
        }
        let name = drawing.with_extension("");
        for (zoom, end) in [("1", ".png"), ("2", "@2x.png")] {
            let to = format!("{}{end}", name.display());
            cmd("rsvg-convert --zoom").arg(zoom).arg("--output").arg(to).arg(&drawing).run()?;
            count += 1;
        }
    }
    // An .icns is a list of PNGs, each preceded by its name and its length.
    let mut body = Vec::new();
    for (name, size) in IMAGES {
        let image = rendered(size)?;
        body.extend_from_slice(name);
        body.extend_from_slice(&length(&image)?);
        body.extend_from_slice(&image);
    }
    fs::write("bundle/AppIcon.icns", [b"icns".as_slice(), &length(&body)?, &body].concat())?;
    say(format!("rendered {count} images for the menu, and bundle/AppIcon.icns"));
    Ok(())
}

fn rendered(size: u32) -> anyhow::Result<Vec<u8>> {
    let to = target().join(format!("icon-{size}.png"));
    render(size, &to)?;
    Ok(fs::read(to)?)
}

fn render(size: u32, to: &Path) -> anyhow::Result<()> {
    let size = size.to_string();
    cmd("rsvg-convert --width")
        .args([&size, "--height", &size, "--output"])
        .arg(to)
        .arg("bundle/icon.svg")
        .run()
}

/// The length including the eight bytes of the header.
fn length(bytes: &[u8]) -> anyhow::Result<[u8; 4]> {
    Ok(u32::try_from(bytes.len() + 8).context("an image that is too large")?.to_be_bytes())
}
