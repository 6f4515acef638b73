//! The test environment: each test has its own world (home, project, tools, companion), in which the program runs.

mod agent;
pub(crate) mod fake_companion;
pub(crate) mod fake_vite;
pub(crate) mod published;
mod run;
mod terminal;
mod tmux;
pub(crate) mod watching;

pub(crate) use agent::Agent;
pub(crate) use run::{Finished, Live};
pub(crate) use terminal::Terminal;
pub(crate) use tmux::Tmux;

use std::{
    ffi::OsString,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

/// How long anything may take before a test gives up. Nothing is expected to take a hundredth of it.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);

/// An empty home, a `PATH` with cargo and the system's tools, and no other environment variables.
pub(crate) struct World {
    dir: TempDir,
    env: Vec<(OsString, OsString)>,
}

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("wc").tempdir().expect("a folder");
        let root = dir.path().canonicalize().expect("its path");
        for folder in ["home", "tools", "here"] {
            fs::create_dir(root.join(folder)).expect(folder);
        }
        let mut world = Self { dir, env: Vec::new() };
        let cargo = which("cargo");
        let path = [
            world.path("tools"),
            cargo.parent().expect("its folder").into(),
            "/usr/bin".into(),
            "/bin".into(),
        ];
        world = world
            .env("PATH", std::env::join_paths(path).expect("a PATH"))
            .env("HOME", world_path(&root, "home"))
            .env("WAVECRAFT_HOME", world_path(&root, "home/wavecraft"))
            .env("CARGO_NET_OFFLINE", "true");
        // cargo and rustup are those of the machine.
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            let default = || std::env::home_dir().map(|home| home.join(folder).into_os_string());
            if let Some(value) = std::env::var_os(name).or_else(default) {
                world = world.env(name, value);
            }
        }
        match std::env::var_os("RUSTUP_TOOLCHAIN") {
            Some(toolchain) => world.env("RUSTUP_TOOLCHAIN", toolchain),
            None => world,
        }
    }

    /// Adds a project whose `dev-audio` waits until its standard input is closed, and needs no crate.
    pub(crate) fn with_project() -> Self {
        Self::new()
            .file(
                "here/engine/Cargo.toml",
                "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n",
            )
            .file("here/engine/src/lib.rs", "")
            .file(
                "here/engine/src/bin/dev-audio.rs",
                "fn main() { std::io::stdin().read_line(&mut String::new()).unwrap(); }\n",
            )
    }

    /// Writes a file, and creates its folders.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
        fs::write(path, text).expect("a file");
        self
    }

    /// Writes an executable shell script.
    pub(crate) fn script(self, name: &str, text: &str) -> Self {
        let path = self.path(name);
        let world = self.file(name, &format!("#!/bin/sh\n{text}\n"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("its mode");
        world
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// A path in this world.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        world_path(&self.dir.path().canonicalize().expect("the folder"), name)
    }

    /// Runs the program in `here` until it ends.
    pub(crate) fn run(&self, args: &[&str]) -> Finished {
        self.live(args).finish()
    }

    /// Starts the program in `here`.
    pub(crate) fn live(&self, args: &[&str]) -> Live {
        self.live_in("here", args)
    }

    /// Starts the program in another folder.
    pub(crate) fn live_in(&self, folder: &str, args: &[&str]) -> Live {
        Live::spawn(self.command(folder, args))
    }

    /// Starts `wavecraft mcp` in a folder of this world.
    pub(crate) fn agent(&self, folder: &str, more: &[&str]) -> Agent {
        Agent::spawn(self.command(folder, &[&["mcp"], more].concat()))
    }

    /// Starts the program in `here`, on a terminal.
    pub(crate) fn live_on_a_terminal(&self, args: &[&str]) -> Terminal {
        Terminal::spawn(self.command("here", args))
    }

    /// Starts the program in `here` with a file system of `bytes` on `folder`, which no other process sees. `None` if
    /// this system doesn't let users do that.
    pub(crate) fn live_on_a_small_disk(&self, folder: &str, bytes: u64, args: &[&str]) -> Option<Live> {
        fs::create_dir_all(self.path(folder)).expect("its folder");
        let mount =
            format!("mount -t tmpfs -o size={bytes} none '{}' && exec \"$@\"", self.path(folder).display());
        let unshared = |command: &[&str]| {
            let mut unshare = self.program("unshare", "here", &["-rm", "sh", "-c", &mount, "sh"]);
            unshare.args(command);
            unshare
        };
        let allowed = unshared(&["true"]).status().is_ok_and(|status| status.success());
        let own = [&[env!("CARGO_BIN_EXE_wavecraft")], args].concat();
        allowed.then(|| Live::spawn(unshared(&own)))
    }

    fn command(&self, folder: &str, args: &[&str]) -> Command {
        self.program(env!("CARGO_BIN_EXE_wavecraft"), folder, args)
    }

    /// A program in a folder of this world, with only its environment.
    pub(crate) fn program(&self, program: &str, folder: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.path(folder)).env_clear().envs(self.env.iter().cloned());
        command
    }

    /// The names in a folder; empty if there is no folder.
    pub(crate) fn names_in(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else { return Vec::new() };
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    /// A number that a process wrote into a file; waits for it.
    pub(crate) fn pid_in(&self, name: &str) -> i32 {
        let path = self.path(name);
        until(&format!("{name} has a number"), || fs::read_to_string(&path).ok()?.trim().parse().ok())
    }
}

fn world_path(root: &Path, name: &str) -> PathBuf {
    root.join(name)
}

pub(crate) fn which(name: &str) -> PathBuf {
    std::env::split_paths(&std::env::var_os("PATH").expect("a PATH"))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .expect(name)
}

/// Polls until there is an answer, at most [`LIMIT`].
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = std::time::Instant::now() + LIMIT;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(std::time::Instant::now() < end, "still not so: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until a process is gone, and was waited for.
pub(crate) fn until_gone(what: &str, pid: i32) {
    let pid = rustix::process::Pid::from_raw(pid).expect("a process id");
    until(&format!("{what} (process {pid}) is gone"), || {
        rustix::process::test_kill_process(pid).is_err().then_some(())
    });
}

/// A shell command that runs one ignored test of this file as a separate program.
pub(crate) fn this_test_as_a_program(test: &str) -> String {
    let own = std::env::current_exe().expect("this program");
    format!("exec '{}' --exact '{test}' --ignored --nocapture --quiet", own.display())
}
