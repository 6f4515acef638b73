//! Regenerates the documents' pictures from the real programs. Linux only. Look at them before you commit them.

mod keep;
mod terminal;

use crate::{
    areas, needs,
    shell::{cmd, on_linux, root},
};
use anyhow::bail;
use keep::keep;

/// The picture's name, and the function that makes it.
type Picture = (&'static str, fn() -> anyhow::Result<()>);

const PICTURES: &[Picture] = &[("menu", menu), ("terminal", terminal::picture), ("browser", browser)];

/// # Errors
/// The picture doesn't exist, or can't be made.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    if !on_linux() {
        bail!("pictures are made on Linux");
    }
    if let Some(word) = args.iter().find(|word| PICTURES.iter().all(|(name, _)| name != word)) {
        bail!("there is no picture {word}: see cargo xtask pictures --help");
    }
    needs::packages("pngquant")?;
    for (_, make) in
        PICTURES.iter().filter(|(name, _)| args.is_empty() || args.iter().any(|word| word == name))
    {
        make()?;
    }
    Ok(())
}

/// `docs/menu.png`: the part of the panel's screen with the icon, its menu and the open submenu.
fn menu() -> anyhow::Result<()> {
    needs::packages("imagemagick")?;
    after("tray")?;
    let part = root().join("target/tray/docs.png");
    cmd("convert target/tray/submenu.png -crop 580x610+338+0 +repage").arg(&part).run()?;
    keep(&part, "menu.png")
}

/// `docs/inspector.png` and `docs/page.png`.
fn browser() -> anyhow::Result<()> {
    after("browser")?;
    keep(&root().join("target/browser/inspector.png"), "inspector.png")?;
    keep(&root().join("target/browser/dark.png"), "page.png")
}

fn after(area: &str) -> anyhow::Result<()> {
    if !areas::run(&[area.to_owned()])? {
        bail!("the area {area} failed");
    }
    Ok(())
}
