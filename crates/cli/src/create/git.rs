//! The project's git repository and first commit, if git is installed.

use super::name::ProjectName;
use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

/// Makes a repository of `folder` and commits everything in it as the user. Returns a note for the user if that didn't
/// work: this is never an error, since the project is complete without git.
pub(super) fn first_commit(folder: &Path, name: &ProjectName) -> Option<String> {
    let git = |arguments: &[&str]| run(folder, arguments);

    match git(&["check-ignore", "--quiet", "."]).map(|output| output.status.code()) {
        Err(error) => return Some(format!("Without a git repository: git could not be run ({error}).")),
        // Inside another repository that doesn't ignore it: committing is up to the user.
        Ok(Some(1)) => {
            return Some("It lies in a git repository already, so no new one was made in it.".into());
        }
        Ok(_) => {}
    }
    if let Err(why) = succeeded(git(&["init", "--quiet"])) {
        return Some(format!("Without a git repository: `git init` said: {why}"));
    }
    // Without this setting git makes up an identity from the login and the machine's name.
    let asked = "user.useConfigOnly=true";
    if succeeded(git(&["-c", asked, "var", "GIT_AUTHOR_IDENT"])).is_err() {
        return Some(
            "The git repository has no commit yet: git doesn't know who you are. Set user.name and user.email \
             with `git config --global`, then run `git add -A && git commit`."
                .into(),
        );
    }
    let message = format!("Create {} with wavecraft {}", name.title(), env!("CARGO_PKG_VERSION"));
    let committed = succeeded(git(&["add", "--all"]))
        .and_then(|()| succeeded(git(&["-c", asked, "commit", "--quiet", "--message", &message])));
    committed.err().map(|why| format!("The git repository has no commit yet: git said: {why}"))
}

/// Runs git in `folder`, on the repository found from there and never on one that the environment names, as it does
/// inside a git hook.
fn run(folder: &Path, arguments: &[&str]) -> std::io::Result<Output> {
    Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .stdin(Stdio::null())
        .output()
}

/// If git failed, the error is the first line of what it printed.
fn succeeded(output: std::io::Result<Output>) -> Result<(), String> {
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.lines().find(|line| !line.trim().is_empty()).unwrap_or("nothing").trim().into())
}
