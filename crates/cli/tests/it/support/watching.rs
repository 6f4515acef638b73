//! A start that watches the sources of its project.

use super::{Finished, Live, World};
use std::fs;

const START: &[&str] = &["start", "--with-audio", "--json"];
/// The source of the program of [`World::with_project`].
pub(crate) const SOURCE: &str = "here/engine/src/bin/dev-audio.rs";

/// Writes a file of the world, and creates its folders.
pub(crate) fn write(world: &World, name: &str, text: &str) {
    let path = world.path(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
    fs::write(path, text).expect("a file");
}

/// A start whose first build begins.
pub(crate) fn started(world: &World) -> Live {
    world.live(START)
}

/// A start that is ready, and watches.
pub(crate) fn ready(world: &World) -> Live {
    let mut live = started(world);
    live.event("ready");
    live
}

/// The next end of a build.
pub(crate) fn built(live: &mut Live) -> serde_json::Value {
    loop {
        let build = live.event("build");
        if build["status"] != "building" {
            return build;
        }
    }
}

/// Ends it as Ctrl+C does.
pub(crate) fn stop(live: Live) -> Finished {
    live.signal(rustix::process::Signal::INT);
    let finished = live.finish();
    assert_eq!(finished.code, Some(130), "{finished:#?}");
    finished.left_nothing();
    finished
}
