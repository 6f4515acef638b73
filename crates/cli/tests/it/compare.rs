//! `compare`: revisions, documents and sounds, with the real companion and a plugin's library, which builds without a crate.

use crate::support::{
    Finished, World,
    published::{SOURCE, commit, git},
    until,
};
use rustix::process::Signal;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The processor's own line, of which changes are made.
const GAIN: &str = "*sample *= gain.level;";

/// A repository in `here` with a plugin in its folder `dsp`.
fn plugin() -> World {
    let world = World::new()
        .env("WAVECRAFT_BACKEND", "virtual")
        .file("here/.gitignore", "target\n*.wav\n")
        .file(
            "here/dsp/engine/Cargo.toml",
            "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n\
             [features]\n_param-discovery = []\n[workspace]\n",
        )
        .file("here/dsp/engine/src/lib.rs", SOURCE);
    assert!(SOURCE.contains(GAIN), "the plugin's source has changed: change this test");
    world
}

/// Writes the plugin's source with another line.
fn edit(world: &World, text: &str, other: &str) {
    assert!(SOURCE.contains(text), "`{text}` isn't in the plugin's source");
    fs::write(world.path("here/dsp/engine/src/lib.rs"), SOURCE.replace(text, other)).expect("the source");
}

fn commit_as(world: &World, tag: &str) {
    commit(&world.path("here"));
    git(&world.path("here"), &["tag", tag]);
}

fn run(world: &World, args: &[&str]) -> Finished {
    world.live_in("here/dsp", &[&["compare"], args].concat()).finish()
}

fn json(finished: &Finished, code: i32) -> Value {
    assert_eq!(finished.code, Some(code), "{finished:#?}");
    serde_json::from_str(&finished.out).unwrap_or_else(|_| panic!("not JSON: {finished:#?}"))
}

#[track_caller]
fn says(finished: &Finished, code: i32, texts: &[&str]) {
    assert_eq!(finished.code, Some(code), "{finished:#?}");
    for text in texts {
        assert!(finished.out.contains(text), "no `{text}` in {finished:#?}");
    }
}

#[track_caller]
fn is_near(value: &Value, wanted: f64) {
    let found = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
    assert!((found - wanted).abs() < 0.001, "{found} isn't {wanted}");
}

/// The programs that run copies of what was built in this world.
fn copies_that_run(world: &World) -> Vec<String> {
    let builds = world.path("home/wavecraft/builds").display().to_string();
    let output = world.program("ps", "here", &["-A", "-o", "pid=,command="]).output().expect("ps runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().filter(|line| line.contains(&builds)).map(str::to_owned).collect()
}

fn wav(path: &Path, rate: u32, channels: u16, samples: &[f32]) {
    let sample_format = hound::SampleFormat::Float;
    let spec = hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 32, sample_format };
    let mut writer = hound::WavWriter::create(path, spec).expect("a file");
    samples.iter().for_each(|sample| writer.write_sample(*sample).expect("a sample"));
    writer.finalize().expect("a file");
}

fn samples(path: &Path) -> Vec<f32> {
    let reader = hound::WavReader::open(path).expect("a whole file");
    reader.into_samples().map(|sample| sample.expect("a sample")).collect()
}

/// A sound of two channels with something in it.
fn sound(frames: u16) -> Vec<f32> {
    (0..frames * 2).map(|n| f32::from(n.wrapping_mul(7919) % 1000) / 2000.0 - 0.25).collect()
}

#[test]
fn revisions_are_compared_and_nothing_of_the_users_is_touched() {
    let world = plugin();
    let here = world.path("here");
    git(&here, &["init", "--quiet"]);
    // Nothing of the repository's own is run.
    let world =
        world.script("here/.git/hooks/post-checkout", "touch \"$(git rev-parse --git-common-dir)/hook-ran\"");
    fs::rename(here.join("dsp/engine/src/lib.rs"), here.join("lib.rs")).expect("moved");
    commit_as(&world, "before-it");
    fs::rename(here.join("lib.rs"), here.join("dsp/engine/src/lib.rs")).expect("moved");
    fs::write(here.join("dsp/engine/Cargo.lock"), "").expect("written");
    git(&here, &["rm", "--quiet", "-r", "--cached", "dsp"]);
    fs::rename(here.join("dsp"), here.join("elsewhere")).expect("moved");
    commit_as(&world, "without-it");
    fs::rename(here.join("elsewhere"), here.join("dsp")).expect("moved");
    fs::remove_file(here.join("dsp/engine/Cargo.lock")).expect("removed");
    commit_as(&world, "first");
    edit(&world, GAIN, "let factor = gain.level;\n                *sample *= factor;");
    commit_as(&world, "tidied");
    edit(&world, GAIN, "*sample *= gain.level * 0.5;");
    commit_as(&world, "softer");
    edit(&world, GAIN, "*sample *= gain.nothing;");
    commit_as(&world, "broken");
    edit(&world, GAIN, "*sample *= gain.level * 0.5;");
    commit_as(&world, "mended");

    // A refactoring is the same, bit by bit.
    let same = run(&world, &["first", "tidied"]);
    says(&same, 0, &["The same: null −∞ dB.", "first (", "All) with tidied ("]);
    let lists = |world: &World| git(&world.path("here"), &["worktree", "list"]).lines().count();
    assert_eq!(lists(&world), 3, "one for each side, beside the user's own");

    // A gain of half is told with where and by how much.
    let difference = here.join("dsp/where.wav");
    let softer = run(&world, &["tidied", "softer", "--json", "--difference", "where.wav"]);
    let softer = json(&softer, 1);
    assert_eq!((&softer["same"], &softer["version"]), (&Value::from(false), &Value::from(1)));
    let comparison = &softer["heard"]["comparison"];
    is_near(&comparison["null"]["rmsDb"]["value"], -6.0206);
    is_near(&comparison["null"]["peakDb"]["value"], -6.0206);
    is_near(&softer["heard"]["otherLevel"]["louderDb"], -6.0206);
    assert_eq!(comparison["floor"]["rmsDb"]["value"], "-Infinity");
    assert_eq!(comparison["firstDifference"]["frame"], 1, "the sweep begins with a zero");
    let mut bands = comparison["bands"].as_array().expect("bands").iter();
    is_near(&bands.find(|band| band["middleHz"] == 1_000.0).expect("a band")["changeDb"]["value"], -6.0206);
    assert_eq!(softer["before"]["commit"].as_str(), Some(git(&here, &["rev-parse", "tidied"]).trim()));
    let response =
        softer["changes"].as_array().expect("changes").iter().find(|one| one["figure"] == "response");
    is_near(&response.expect("another response")["db"], -6.0206);
    // Before, after and the difference, two seconds each.
    let written = samples(&difference);
    let (stretch, gap) = (2 * 2 * 48_000, 2 * 12_000);
    assert_eq!(written.len(), 3 * stretch + 2 * gap);
    let [before, after, rest] = [0, 1, 2].map(|part| &written[part * (stretch + gap)..][..stretch]);
    assert!(before.iter().any(|sample| sample.abs() > 0.45), "the tone at full scale, halved");
    assert!(
        before
            .iter()
            .zip(after)
            .zip(rest)
            .all(|((one, other), rest)| *other == 0.5 * one && *rest == other - one)
    );

    run(&world, &["tidied", "softer", "--difference", "where.wav"])
        .fails(2, &["where.wav is there already", "--force"]);
    assert_eq!(run(&world, &["tidied", "softer", "--tolerance", "-80"]).code, Some(1));
    says(&run(&world, &["tidied", "softer", "--tolerance", "-6"]), 0, &["The same within −6 dB"]);

    // The working copy, with a parameter of another name.
    says(&run(&world, &["HEAD"]), 0, &["The same: null −∞ dB.", "HEAD (", "with the working copy"]);
    let (index, branch) = (here.join(".git/index"), here.join(".git/HEAD"));
    let untouched = || {
        (
            fs::read(&index).expect("the index"),
            fs::read(&branch).expect("HEAD"),
            git(&here, &["status", "--porcelain"]),
        )
    };
    edit(&world, "\"gain_fault\"", "\"gain_kind\"");
    let before = untouched();
    let other = run(&world, &["HEAD", "--set", "gain_level=2", "--set", "gain_kind=None"]);
    says(&other, 1, &["6.02 dB louder, and nothing else", "Fault None is gone", "Fault None is new"]);
    says(&other, 1, &["`gain_kind` is set in the working copy alone"]);
    run(&world, &["HEAD", "--set", "gain_lvl=2"])
        .fails(2, &["there is no parameter `gain_lvl`", "gain_level"]);
    assert_eq!(untouched(), before);
    assert_eq!(lists(&world), 3, "others took the place of the first two");
    assert!(!here.join(".git/hook-ran").exists());

    // What a processor does wrong is told with whose it is.
    edit(&world, GAIN, "*sample = f32::NAN;");
    run(&world, &["HEAD"])
        .fails(2, &["the working copy: what it makes isn't a number", "from 0.000 s on, in the sweep"]);
    run(&world, &["HEAD", "--set", "gain_fault=Abort"]).fails(2, &["HEAD: ", "SIGABRT"]);

    // Ctrl+C while one hangs.
    let live = world.live_in("here/dsp", &["compare", "HEAD", "--set", "gain_fault=Loop"]);
    until("a copy runs", || (copies_that_run(&world).len() > 1).then_some(()));
    live.signal(Signal::INT);
    let finished = live.finish();
    assert_eq!(finished.code, Some(130), "{finished:#?}");
    until("no copy runs", || copies_that_run(&world).is_empty().then_some(()));
    assert!(world.names_in("home/wavecraft/builds").is_empty(), "the copies are gone");

    // What is no revision, or can't be built.
    for name in ["HEAD;touch hook-ran", "--all", "-x", "nowhere", "HEAD:dsp"] {
        run(&world, &["--", name]).fails(2, &["is neither a revision of this repository nor a file", name]);
    }
    assert!(!here.join("dsp/hook-ran").exists());
    run(&world, &["broken"]).fails(2, &["broken can't be built", "engine/src/lib.rs:", "no field `nothing`"]);
    run(&world, &["without-it"]).fails(2, &["the project isn't in without-it", "dsp/engine/Cargo.toml"]);
    run(&world, &["nowhere.wav"]).fails(2, &["there is no file nowhere.wav"]);

    // After `cargo clean` it begins anew.
    fs::remove_dir_all(here.join("dsp/engine/target")).expect("cleaned");
    edit(&world, GAIN, "*sample *= gain.level * 0.5;");
    says(&run(&world, &["HEAD"]), 0, &["The same: null −∞ dB."]);
    assert_eq!(lists(&world), 2, "the lost ones are forgotten");
}

#[test]
fn without_a_repository_or_without_git_there_is_no_revision() {
    let world = plugin();
    run(&world, &["HEAD"]).fails(2, &["is in no git repository", "no revision `HEAD`"]);
    let world = World::new().file("here/dsp/engine/Cargo.toml", "");
    let tools = world.path("tools");
    let world = world.env("PATH", tools);
    run(&world, &["HEAD"]).fails(2, &["git is not on the PATH"]);
    world.run(&["compare", "HEAD"]).fails(2, &["is not in a Wavecraft project"]);
}

#[test]
fn sounds_are_compared_as_they_are() {
    let world = World::new();
    let file = |name: &str| -> PathBuf { world.path(&format!("here/{name}")) };
    let compare = |args: &[&str]| world.run(&[&["compare"], args].concat());
    let plain = sound(9_000);
    wav(&file("a.wav"), 48_000, 2, &plain);
    wav(&file("same.wav"), 48_000, 2, &plain);
    let mut click = plain.clone();
    click[2 * 4_321 + 1] += 0.01;
    wav(&file("click.wav"), 48_000, 2, &click);
    wav(&file("softer.wav"), 48_000, 2, &plain.iter().map(|sample| sample * 0.5).collect::<Vec<_>>());
    wav(&file("later.wav"), 48_000, 2, &[&[0.0; 2 * 32], &plain[..2 * 8_968]].concat());
    wav(&file("longer.wav"), 48_000, 2, &[&plain[..], &[0.0; 4_800]].concat());
    wav(&file("44.wav"), 44_100, 2, &plain);
    wav(&file("mono.wav"), 48_000, 1, &plain);
    fs::write(file("text.wav"), "no sound").expect("written");

    says(&compare(&["a.wav", "same.wav"]), 0, &["The same: null −∞ dB."]);
    let click = compare(&["a.wav", "click.wav", "--json", "--difference", "where.wav"]);
    let click = json(&click, 1);
    for place in ["firstDifference", "largestDifference"] {
        let place = &click["heard"]["comparison"][place];
        assert_eq!((&place["frame"], &place["channel"]), (&Value::from(4_321), &Value::from(1)));
        is_near(&place["difference"], 0.01);
    }
    // The whole of it, as it is shorter than two seconds.
    assert_eq!(samples(&file("where.wav")).len(), 2 * (3 * 9_000 + 2 * 12_000));
    says(&compare(&["a.wav", "click.wav", "--tolerance", "-20"]), 0, &["The same within −20 dB", "0:00.090"]);
    says(
        &compare(&["a.wav", "softer.wav"]),
        1,
        &["Different: null −6.0 dB (RMS)", "6.02 dB softer, and nothing else"],
    );
    says(&compare(&["a.wav", "later.wav"]), 1, &["32 frames later, and nothing else"]);
    says(&compare(&["a.wav", "longer.wav", "--tolerance", "-20"]), 1, &["longer.wav is 0:00.050 longer"]);
    let silent = compare(&["a.wav", "same.wav", "--difference", "none.wav"]);
    assert!(silent.code == Some(0) && !file("none.wav").exists(), "nothing differs: {silent:#?}");

    compare(&["a.wav", "44.wav"]).fails(2, &["a.wav has 48000 Hz and 44.wav has 44100 Hz", "convert"]);
    compare(&["a.wav", "mono.wav"]).fails(2, &["a.wav has 2 channels and mono.wav has one channel"]);
    compare(&["a.wav", "text.wav"]).fails(2, &["text.wav isn't an audio file"]);
    compare(&["a.wav", "same.wav", "--set", "x=1"]).fails(2, &["--set is for builds"]);
    compare(&["a.wav"]).fails(2, &["say what a.wav is the answer to: --input FILE"]);
    compare(&["a.wav", "same.wav", "--tolerance", "80"]).fails(2, &["in dB below 0", "−80"]);
    compare(&["a.wav", "click.wav", "--difference", "where.mp3"]).fails(2, &["only WAV files are written"]);
    fs::write(file("other.json"), "{\"version\": 1}").expect("written");
    compare(&["a.wav", "other.json"]).fails(2, &["other.json is no document of `wavecraft measure --json`"]);
    let full = ["compare", "a.wav", "click.wav", "--difference", "small/where.wav"];
    if let Some(full) = world.live_on_a_small_disk("here/small", 65_536, &full) {
        full.finish().fails(2, &["where.wav can't be written", "No space left"]);
    }
}

#[test]
fn documents_and_recordings_are_compared_with_what_is_there_now() {
    let world = plugin();
    let here = world.path("here/dsp");
    let measured = |name: &str, more: &[&str]| {
        let finished = world.live_in("here/dsp", &[&["measure", "--json"], more].concat()).finish();
        assert_eq!(finished.code, Some(0), "{finished:#?}");
        fs::write(here.join(name), finished.out).expect("written");
    };
    measured("released.json", &["--set", "gain_level=1.5"]);
    measured("mono.json", &["--mono", "--rate", "96000", "--set", "gain_level=1.25"]);
    says(
        &run(&world, &["released.json"]),
        0,
        &["The same figures.", "released.json with the working copy", "no null"],
    );
    run(&world, &["released.json", "mono.json"]).fails(
        2,
        &[
            "measured differently",
            "rate 48 kHz and 96 kHz",
            "channels 2 and 1",
            "gain_level 1.5 x and 1.25 x",
        ],
    );
    run(&world, &["released.json", "--set", "gain_level=1"]).fails(2, &["says how it was measured", "--set"]);
    run(&world, &["released.json", "--tolerance", "-80"]).fails(2, &["has no sound", "--tolerance"]);

    // A rendering is the golden file of its input.
    wav(&here.join("in.wav"), 44_100, 2, &sound(9_000));
    let render = ["render", "--input", "in.wav", "--output", "golden.wav", "--tail", "0.1"];
    assert_eq!(world.live_in("here/dsp", &render).finish().code, Some(0));
    says(
        &run(&world, &["golden.wav", "--input", "in.wav"]),
        0,
        &["The same: null −∞ dB.", "in.wav at 44.1 kHz"],
    );
    run(&world, &["HEAD", "--input", "tone"]).fails(2, &["`tone` is a signal", "./tone"]);
    run(&world, &["golden.wav", "--input", "in.wav", "--mono"]).fails(2, &["two channels: leave out --mono"]);
    run(&world, &["released.json", "golden.wav"]).fails(2, &["compare each with its like"]);

    edit(&world, GAIN, "*sample = (*sample * gain.level).clamp(-0.1, 0.1);");
    let changed = run(&world, &["released.json"]);
    says(&changed, 1, &["Different figures.", "THD"]);
    measured("now.json", &["--set", "gain_level=1.5"]);
    let both = json(&run(&world, &["released.json", "now.json", "--json"]), 1);
    assert_eq!((&both["heard"], &both["after"]["kind"]), (&Value::Null, &Value::from("document")));
    let golden = json(&run(&world, &["golden.wav", "--input", "in.wav", "--json"]), 1);
    // 0.25, halved, and cut off at 0.1.
    is_near(&golden["heard"]["comparison"]["differencePeakDbfs"], 20.0 * 0.025_f64.log10());
}
