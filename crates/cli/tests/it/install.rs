//! The scripts that install and uninstall, in an empty home, and the files for Homebrew.

use crate::support::{World, until, until_gone};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A world whose files are in a user's usual places: `WAVECRAFT_HOME` isn't set.
fn home() -> World {
    World::new().env("SHELL", "/bin/sh")
}

fn script(world: &World, name: &str, args: &[&str]) -> Command {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts").join(name);
    let mut command = world.program(script.to_str().expect("text"), "here", args);
    command.env_remove("WAVECRAFT_HOME");
    command
}

/// Its output, after checking that it succeeded.
fn output(mut command: Command) -> String {
    let output = command.output().expect("it runs");
    let text =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success(), "{command:?}: {text}");
    text
}

/// On a Mac the scripts install an app, which isn't built here: docs/test-plan.md has the manual test.
fn installs_programs() -> bool {
    std::env::consts::OS == "linux"
}

/// Every file and link in a folder.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let within = |path: PathBuf| {
        if path.is_dir() && !path.is_symlink() { files(&path) } else { BTreeSet::from([path]) }
    };
    entries.flat_map(within).collect()
}

/// The folder with the programs under test.
fn built() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_wavecraft")).parent().expect("its folder").to_owned()
}

#[test]
fn what_was_installed_leaves_nothing_behind() {
    if !installs_programs() {
        return;
    }
    // The user's own files, one of them with the command's name elsewhere on the PATH.
    let world = home().file("home/.config/other/settings.json", "{}").script("tools/wavecraft", "echo 0.9");
    let before = files(&world.path("home"));
    let built = built();
    let said = output(script(&world, "install", &["--built", built.to_str().expect("text")]));
    assert!(said.contains("tools/wavecraft comes first on the PATH"), "{said}");

    let command = world.path("home/.local/bin/wavecraft");
    let version = output(world.program(command.to_str().expect("text"), "here", &["--version"]));
    assert!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
    let entry = world.path("home/.local/share/applications/dev.wavecraft.companion.desktop");
    let companion = world.path("home/.local/lib/wavecraft/wavecraft-companion");
    assert!(fs::read_to_string(entry).unwrap().contains(companion.to_str().expect("text")));

    // It runs, and has settings, a log, and a file for the login.
    let autostart = world.path("home/.config/autostart/dev.wavecraft.companion.desktop");
    fs::create_dir_all(autostart.parent().unwrap()).unwrap();
    fs::write(&autostart, "[Desktop Entry]\n").unwrap();
    fs::create_dir_all(world.path("home/.config/wavecraft")).unwrap();
    fs::write(world.path("home/.config/wavecraft/settings.json"), "not settings").unwrap();
    let mut running =
        world.program(companion.to_str().expect("text"), "here", &["--headless", "--backend", "virtual"]);
    running.env_remove("WAVECRAFT_HOME").stdin(Stdio::null()).stderr(Stdio::null());
    let mut running = running.spawn().expect("the companion runs");
    let socket = world.path("home/.local/state/wavecraft/run/control.sock");
    until("it listens", || socket.exists().then_some(()));
    until("the broken settings are set aside", || {
        world.path("home/.config/wavecraft/settings.json.broken").exists().then_some(())
    });

    let uninstall = world.path("home/.local/lib/wavecraft/uninstall");
    let mut uninstall = world.program(uninstall.to_str().expect("text"), "here", &[]);
    uninstall.env_remove("WAVECRAFT_HOME");
    let said = output(uninstall);
    let pid = i32::try_from(running.id()).expect("a process id");
    running.wait().expect("it was ours");
    until_gone("the companion", pid);
    assert_eq!(files(&world.path("home")), before, "{said}");
    assert!(said.contains("settings.json.broken") && said.contains(".local/bin/wavecraft"), "{said}");
    assert!(world.path("tools/wavecraft").exists());
}

#[test]
fn a_persons_own_program_is_never_replaced() {
    if !installs_programs() {
        return;
    }
    let world = home().script("home/.local/bin/wavecraft", "echo mine");
    let built = built();
    let output = script(&world, "install", &["--built", built.to_str().expect("text")]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("is another program: move it away"), "{said}");
    assert!(fs::read_to_string(world.path("home/.local/bin/wavecraft")).unwrap().contains("echo mine"));
}

#[test]
fn uninstalling_where_nothing_is_says_so() {
    if !installs_programs() {
        return;
    }
    let output = script(&home(), "uninstall", &[]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("nothing is installed"), "{said}");
}

#[test]
fn homebrew_gets_the_versions_and_checksums_of_the_bundle() {
    let version = env!("CARGO_PKG_VERSION");
    let (zip, other) = ("a1".repeat(32), "b2".repeat(32));
    let sums =
        format!("{zip}  Wavecraft-Companion-{version}.zip\n{other}  Wavecraft-Companion-{version}.dmg\n");
    let world = home().file("bundle/SHA256SUMS", &sums);
    let bundle = world.path("bundle");
    let url = "https://example.com/owner/repository/releases/download/v1";
    let xtask = built().join("xtask");
    let fill_in = || {
        let args = ["homebrew", url, "--bundle", bundle.to_str().expect("text")];
        world.program(xtask.to_str().expect("text"), "here", &args)
    };
    output(fill_in());

    let read = |name: &str| fs::read_to_string(bundle.join("homebrew").join(name)).unwrap();
    let (cask, formula) = (read("wavecraft-companion.rb"), read("wavecraft.rb"));
    assert!(cask.contains(&format!("sha256 \"{zip}\"")) && cask.contains(&format!("version \"{version}\"")));
    assert!(cask.contains("homepage \"https://example.com/owner/repository\""), "{cask}");
    let source = bundle.join(format!("wavecraft-companion-{version}.tar.gz"));
    let sum = formula.split_once("sha256 \"").expect("a checksum").1.split('"').next().expect("its end");
    assert!(sum.len() == 64 && source.is_file(), "{formula}");
    for text in [&cask, &formula] {
        assert!(!text.contains('@'), "something wasn't filled in: {text}");
    }

    // Nothing is made from another version's bundle.
    fs::write(bundle.join("SHA256SUMS"), sums.replace(version, "9.9.9")).unwrap();
    let refused = fill_in().output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("has no checksum"), "{said}");
}
