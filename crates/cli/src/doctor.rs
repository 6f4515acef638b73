//! `wavecraft doctor`: checks everything that a start needs, and says how to fix what is missing. It changes nothing,
//! and nothing that it starts keeps running.

mod check;
mod command;
mod companion;
mod ports;
mod project;
mod tools;
mod webview;

use crate::{
    ansi, cargo,
    cli::JsonArgs,
    failure::{FAILED, SUCCESS},
    output::{coloured_line, out},
    processes::Processes,
    project::Project,
    report::json_line,
    terminal::{Style, colours_allowed, paint},
};
use std::{
    io::{self, IsTerminal},
    path::Path,
};
use wavecraft_companion_protocol::doctor::{Check, Findings, Verdict};

/// Runs all checks, prints them, and returns the exit code: 1 if a check failed.
pub(crate) async fn run(args: JsonArgs) -> anyhow::Result<i32> {
    let folder = std::env::current_dir()?;
    let mut checks = tools::checks(&folder).await;
    let published = published_sdk(&folder).await;
    checks.extend(command::checks(published).await);
    let (of_companion, status) = companion::checks().await;
    checks.extend(of_companion);
    checks.extend(ports::checks(&folder, status.as_ref()).await);
    checks.extend(project::checks(&folder).await);
    checks.extend(webview::check(&folder, published).await);
    let findings = Findings { ok: !checks.iter().any(|check| check.verdict == Verdict::Failed), checks };
    if args.json {
        out!("{}", json_line(&findings));
    } else {
        print(&findings);
    }
    Ok(if findings.ok { SUCCESS } else { FAILED })
}

/// Whether the folder is in a plugin made with the published SDK. Another check reports why that couldn't be found out.
async fn published_sdk(folder: &Path) -> bool {
    let (Ok(Some(project)), Ok(cargo)) = (Project::folder_of(folder), cargo::program()) else { return false };
    let mut processes = Processes::new();
    let found = cargo::published_sdk(&cargo, &project.join("engine"), &mut processes).await;
    processes.end().await;
    matches!(found, Ok(Some(_)))
}

fn print(findings: &Findings) {
    let colour = io::stdout().is_terminal() && colours_allowed();
    for Check { name, verdict, found, mend } in &findings.checks {
        let mark = match verdict {
            Verdict::Fine => paint(Style::Green, "✓", colour),
            Verdict::Attention => paint(Style::Yellow, "!", colour),
            Verdict::Failed => paint(Style::Red, "✗", colour),
        };
        coloured_line(&format!("{mark} {name:<12}{}", ansi::strip(found)));
        if let Some(mend) = mend {
            out!("{:14}→ {mend}", "");
        }
    }
    let failed = findings.checks.iter().filter(|check| check.verdict == Verdict::Failed).count();
    out!("");
    match failed {
        0 => out!("Nothing keeps `wavecraft start --with-audio` from working."),
        1 => out!("One thing has to be mended: see the line with ✗."),
        more => out!("{more} things have to be mended: see the lines with ✗."),
    }
}
