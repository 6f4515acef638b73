//! Checks the dependencies against deny.toml: licences, sources, duplicate versions, known advisories.

use crate::{
    needs,
    shell::{Cmd, say},
};
use anyhow::bail;

/// The advisories are a database on GitHub. If it can't be reached, they are left out with a message; `--advisories`
/// makes that an error.
///
/// # Errors
/// The problems found, or an unknown flag.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let is_strict = match args {
        [] => false,
        [flag] if flag == "--advisories" => true,
        [flag, ..] => bail!("unknown flag {flag}: --advisories is the only one"),
    };
    needs::python("audit")?;
    say("licences, sources, duplicates");
    deny("error check licenses bans sources").run()?;
    if deny("off fetch db").succeeds() {
        say("advisories");
        deny("error check --disable-fetch advisories").run()?;
    } else if is_strict {
        bail!("the advisories can't be fetched: see that github.com can be reached, then run this again");
    } else {
        say("advisories: left out, their database can't be reached from here");
    }
    say("audit: nothing found");
    Ok(())
}

fn deny(words: &str) -> Cmd {
    needs::tool("cargo-deny").arg("--log-level").args(words.split(' ')).aside()
}
