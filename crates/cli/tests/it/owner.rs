//! Foreign input: a companion of another user is sent nothing, and no text from elsewhere moves the cursor.

use crate::support::{
    World,
    fake_companion::{FakeCompanion, Fault},
};
use rustix::process::getuid;
use std::os::unix::fs::chown;

/// The user `nobody`, on both systems.
const ANOTHER: u32 = 65_534;

#[test]
fn a_companion_in_another_users_folder_is_told_nothing() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::None);
    // An administrator can give the folder away; for other users the system has one that belongs to the administrator.
    let world = if getuid().is_root() {
        chown(world.path("home/wavecraft/run"), Some(ANOTHER), None).expect("another owner");
        world
    } else {
        world.env("WAVECRAFT_HOME", "/")
    };
    for args in
        [&["status"][..], &["start", "--with-audio", "--json"], &["microphone", "allow"], &["stop", "--all"]]
    {
        let finished = world.run(args);
        finished.fails(1, &["is another user's", "nothing was sent there", "WAVECRAFT_HOME"]);
    }
    assert_eq!(companion.calls("hello").len(), 0);
}

#[test]
fn what_others_say_is_shown_as_text_and_as_theirs() {
    let world = World::with_project();
    let _companion = FakeCompanion::run(&world, Fault::Escapes);
    let finished = world.run(&["start", "--with-audio", "--no-ui", "--seconds", "1"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    for text in [&finished.out, &finished.err] {
        assert!(text.chars().all(|char| char == '\n' || !char.is_control()), "{finished:#?}");
    }
    // Of the companion's own words every further line is further in: none can pose as another message.
    assert!(
        finished.out.contains("child │ hello from the child\noverwritten\n  error: not ours"),
        "{finished:#?}"
    );
    assert!(finished.out.contains("because"), "{finished:#?}");
}
