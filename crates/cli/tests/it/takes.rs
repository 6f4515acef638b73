//! `record` and `render`: the command's side, with the real companion and a created project's DSP.

use crate::support::{Live, World, until, until_gone, watching, which};
use rustix::process::Signal;
use serde_json::Value;
use std::{fs, path::Path};

/// A world with a created project in `here/demo`, without its page, and a file of noise beside it.
fn created() -> World {
    let cargo = which("cargo").parent().expect("its folder").to_path_buf();
    let path = [cargo, "/usr/bin".into(), "/bin".into()];
    let world = World::new()
        .env("PATH", std::env::join_paths(path).expect("a PATH"))
        .env("WAVECRAFT_BACKEND", "virtual")
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("created-target"));
    let created = world.run(&["create", "demo", "--no-git"]);
    assert_eq!(created.code, Some(0), "{}", created.err);
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 44_100,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(world.path("here/demo/in.wav"), spec).expect("a file");
    let noise = (0..44_100).scan(0_i16, |sample, _| {
        *sample = sample.wrapping_add(7919);
        Some(*sample)
    });
    noise.for_each(|sample| writer.write_sample(sample).expect("a sample"));
    writer.finalize().expect("a file");
    world
}

fn render(world: &World, more: &[&str]) -> Live {
    world.live_in("here/demo", &[&["render", "--input", "in.wav", "--json"], more].concat())
}

fn frames(path: &Path) -> usize {
    let reader = hound::WavReader::open(path).expect("a whole file");
    usize::try_from(reader.duration()).expect("a short file")
}

#[test]
fn a_created_project_renders_the_same_twice_and_says_what_is_wrong() {
    let world = created();
    let first = render(&world, &["--output", "first.wav", "--tail", "0.5"]).finish();
    assert_eq!(first.code, Some(0), "{first:#?}");
    first.left_nothing();
    let rendered = first.events().into_iter().find(|event| event["event"] == "rendered").expect("rendered");
    assert_eq!(rendered["sample_rate"], 44_100);
    let out = |name: &str| world.path(&format!("here/demo/{name}"));
    assert_eq!(frames(&out("first.wav")), 44_100 + 22_050);
    let second = render(&world, &["--output", "second.wav", "--tail", "0.5"]).finish();
    assert_eq!(second.code, Some(0), "{second:#?}");
    assert_eq!(fs::read(out("first.wav")).expect("a file"), fs::read(out("second.wav")).expect("a file"));

    let impulse =
        ["render", "--input", "impulse@0", "--seconds", "0.5", "--rate", "96000", "--output", "impulse.wav"];
    let response = world.live_in("here/demo", &impulse).finish();
    assert_eq!((response.code, frames(&out("impulse.wav"))), (Some(0), 48_000), "{response:#?}");

    let before = fs::read(out("first.wav")).expect("a file");
    render(&world, &["--output", "first.wav"]).finish().fails(2, &["first.wav is there already", "--force"]);
    render(&world, &["--output", "new.wav", "--set", "nothing=1"])
        .finish()
        .fails(2, &["`nothing`", "There are:"]);
    render(&world, &["--output", "new.wav", "--set", "nothing"]).finish().fails(2, &["ID=VALUE"]);
    render(&world, &["--output", "none/new.wav"]).finish().fails(1, &["there is no folder"]);
    world
        .live_in("here/demo", &["render", "--input", "none.wav", "--output", "new.wav"])
        .finish()
        .fails(1, &["none.wav"]);
    assert_eq!(fs::read(out("first.wav")).expect("a file"), before);
    assert!(!out("new.wav").exists());

    let measured = world.live_in("here/demo", &["measure", "--json"]).finish();
    let document: Value = serde_json::from_str(&measured.out).unwrap_or_else(|_| panic!("{measured:#?}"));
    assert_eq!((measured.code, &document["trouble"]), (Some(0), &Value::Null), "{measured:#?}");
    assert_eq!(document["subject"]["settings"][0]["id"], "saturator_drive");
    assert!(
        document["distortion"][1]["value"]["thd"]["value"]["percent"].as_f64() > Some(0.01),
        "it saturates"
    );
    assert!(world.names_in("home/wavecraft/builds").is_empty(), "the copies are gone");
}

/// The files of the project's presets.
fn presets(world: &World) -> Vec<String> {
    let mut names = world.names_in("here/demo/presets");
    names.sort();
    names
}

#[test]
fn every_preset_of_a_created_project_fits_and_goes_under_what_is_set() {
    let world = created();
    let names = presets(&world);
    assert!(names.len() > 1, "{names:?}");
    let out = |name: &str| fs::read(world.path(&format!("here/demo/{name}"))).expect("a file");
    for name in &names {
        let name = name.strip_suffix(".json").expect("a preset");
        let file = format!("{name}.wav");
        let done = render(&world, &["--output", &file, "--preset", name]).finish();
        assert_eq!(done.code, Some(0), "{done:#?}");
        let remarks = done.events().into_iter().filter(|event| event["line"].to_string().contains("preset "));
        assert_eq!(remarks.count(), 0, "{done:#?}");
    }
    // The same values by hand, and one of them over the preset.
    let text = out("presets/Telephone.json");
    let preset: Value = serde_json::from_slice(&text).expect("JSON");
    let values = preset["values"].as_object().expect("values").iter();
    let set: Vec<String> = values.map(|(id, value)| format!("--set={id}={value}")).collect();
    let set: Vec<&str> = set.iter().map(String::as_str).filter(|word| !word.contains("filter")).collect();
    let by_hand = [&["--output", "by hand.wav", "--set=saturator_filter=1"], &set[..]].concat();
    assert_eq!(render(&world, &by_hand).finish().code, Some(0));
    assert_eq!(out("by hand.wav"), out("Telephone.wav"));
    let dry = ["--output", "dry.wav", "--preset", "telephone", "--set", "saturator_mix=0"];
    assert_eq!(render(&world, &dry).finish().code, Some(0));
    assert!(out("dry.wav") != out("Telephone.wav"));

    let measured = world.live_in("here/demo", &["measure", "--json", "--preset", "telephone"]).finish();
    let document: Value = serde_json::from_str(&measured.out).unwrap_or_else(|_| panic!("{measured:#?}"));
    assert_eq!(document["subject"]["preset"], "Telephone");
    assert_eq!(document["subject"]["settings"][0]["value"], preset["values"]["saturator_drive"]);
    let checked = ["check", "--json", "--only", "starts", "--preset", "Telephone"];
    let checked = world.live_in("here/demo", &checked).finish();
    let document: Value = serde_json::from_str(&checked.out).unwrap_or_else(|_| panic!("{checked:#?}"));
    assert_eq!((checked.code, &document["preset"]), (Some(0), &"Telephone".into()), "{checked:#?}");

    for command in ["render", "measure", "compare", "check"] {
        let words: &[&str] = match command {
            "render" => &["render", "--input", "in.wav", "--output", "new.wav", "--preset", "Telefone"],
            "compare" => &["compare", "in.wav", "in.wav", "--preset", "Telephone"],
            "measure" => &["measure", "--preset", "Telefone"],
            _ => &["check", "--preset", "../Telephone"],
        };
        let says: &[&str] = match command {
            "compare" => &["--preset"],
            "check" => &["a preset's name can't have '/'"],
            _ => &["there is no preset `Telefone`. There are: `Parallel Grit`, `Telephone`, `Warm Tape`"],
        };
        world.live_in("here/demo", words).finish().fails(2, says);
    }
}

#[test]
fn the_command_saves_loads_and_steps_through_the_presets_of_what_plays() {
    let world = created();
    let preset = |words: &[&str]| world.live_in("here/demo", &[&["preset"], words].concat()).finish();
    let says = |words: &[&str], what: &str| {
        let done = preset(words);
        assert!(done.code == Some(0) && done.out.contains(what), "no `{what}`: {done:#?}");
    };
    // Without sound: what needs none.
    says(&["list"], "Much drive under the dry sound: for drums");
    says(&["show", "warm tape"], "saturator_drive      9");
    says(&["rename", "Warm Tape", "Tape"], "Warm Tape is Tape now.");
    says(&["delete", "Parallel Grit"], "Deleted Parallel Grit.");
    assert_eq!(presets(&world), ["Tape.json", "Telephone.json"]);
    for words in [&["load", "Tape"][..], &["save", "Mine"], &["next"], &["previous"]] {
        preset(words).fails(1, &["this project doesn't play", "wavecraft start --with-audio"]);
    }
    preset(&["delete", "Grit"]).fails(1, &["there is no preset `Grit`. There are: `Tape`, `Telephone`"]);
    preset(&["rename", "Tape", "telephone"]).fails(1, &["there is a preset `Telephone` already"]);
    preset(&["delete", "../in"]).fails(2, &["it is a name, and no path"]);

    let start = ["start", "--with-audio", "--input", "tone", "--json", "--no-ui", "--port", "19320"];
    let mut project = world.live_in("here/demo", &start);
    project.event("ready");
    says(&["load", "tape"], "Tape is heard.");
    says(&["next"], "Telephone is heard.");
    says(&["previous"], "Tape is heard.");
    says(&["save", "Mine", "--note", "of a test"], "Saved as Mine: presets/Mine.json.");
    preset(&["save", "mine"]).fails(1, &["there is a preset `Mine` already", "--replace"]);
    says(&["save", "mine", "--replace"], "Saved as Mine");
    let listed: Value = serde_json::from_str(&preset(&["list", "--json"]).out).expect("JSON");
    assert_eq!((&listed["current"], &listed["changed"]), (&"Mine".into(), &false.into()), "{listed}");
    assert_eq!(listed["presets"][0], serde_json::json!({"name": "Mine", "note": "of a test"}));
    let file = world.path("here/demo/presets/Broken.json");
    fs::write(&file, "{").expect("a file");
    says(&["list"], "can't be used: it isn't JSON");
    preset(&["load", "Broken"]).fails(1, &["the preset `Broken` can't be used"]);
    says(&["rename", "Mine", "Ours"], "Mine is Ours now.");
    says(&["delete", "Ours"], "Deleted Ours.");
    assert_eq!(presets(&world), ["Broken.json", "Tape.json", "Telephone.json"]);
    project.signal(Signal::INT);
    project.finish().left_nothing();
}

#[test]
fn ctrl_c_ends_a_rendering_without_a_trace() {
    let world = created();
    let mut live = render(&world, &["--output", "out.wav", "--tail", "3600", "--block-size", "1"]);
    live.event("rendering");
    live.signal(Signal::INT);
    let finished = live.finish();
    assert_eq!(finished.code, Some(130), "{finished:#?}");
    finished.left_nothing();
    let mut names = world.names_in("here/demo");
    names.retain(|name| name.ends_with(".wav") || name.ends_with(".part"));
    assert_eq!(names, ["in.wav"]);
}

#[test]
fn a_running_project_is_recorded_until_ctrl_c_or_for_a_time() {
    let world = created();
    world.run(&["record", "--output", "take.wav"]).fails(1, &["no project is running"]);
    let start = ["start", "--with-audio", "--input", "tone", "--json", "--no-ui", "--port", "19300"];
    let mut project = world.live_in("here/demo", &start);
    project.event("ready");

    let mut recording = world.live(&["record", "--output", "take.wav", "--json"]);
    until_recorded(&mut recording);
    world.run(&["record", "--output", "other.wav"]).fails(1, &["is being recorded into", "take.wav"]);
    recording.signal(Signal::INT);
    let finished = recording.finish();
    assert_eq!(finished.code, Some(0), "the ordinary end: {finished:#?}");
    let recorded = finished.events().pop().expect("an event");
    assert_eq!(recorded["event"], "recorded");
    assert_eq!(recorded["frames"].as_u64(), u64::try_from(frames(&world.path("here/take.wav"))).ok());
    // The project's own terminal names the file too, as for a recording that the menu began.
    assert!(project.event("recorded")["path"].as_str().is_some_and(|path| path.ends_with("take.wav")));
    world.run(&["record", "demo", "--output", "take.wav"]).fails(1, &["nothing is overwritten"]);

    // In another project's folder that one is meant, and not the only one that plays.
    watching::write(&world, "here/other/engine/Cargo.toml", "[package]\nname = \"other\"\n");
    let other = world.live_in("here/other", &["record", "--output", "x.wav"]).finish();
    other.fails(2, &["this folder's project doesn't play", "demo-1"]);

    let timed = world.run(&["record", "demo", "--output", "timed.wav", "--seconds", "1.5"]);
    assert_eq!(timed.code, Some(0), "{timed:#?}");
    assert!(timed.out.contains("Recorded 1.5 s into ") && timed.out.contains("timed.wav"), "{timed:#?}");
    assert!(frames(&world.path("here/timed.wav")) > 24_000);

    let mut cut = world.live(&["record", "--output", "cut.wav", "--json"]);
    until_recorded(&mut cut);
    let pid = project.pid().as_raw_nonzero().get();
    project.signal(Signal::INT);
    cut.finish().fails(1, &["the recording ended by itself", "the project ended"]);
    assert!(frames(&world.path("here/cut.wav")) > 0);
    let finished = project.finish();
    finished.left_nothing();
    until_gone("the project", pid);
    until("the copies are gone", || world.names_in("home/wavecraft/builds").is_empty().then_some(()));
}

fn until_recorded(recording: &mut Live) {
    let there = |event: &Value| event["seconds"].as_f64() > Some(0.0);
    while !there(&recording.event("recording")) {}
}
