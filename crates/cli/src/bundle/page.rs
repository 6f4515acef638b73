//! The project's own page, built for the plugin.

use crate::{ansi, page::PageSource, report::Report};
use anyhow::{Context, bail};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Where Vite puts a built page.
const BUILT: &str = "dist";

/// Has the page's package manager build it, after its packages if some are missing. Returns the folder with the built page.
/// What the manager says is seen.
///
/// # Errors
/// If the manager isn't installed, fails (it has said why), or leaves no page.
pub(crate) fn build(page: &PageSource, report: &Report) -> anyhow::Result<PathBuf> {
    let manager = page.manager()?;
    if page.needs_install() {
        report.say(&format!("Installing the page's packages ({}) …", manager.install_command()));
        run(page, manager.install_args(), &manager.install_command())?;
    }
    report.say("Building the page …");
    let command = format!("{} run build", manager.name());
    run(page, &["run", "build"], &command)?;
    let built = page.folder.join(BUILT);
    if !built.join("index.html").is_file() {
        bail!(
            "`{command}` left no {}: let Vite build to its default folder, or bundle with --no-ui",
            shown(&built.join("index.html"))
        );
    }
    Ok(built)
}

fn run(page: &PageSource, args: &[&str], command: &str) -> anyhow::Result<()> {
    let mut program = Command::new(page.manager()?.program()?);
    // What it says of itself is no output of this command.
    program.args(args).current_dir(&page.folder).stdout(std::io::stderr());
    let ended = program.status().with_context(|| format!("`{command}` could not be started"))?;
    if !ended.success() {
        bail!("`{command}` failed in {} ({ended}); what it said is above", shown(&page.folder));
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    ansi::line(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A page whose `build` script is this one.
    fn page(build: &str) -> (tempfile::TempDir, PageSource) {
        let dir = tempfile::tempdir().unwrap();
        let ui = dir.path().join("ui");
        fs::create_dir_all(ui.join("node_modules")).unwrap();
        let package = serde_json::json!({"name": "page", "scripts": {"build": build}});
        fs::write(ui.join("package.json"), package.to_string()).unwrap();
        let page = PageSource::find(dir.path()).unwrap().unwrap();
        (dir, page)
    }

    #[test]
    fn what_the_pages_own_script_builds_is_the_plugins_page() {
        let (dir, page) = page("mkdir -p dist && echo hello > dist/index.html");
        let built = build(&page, &Report::new(false, false)).unwrap();
        assert_eq!(built, dir.path().join("ui/dist"));
        assert_eq!(fs::read_to_string(built.join("index.html")).unwrap(), "hello\n");
    }

    #[test]
    fn a_page_that_fails_or_leaves_nothing_is_told() {
        let told = |script| format!("{:#}", build(&page(script).1, &Report::new(false, false)).unwrap_err());
        let failed = told("exit 3");
        assert!(failed.contains("`npm run build` failed in") && failed.contains("above"), "{failed}");
        let nothing = told("mkdir -p dist");
        assert!(nothing.contains("left no") && nothing.contains("--no-ui"), "{nothing}");
    }
}
