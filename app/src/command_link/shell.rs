//! The `PATH` of a person's terminals. A companion that the desktop has started doesn't have it: a Mac gives an app the
//! system's folders only, and what a profile adds is known to the shell alone. So that is asked.

use std::{
    env,
    ffi::OsString,
    io::Read,
    os::unix::{ffi::OsStringExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};

/// Some profiles take seconds. One that asks something finds no input, and ends or is ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// What comes before the answer: a profile may print whatever it likes.
const MARK: &str = "wavecraft-companion-path=";

/// The shell that terminals run: login(1) and terminals of both systems set it.
pub(super) fn of_this_user() -> PathBuf {
    env::var_os("SHELL").map(PathBuf::from).filter(|shell| shell.is_absolute()).unwrap_or("/bin/sh".into())
}

/// The absolute folders of its `PATH` in their order; those of this process, where it doesn't say.
pub(super) fn path(shell: &Path) -> Vec<PathBuf> {
    let path = ask(shell).or_else(|| env::var_os("PATH")).unwrap_or_default();
    env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// Sh, bash, zsh, dash and fish take both flags. In each of them the variable in quotes is one text with colons.
fn ask(shell: &Path) -> Option<OsString> {
    let mut asked = Command::new(shell)
        .args(["-l", "-c", &format!("printf '\\n{MARK}%s\\n' \"$PATH\"")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // A group of its own: what its profile has started ends with it.
        .process_group(0)
        .spawn()
        .ok()?;
    let group = Pid::from_child(&asked);
    let mut pipe = asked.stdout.take()?;
    let (sender, answer) = mpsc::channel();
    thread::spawn(move || {
        let mut text = Vec::new();
        let _ = pipe.read_to_end(&mut text);
        let _ = sender.send(text);
    });
    let text = answer.recv_timeout(PATIENCE).ok();
    // It hasn't been waited for, so the number is still its own.
    let _ = kill_process_group(group, Signal::KILL);
    let _ = asked.wait();
    let text = text?;
    let line = text.split(|byte| *byte == b'\n').rev().find_map(|line| line.strip_prefix(MARK.as_bytes()))?;
    Some(OsString::from_vec(line.to_vec()))
}

/// What to do so that this shell finds what is in a folder.
pub(super) fn remedy(shell: &Path, folder: &Path) -> String {
    let folder = folder.display();
    match shell.file_name().and_then(|name| name.to_str()) {
        Some("fish") => format!("run  fish_add_path '{folder}'"),
        Some("zsh") => format!("add  export PATH=\"{folder}:$PATH\"  to ~/.zprofile"),
        _ => format!("add  export PATH=\"{folder}:$PATH\"  to ~/.profile"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt};

    /// A shell that does this.
    fn shell(dir: &tempfile::TempDir, script: &str) -> PathBuf {
        let shell = dir.path().join("shell");
        fs::write(&shell, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&shell, fs::Permissions::from_mode(0o755)).unwrap();
        shell
    }

    #[test]
    fn a_profile_adds_its_folders_whatever_it_prints() {
        let dir = tempfile::tempdir().unwrap();
        let script = "echo Good morning; PATH=/opt/own:relative:$PATH; eval \"$3\"";
        let folders = path(&shell(&dir, script));
        assert_eq!(folders[0], PathBuf::from("/opt/own"));
        assert!(folders.iter().all(|folder| folder.is_absolute()) && folders.len() > 1, "{folders:?}");
    }

    #[test]
    fn a_shell_that_does_not_answer_leaves_our_own_path() {
        let own: Vec<_> = env::split_paths(&env::var_os("PATH").unwrap()).collect();
        let dir = tempfile::tempdir().unwrap();
        for script in ["exit 1", "echo nothing to the point", "cat; exit 3"] {
            assert_eq!(path(&shell(&dir, script)), own, "{script}");
        }
        assert_eq!(path(Path::new("/no/such/shell")), own);
    }

    #[test]
    fn the_real_shells_answer() {
        for shell in ["/bin/sh", "/bin/bash", "/bin/zsh", "/usr/bin/fish"].map(Path::new) {
            if shell.exists() {
                assert!(ask(shell).is_some_and(|path| !path.is_empty()), "{}", shell.display());
            }
        }
    }

    #[test]
    fn each_shell_has_its_own_remedy() {
        let remedy = |shell: &str| remedy(Path::new(shell), Path::new("/h/.local/bin"));
        assert_eq!(remedy("/bin/zsh"), "add  export PATH=\"/h/.local/bin:$PATH\"  to ~/.zprofile");
        assert_eq!(remedy("/usr/bin/fish"), "run  fish_add_path '/h/.local/bin'");
        assert!(remedy("/bin/bash").ends_with("~/.profile"));
    }
}
