//! The `wavecraft` command's link, created and removed only by a click.

use crate::{
    bus::{Bus, Panel},
    companion,
    menu::Tray,
    support::eventually,
};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// A user's shell whose `PATH` has the bus's folders alone: not the one for all users, which a test must not touch.
pub(crate) fn shell(bus: &Bus) -> PathBuf {
    let (shell, folder) = (bus.folder().join("zsh"), bus.folder());
    let script = format!(
        "#!/bin/sh\nPATH='{0}/earlier:{0}/.local/bin'\nfor last; do :; done; eval \"$last\"\n",
        folder.display()
    );
    fs::write(&shell, script).unwrap();
    fs::set_permissions(&shell, fs::Permissions::from_mode(0o755)).unwrap();
    shell
}

#[test]
#[ignore = "needs dbus-daemon: scripts/test tray"]
fn it_is_linked_and_removed_and_an_earlier_one_is_told() {
    let bus = Bus::start();
    let panel = Panel::start(&bus);
    let _companion = companion(&bus);
    let tray = Tray::of(&panel);
    let link = bus.folder().join(".local/bin/wavecraft");
    tray.says("Install the `wavecraft` Command");
    assert!(!link.is_symlink(), "nobody asked for it");

    tray.click("Install the `wavecraft` Command");
    tray.says("Installed as ~/.local/bin/wavecraft");
    let command = Path::new(env!("CARGO_BIN_EXE_wavecraft-companion")).with_file_name("wavecraft");
    assert_eq!(link.canonicalize().unwrap(), command.canonicalize().unwrap());
    tray.click("`wavecraft` Command/Remove");
    tray.says("Install the `wavecraft` Command");
    assert!(!link.is_symlink());

    let earlier = bus.folder().join("earlier/wavecraft");
    fs::create_dir(earlier.parent().unwrap()).unwrap();
    fs::copy("/bin/sh", &earlier).unwrap();
    tray.click("Install the `wavecraft` Command");
    tray.says("`wavecraft` Command: Not in Use Yet");
    tray.says("a terminal starts ~/earlier/wavecraft");
    tray.click("`wavecraft` Command: Not in Use Yet/Remove");
    tray.says("Install the `wavecraft` Command");
    assert!(earlier.exists() && !link.is_symlink());

    // A failure is shown.
    fs::write(&link, "in the way").unwrap();
    tray.click("Install the `wavecraft` Command");
    eventually("the menu says what is in the way", || {
        tray.text().contains("~/.local/bin/wavecraft").then_some(())
    });
    assert_eq!(fs::read_to_string(&link).unwrap(), "in the way");
}
