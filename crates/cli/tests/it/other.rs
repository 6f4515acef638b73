//! The other `wavecraft`: what is passed on to the published Wavecraft's command, and what isn't.

use crate::support::World;
use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
};

/// Prints its name, its arguments, and its folder.
const OTHER: &str = "[ \"$1\" = --version ] && exec echo 'wavecraft 0.9.39'\nprintf 'other:'; printf ' <%s>' \"$@\"; echo; echo in \"$PWD\"; echo oops >&2; exit 7";

#[test]
fn in_a_plugin_of_the_published_sdk_it_gets_what_this_one_does_not_have() {
    let world = World::new().with_published_plugin("0.9.38").script("tools/wavecraft", OTHER);
    for (args, got) in [
        (&["bundle", "--install"][..], "other: <bundle> <--install>\n"),
        (&["update"], "other: <update>\n"),
        (&["extract-params", "a b", "--x=y"], "other: <extract-params> <a b> <--x=y>\n"),
        (&["bundle", "--help"], "other: <bundle> <--help>\n"),
        (&["help", "bundle"], "other: <help> <bundle>\n"),
    ] {
        let finished = world.run(args);
        let place = world.path("here");
        assert_eq!(finished.out, format!("{got}in {}\n", place.display()), "{finished:#?}");
        assert_eq!(finished.code, Some(7));
        let other = world.path("tools/wavecraft");
        let said = format!("goes to the published Wavecraft: {}\n", other.display());
        assert_eq!(finished.err.matches(&said).count(), 1, "{finished:#?}");
        assert!(finished.err.ends_with(&format!("{said}oops\n")), "{finished:#?}");
    }
    // From inside the plugin too, and in the same folder.
    let inside = world.live_in("here/engine/src", &["update"]).finish();
    assert!(inside.out.ends_with("here/engine/src\n"), "{inside:#?}");
    // Commands that this one has are its own.
    assert!(world.run(&["doctor", "--help"]).out.contains("Usage: wavecraft doctor"));
    world.run(&["start", "--bogus"]).fails(2, &["--bogus"]);
}

#[test]
fn links_copies_and_what_comes_back_are_passed_over() {
    let world = World::new().with_published_plugin("0.9.38").script("last/wavecraft", OTHER);
    let own = env!("CARGO_BIN_EXE_wavecraft");
    for folder in ["link", "copy", "back"] {
        fs::create_dir(world.path(folder)).unwrap();
    }
    symlink(own, world.path("link/wavecraft")).unwrap();
    fs::copy(own, world.path("copy/wavecraft")).unwrap();
    // A user's script that starts this command.
    let world = world.script("back/wavecraft", &format!("exec '{own}' \"$@\""));
    let path = |folders: &[&str]| {
        let folders =
            folders.iter().map(|folder| world.path(folder)).chain(std::env::split_paths("/usr/bin:/bin"));
        let cargo = crate::support::which("cargo").parent().unwrap().to_path_buf();
        std::env::join_paths(folders.chain([cargo])).unwrap()
    };
    let (all, ours) = (path(&["link", "copy", "back", "last"]), path(&["link", "copy", "back"]));
    let world = world.env("PATH", all);
    let finished = world.run(&["bundle"]);
    assert!(finished.out.starts_with("other: <bundle>\n"), "{finished:#?}");
    assert_eq!(finished.err.matches("goes to").count(), 1, "{finished:#?}");
    let world = world.env("PATH", ours);
    world.run(&["bundle"]).fails(1, &["no other `wavecraft` is on the PATH", "`cargo install wavecraft`"]);
    // Not executable, so it is no command.
    fs::set_permissions(world.path("back/wavecraft"), fs::Permissions::from_mode(0o644)).unwrap();
    world.run(&["bundle"]).fails(1, &["no other `wavecraft` is on the PATH"]);
}

#[test]
fn elsewhere_it_gets_nothing() {
    let world = World::with_project().script("tools/wavecraft", OTHER);
    world.run(&["bundle"]).fails(1, &["this project has no plugin/", "docs/guides/shipping.md"]);
    world.run(&["strat"]).fails(2, &["unrecognized subcommand", "start"]);
    let nowhere = World::new().script("tools/wavecraft", OTHER);
    nowhere.run(&["bundle"]).fails(1, &["is not in a Wavecraft project"]);
    nowhere.run(&["strat"]).fails(2, &["unrecognized subcommand"]);
}

#[test]
fn its_start_plays_and_this_one_says_how() {
    let world = World::new().with_published_plugin("0.9.38").env("WAVECRAFT_BACKEND", "virtual");
    let start = ["start", "--json", "--no-ui", "-p", "19330", "--seconds", "1"];
    let hint = "with --with-audio, or always with `audio = true` in wavecraft.toml";
    let silent = world.run(&start);
    assert_eq!(silent.code, Some(0), "{silent:#?}");
    assert_eq!(silent.err.matches(hint).count(), 1, "{silent:#?}");
    assert!(silent.events().iter().any(|event| event["event"] == "ready" && event.get("mode").is_none()));
    let ws_url = |finished: &crate::support::Finished| {
        let ready = finished.events().into_iter().find(|event| event["event"] == "ready").expect("ready");
        ready["ws_url"].as_str().expect("an address").to_owned()
    };
    assert!(ws_url(&silent).contains(":19330"), "-p is the port: {silent:#?}");

    let world = world.file("here/wavecraft.toml", "audio = false\n");
    assert!(!world.run(&start).err.contains(hint));
    let world = world.file("here/wavecraft.toml", "audio = true\nsource = \"tone\"\n");
    let heard = world.run(&start);
    assert!(heard.code == Some(0) && !heard.err.contains(hint), "{heard:#?}");
    assert!(
        heard.events().iter().any(|event| event["event"] == "ready" && event["mode"] == "pipelined"),
        "{heard:#?}"
    );
    let alone = world.run(&[&start[..], &["--no-audio"]].concat());
    assert!(
        alone.events().iter().any(|event| event["event"] == "ready" && event.get("mode").is_none()),
        "{alone:#?}"
    );
}
