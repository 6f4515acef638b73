//! What is said again and again, and a folder that is started again.

use crate::support::{
    World,
    fake_companion::{FakeCompanion, Fault},
};
use std::os::unix::fs::symlink;

#[test]
fn a_trouble_is_said_once_and_then_counted() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::Repeats);
    let finished = world.run(&["start", "--input", "tone", "--no-ui", "--seconds", "2"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    assert!(companion.calls("status").len() > 14, "{finished:#?}");
    let count = |text: &str| finished.out.matches(text).count();
    let first = "! Too slow: a block takes 1.5 ms and may take 5.3. You hear the dry input.\nThe processor is heard again.\n";
    assert!(finished.out.contains(first), "{}", finished.out);
    assert!(finished.out.contains("may take 5.3. You hear the dry input. (× 10)\n"), "{}", finished.out);
    assert_eq!(count("Too slow"), 2, "{}", finished.out);
    let panic = "! The processor panicked at engine/src/lib.rs:3:9: oh no.\n  It starts again in 13 ms. You hear the dry input.\n";
    assert!(finished.out.contains(panic), "{}", finished.out);
    assert_eq!((count("panicked"), count("starts again")), (1, 1), "{}", finished.out);
    assert_eq!(count("The processor is heard again."), 3, "{}", finished.out);
    // Only the child's own line has its mark, and another project's microphone is none of ours.
    assert_eq!(count("child │"), 1, "{}", finished.out);
    assert_eq!((count("the desk is away"), count("microphone")), (1, 0), "{}", finished.out);
}

#[test]
fn a_folder_that_runs_is_started_again_only_if_that_is_asked_for() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::None);
    symlink(world.path("here"), world.path("link")).expect("a link");
    let mut first = world.live(&["start", "--input", "tone", "--no-ui", "--json"]);
    first.event("ready");
    for folder in ["here", "link", "here/engine"] {
        let second = world.live_in(folder, &["start", "--with-audio", "--no-ui"]).finish();
        let process = format!("(process {}), for ", first.pid());
        second.fails(1, &["runs already", &process, "with sound", "--replace", "--again", "wavecraft stop"]);
    }
    assert_eq!(companion.calls("attach").len(), 1);

    let mut beside = world.live_in("link", &["start", "--again", "--with-audio", "--no-ui", "--json"]);
    beside.event("ready");
    let last = world.run(&["start", "--replace", "--with-audio", "--no-ui", "--json", "--seconds", "1"]);
    assert_eq!(last.code, Some(0), "{last:#?}");
    last.left_nothing();
    for ended in [first.finish(), beside.finish()] {
        assert_eq!(ended.code, Some(130), "{ended:#?}");
        assert!(ended.err.contains("Another start of this folder takes over."), "{ended:#?}");
        ended.left_nothing();
    }
    assert_eq!(companion.calls("attach").len(), 3);
    assert!(!world.path("home/wavecraft/run/starts").exists());
}

#[test]
fn a_flag_of_sound_turns_it_on() {
    let world = World::with_project().file("here/loop.wav", "");
    let companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(&["start", "--input", "loop.wav", "--no-ui", "--json", "--seconds", "1"]);
    finished.left_nothing();
    assert!(finished.err.contains("With sound, since --input asks for it."), "{}", finished.err);
    let source = serde_json::json!({"kind": "file", "path": world.path("here/loop.wav")});
    assert_eq!(companion.call("attach").expect("it plays")["source"], source);
}
