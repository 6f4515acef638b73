//! The `PATH` of the user's terminals. A companion started by the desktop doesn't have it: a Mac gives an app the
//! system's folders only, and only the shell knows what a profile adds. So the shell is asked.

use std::{
    env,
    ffi::OsString,
    fs,
    io::Read,
    os::unix::{ffi::OsStringExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};

/// The timeout: some profiles take seconds. One that asks something finds no input, and ends or is killed.
const PATIENCE: Duration = Duration::from_secs(5);

/// Precedes the answer: a profile may print anything.
const MARK: &str = "wavecraft-companion-path=";

/// The shell that terminals run: login(1) and the terminals of both systems set the variable.
pub(super) fn of_this_user() -> PathBuf {
    env::var_os("SHELL").map(PathBuf::from).filter(|shell| shell.is_absolute()).unwrap_or("/bin/sh".into())
}

/// The absolute folders of its `PATH` in their order; those of this process's `PATH` if the shell doesn't answer.
pub(super) fn path(shell: &Path) -> Vec<PathBuf> {
    let path = ask(shell).or_else(|| env::var_os("PATH")).unwrap_or_default();
    env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// Runs the shell as a terminal does: as a login shell that is interactive, since only then zsh reads its `~/.zshrc`.
/// If that doesn't answer, as a login shell only.
fn ask(shell: &Path) -> Option<OsString> {
    let interactive = || ask_as(shell, &["-l", "-i"]);
    // An interactive shell would take over the terminal that this companion was started from.
    let on_a_terminal = fs::File::open("/dev/tty").is_ok();
    (!on_a_terminal).then(interactive).flatten().or_else(|| ask_as(shell, &["-l"]))
}

/// Sh, bash, zsh, dash and fish take these flags, one by one. In each of them the quoted variable is one text with
/// colons.
fn ask_as(shell: &Path, flags: &[&str]) -> Option<OsString> {
    let mut asked = Command::new(shell)
        .args(flags)
        .args(["-c", &format!("printf '\\n{MARK}%s\\n' \"$PATH\"")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // Its own process group: what its profile started ends with it.
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
    // It hasn't been waited for, so the process id is still its own.
    let _ = kill_process_group(group, Signal::KILL);
    let _ = asked.wait();
    let text = text?;
    let line = text.split(|byte| *byte == b'\n').rev().find_map(|line| line.strip_prefix(MARK.as_bytes()))?;
    Some(OsString::from_vec(line.to_vec()))
}

/// What to do so that this shell finds the programs in a folder. Zsh reads `~/.zshrc` in every terminal; of bash's
/// three profiles a login shell reads only the first that exists (bash(1), "Invocation").
pub(super) fn remedy(shell: &Path, folder: &Path, home: Option<&Path>) -> String {
    let folder = folder.display();
    let file = match shell.file_name().and_then(|name| name.to_str()) {
        Some("fish") => return format!("run  fish_add_path '{folder}'"),
        Some("zsh") => ".zshrc",
        Some("bash") => [".bash_profile", ".bash_login"]
            .into_iter()
            .find(|file| home.is_some_and(|home| home.join(file).is_file()))
            .unwrap_or(".profile"),
        _ => ".profile",
    };
    format!("add  export PATH=\"{folder}:$PATH\"  to ~/{file}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// Runs what a shell is given after `-c`, its last argument.
    const ANSWER: &str = "for last; do :; done; eval \"$last\"";

    /// A shell that runs this script.
    fn shell(dir: &tempfile::TempDir, script: &str) -> PathBuf {
        let shell = dir.path().join("shell");
        fs::write(&shell, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&shell, fs::Permissions::from_mode(0o755)).unwrap();
        shell
    }

    #[test]
    fn a_profile_adds_its_folders_whatever_it_prints() {
        let dir = tempfile::tempdir().unwrap();
        let script = format!("echo Good morning; PATH=/opt/own:relative:$PATH; {ANSWER}");
        let folders = path(&shell(&dir, &script));
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
    fn what_an_interactive_shell_alone_reads_counts_and_one_that_hangs_there_is_asked_plainly() {
        let dir = tempfile::tempdir().unwrap();
        let interactive = "case \" $* \" in *' -i '*)";
        let rc = format!("{interactive} PATH=/from/zshrc:$PATH;; esac; {ANSWER}");
        let rc = shell(&dir, &rc);
        assert_eq!(
            ask_as(&rc, &["-l", "-i"]).map(|path| env::split_paths(&path).next()),
            Some(Some("/from/zshrc".into()))
        );
        assert_eq!(path(&rc).contains(&"/from/zshrc".into()), fs::File::open("/dev/tty").is_err());
        let asks = shell(&dir, &format!("{interactive} exit 7;; esac; PATH=/plain:$PATH; {ANSWER}"));
        assert_eq!(path(&asks)[0], PathBuf::from("/plain"));
    }

    /// With its own home: what zsh reads, and in which order, is up to zsh.
    #[test]
    fn a_folder_that_only_zshrc_adds_is_on_the_path() {
        let zsh = Path::new("/bin/zsh");
        if !zsh.exists() {
            return;
        }
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(".zshrc"), "echo hello; export PATH=/from/zshrc:$PATH\n").unwrap();
        // A shell with this home.
        let script = format!("HOME='{0}' ZDOTDIR='{0}' exec /bin/zsh \"$@\"", home.path().display());
        let own = shell(&home, &script);
        let path = ask_as(&own, &["-l", "-i"]).expect("zsh answers");
        assert!(env::split_paths(&path).any(|folder| folder == Path::new("/from/zshrc")), "{path:?}");
        let plain = ask_as(&own, &["-l"]).expect("zsh answers");
        assert!(!env::split_paths(&plain).any(|folder| folder == Path::new("/from/zshrc")), "{plain:?}");
    }

    #[test]
    fn each_shell_has_its_own_remedy() {
        let home = tempfile::tempdir().unwrap();
        let remedy = |shell: &str| remedy(Path::new(shell), Path::new("/h/.local/bin"), Some(home.path()));
        assert_eq!(remedy("/bin/zsh"), "add  export PATH=\"/h/.local/bin:$PATH\"  to ~/.zshrc");
        assert_eq!(remedy("/usr/bin/fish"), "run  fish_add_path '/h/.local/bin'");
        // A profile that bash wouldn't read is no help.
        for (file, named) in
            [(".profile", ".profile"), (".bash_login", ".bash_login"), (".bash_profile", ".bash_profile")]
        {
            fs::write(home.path().join(file), "").unwrap();
            assert!(remedy("/bin/bash").ends_with(&format!("to ~/{named}")), "{file}");
            assert!(remedy("/bin/sh").ends_with("to ~/.profile"));
        }
    }
}
