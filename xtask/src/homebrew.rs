//! A release's cask and formula: fills version, checksums and addresses into `bundle/homebrew/*.rb`.

use crate::{
    bundle::VERSION,
    shell::{cmd, on_linux, say},
};
use anyhow::{Context, bail};
use std::{fs, path::PathBuf};

/// The app's checksum is taken from `SHA256SUMS`, which `xtask bundle` wrote; the source archive is created here, from
/// the last commit.
///
/// # Errors
/// There is no address, or no bundle of this version.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let (mut url, mut folder) = (None, PathBuf::from("target/bundle"));
    let mut words = args.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--bundle" => folder = words.next().context("--bundle wants a folder")?.into(),
            word if word.starts_with("https://") => url = Some(word.trim_end_matches('/')),
            word => bail!("unknown word {word}: see cargo xtask homebrew --help"),
        }
    }
    let url = url.context("where will the release's files be? See cargo xtask homebrew --help")?;
    let (zip, source) =
        (format!("Wavecraft-Companion-{VERSION}.zip"), format!("wavecraft-companion-{VERSION}.tar.gz"));
    let sums = folder.join("SHA256SUMS");
    let text = fs::read_to_string(&sums)
        .with_context(|| format!("there is no {}: run cargo xtask bundle first", sums.display()))?;
    let zip_sum = sum_of(&text, &zip).with_context(|| {
        format!("{} has no checksum of {zip}: was it made of version {VERSION}?", sums.display())
    })?;
    let archive = folder.join(&source);
    cmd("git archive --format=tar.gz")
        .arg(format!("--prefix=wavecraft-companion-{VERSION}/"))
        .arg("--output")
        .arg(&archive)
        .arg("HEAD")
        .run()?;
    let source_sum = cmd(sum_command()).arg(&archive).text()?;
    let source_sum = source_sum.split(' ').next().unwrap_or_default();

    let homepage = url.split("/releases/").next().unwrap_or(url);
    fs::create_dir_all(folder.join("homebrew"))?;
    for entry in fs::read_dir("bundle/homebrew")? {
        let file = entry?.path();
        let text = fs::read_to_string(&file)?;
        let kept = text.lines().filter(|line| !(line.starts_with("# ") && line.contains("@ signs")));
        let text: String = kept.map(|line| format!("{line}\n")).collect();
        let filled = text
            .replace("@VERSION@", VERSION)
            .replace("@ZIP_SHA256@", zip_sum)
            .replace("@SOURCE_SHA256@", source_sum)
            .replace("@URL@", url)
            .replace("@HOMEPAGE@", homepage);
        fs::write(folder.join("homebrew").join(file.file_name().unwrap_or_default()), filled)?;
    }
    say(format!(
        "{}: cask and formula of {VERSION}; {} belongs to the release's files",
        folder.join("homebrew").display(),
        archive.display()
    ));
    Ok(())
}

/// The command for checksums. A Mac has shasum(1).
pub(crate) fn sum_command() -> &'static str {
    if on_linux() { "sha256sum" } else { "shasum -a 256" }
}

/// The checksum of a file, from a line of sha256sum or shasum.
fn sum_of<'a>(sums: &'a str, file: &str) -> Option<&'a str> {
    let found = sums.lines().filter_map(|line| line.split_once(char::is_whitespace));
    let mut found = found.filter(|(_, name)| name.trim_start_matches([' ', '*']) == file);
    found.next().map(|(sum, _)| sum).filter(|sum| sum.len() == 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_is_that_of_the_file_and_whole() {
        let sum = "a".repeat(64);
        let sums = format!("{sum}  x.zip\nabc *y.dmg\n");
        assert_eq!(sum_of(&sums, "x.zip"), Some(&*sum));
        assert_eq!(sum_of(&sums, "y.dmg"), None);
        assert_eq!(sum_of(&sums, "z"), None);
    }
}
