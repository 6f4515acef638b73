//! `bundle`: a created project with processors of its own becomes plugins, and hosts that nobody here wrote hear of them what
//! the companion plays.

use crate::support::World;
use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use wavecraft_companion_protocol::parameter::{Parameter, ParameterSpec};

const ENGINE: &str = include_str!("../plugins/engine.rs");
const PLUGIN: &str = r#"wavecraft_plugin_export::export! {
    rack::Shaper, rack::Trim;
    name = "Rack of Two",
    vendor = "Ada & Co",
    id = "com.example.rack",
    category = Distortion,
    latency_frames = rack::LATENCY,
}
"#;
const LATENCY: usize = 64;
/// A preset, without a value for everything, and with one that nothing has.
const LOUD: &str = r#"{"version": 1, "note": "for drums", "values": {"shaper_drive": 24, "shaper_shape": 2, "trim_level": -3.5, "gone": 1}}"#;

/// So much may be left of the difference, in amplitude: −120 dB.
const NULL: f32 = 1e-6;

#[test]
fn a_project_without_the_package_is_told_what_is_missing() {
    let world = World::with_project();
    world.run(&["bundle"]).fails(1, &["this project has no plugin/", "docs/guides/shipping.md"]);
    world.run(&["check", "--plugin"]).fails(2, &["this project has no plugin/", "docs/guides/shipping.md"]);
    world.run(&["check", "--plugin", "--against", "HEAD"]).fails(2, &["--plugin", "--against"]);
    world.run(&["bundle", "--format", "lv2"]).fails(2, &["invalid value 'lv2'", "clap", "vst3", "au"]);
}

#[test]
fn an_audio_unit_is_made_on_a_mac_only() {
    if std::env::consts::OS == "macos" {
        return;
    }
    let world = World::with_project().file("here/plugin/Cargo.toml", "");
    let words = ["can be made on a Mac only", "Logic and GarageBand", "leave `au` out"];
    world.run(&["bundle", "--format", "clap,au"]).fails(2, &words);
}

#[test]
fn what_cargo_says_of_a_mistake_is_seen_and_the_plugin_from_before_stays() {
    let world = World::with_project()
        .file("here/plugin/Cargo.toml", "[package]\nname = \"x-plugin\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n")
        .file("here/plugin/src/lib.rs", "let\n")
        .file("here/target/bundled/x.clap", "before");
    world
        .run(&["bundle"])
        .fails(1, &["src/lib.rs:1", "cargo couldn't build plugin/", "what it said is above"]);
    assert_eq!(fs::read_to_string(world.path("here/target/bundled/x.clap")).unwrap(), "before");
    let world = world
        .file("here/plugin/Cargo.toml", "[package]\nname = \"x-plugin\"\nedition = \"2024\"\n[workspace]\n");
    let world = world.file("here/plugin/src/lib.rs", "");
    world.run(&["bundle"]).fails(1, &["has no library that a host loads", "crate-type = [\"cdylib\"]"]);
}

#[test]
#[ignore = "needs a package of PyPI: scripts/test plugins"]
fn what_is_heard_is_what_hosts_hear() {
    let world = rack();
    // Building it takes as long as it takes.
    let mut bundle = world.program(env!("CARGO_BIN_EXE_wavecraft"), "here/rack", &["bundle", "--install"]);
    let made = bundle.output().expect("it runs");
    let out = String::from_utf8_lossy(&made.stdout);
    assert!(made.status.success(), "{made:?}");
    let clap = world.path("home/.clap/rack.clap");
    let vst3 = world.path("home/.vst3/rack.vst3");
    for made_or_installed in [&world.path("here/rack/target/bundled/rack.clap"), &clap, &vst3] {
        assert!(out.contains(&made_or_installed.display().to_string()), "{out}");
    }
    let parameters = parameters(&world);
    let presets = world.path("home/.vst3/presets/Ada & Co/Rack of Two");
    assert!(out.contains(&format!("Installed 1 preset in {}", presets.display())), "{out}");
    assert!(out.contains("Left out: the preset Broken: "), "{out}");

    // Positions that are whole in binary, so that hosts and the command mean the same values.
    let values =
        [("shaper_drive", 0.25_f32), ("shaper_shape", 1.0), ("shaper_tone", 0.5), ("trim_level", 0.5625)];
    let files = [44_100, 48_000, 96_000].map(|rate| {
        let set: Vec<String> = values
            .iter()
            .map(|(id, position)| format!("{id}={}", plain(spec(&parameters, id), *position)))
            .collect();
        rendered(&world, rate, &set)
    });
    let loud = rendered(&world, 48_000, &["--preset=Loud".to_owned()]);
    for (rate, input, expected) in &files {
        for blocks in [&[256][..], &[17, 480, 1, 333]] {
            let events: Vec<Value> =
                values.iter().map(|(id, position)| event(spec(&parameters, id), 0, *position)).collect();
            let (told, output) = in_clap_host(&world, &clap, *rate, blocks, input, &events);
            assert_equal(&told, &parameters);
            assert_null(&output, expected, LATENCY);
        }
    }

    // A host that moves a parameter: at the very frame.
    let (rate, input, before) = &files[1];
    let level = spec(&parameters, "trim_level");
    let set: Vec<String> = values[..3]
        .iter()
        .map(|(id, position)| format!("{id}={}", plain(spec(&parameters, id), *position)))
        .collect();
    let (_, _, after) =
        rendered(&world, *rate, &[&set[..], &[format!("trim_level={}", plain(level, 0.125))]].concat());
    let moved_at = 1000;
    let events: Vec<Value> = values
        .iter()
        .map(|(id, position)| event(spec(&parameters, id), 0, *position))
        .chain([event(level, moved_at, 0.125)])
        .collect();
    let (_, output) = in_clap_host(&world, &clap, *rate, &[256], input, &events);
    let (before, after) = (read(before), read(after.as_path()));
    // What leaves at a frame came in earlier, and the level is the last in the chain.
    let expected: Vec<f32> = (0..before.len())
        .map(|sample| if sample / 2 + LATENCY < moved_at { before[sample] } else { after[sample] })
        .collect();
    assert_samples_null(&output, &expected, LATENCY);

    // The host plays at 98 BPM from its beginning.
    let shows = [event(spec(&parameters, "trim_shows"), 0, 1.0)];
    let (_, output) = in_clap_host(&world, &clap, *rate, &[256, 77], input, &shows);
    for (frame, sample) in output.iter().step_by(2).enumerate().step_by(997) {
        let expected = 0.098 + f64::from(u32::try_from(frame).unwrap()) / 1e6;
        assert!((f64::from(*sample) - expected).abs() < 2e-7, "{sample} at {frame}, not {expected}");
    }

    // A processor that panics is silent from then on, and the host goes on.
    let panics_at = 5_000;
    let (_, output) = in_clap_host(&world, &clap, *rate, &[256], input, &[event(level, panics_at, 0.0)]);
    let (heard, silent) = output.split_at(2 * panics_at);
    assert!(heard.iter().any(|sample| sample.abs() > 0.1) && silent.iter().all(|sample| *sample == 0.0));
    let log = fs::read_to_string(world.path("plugin.log")).expect("the log");
    assert!(log.contains("the plugin is silent from now on") && log.contains("as it was asked"), "{log}");

    // The command runs the plugin too: it is late, as it reports, and otherwise the same.
    let wav = world.path("48000.wav");
    let out = world.path("plugin.wav");
    let mut args = vec!["render", "--plugin", "-i", wav.to_str().unwrap(), "-o", out.to_str().unwrap()];
    let level = format!("trim_level={}", plain(level, 0.5625));
    args.extend(set.iter().chain([&level]).flat_map(|set| ["--set", set]));
    let finished = world.live_in("here/rack", &args).finish();
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    let made: Vec<f32> =
        hound::WavReader::open(&out).unwrap().into_samples::<f32>().map(Result::unwrap).collect();
    assert_null(&made, &files[1].2, 0);

    // What hosts seldom do: the host itself compares it with the usual way.
    let odd = json!({
        "plugin": clap,
        "rate": rate,
        "blocks": [256],
        "samples": copied(&world, input),
        "events": values.iter().map(|(id, position)| event(spec(&parameters, id), 0, *position)).collect::<Vec<_>>(),
        "odd": {"key": "shaper_tone", "id": number("shaper_tone")},
    });
    let told: Value = serde_json::from_str(&asked(&mut clap_host(&world), &odd)).expect("JSON");
    let ways = ["another rate", "another thread", "ten at once", "an older state", "damaged states"];
    assert_eq!(told["odd"], json!(ways));

    // The same verdicts as over what the companion plays, and none for what isn't played: this one panics at an end of a parameter.
    let wanted =
        ["starts", "parameters", "finite", "mono", "reset", "instances", "latency", "transport", "realtime"];
    let mut args = vec!["check", "--plugin", "--quick", "--json", "--only", "parameter-ends"];
    args.extend(wanted.iter().flat_map(|name| ["--only", name]));
    let checked = world.live_in("here/rack", &args).finish();
    assert_eq!(checked.code, Some(1), "{checked:#?}");
    let document: Value = serde_json::from_str(&checked.out).expect("a document");
    assert_eq!([&document["name"], &document["plugin"]], [&json!("rack"), &json!(true)]);
    let row = |name: &str| {
        document["tests"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|row| row["name"] == name)
            .expect("it is there")
    };
    for name in wanted {
        assert_eq!(row(name)["verdict"], "pass", "{}", row(name));
    }
    let ends = row("parameter-ends");
    assert_eq!(ends["verdict"], "fail", "{ends}");
    for (member, part) in [("told", "engine/src/lib.rs:"), ("again", "check --plugin --only parameter-ends")]
    {
        assert!(ends[member].as_str().is_some_and(|text| text.contains(part)), "{ends}");
    }

    // Another latency than the companion's: nothing is replaced.
    let before = fs::read(&clap).unwrap();
    let world = world.file(
        "here/rack/engine/src/bin/dev-audio.rs",
        "wavecraft_dev_audio::run!(rack::Shaper, rack::Trim; latency_frames = 32);\n",
    );
    let other = world.live_in("here/rack", &["bundle", "--format", "clap", "--install"]).finish();
    assert_eq!(other.code, Some(1), "{other:#?}");
    for part in ["plugin/src/lib.rs has `latency_frames = 64`", "dev-audio.rs 32", "still there"] {
        assert!(other.err.contains(part), "{part}: {other:#?}");
    }
    assert_eq!(fs::read(&clap).unwrap(), before);
    let left = fs::read_dir(world.path("here/rack/target/bundled")).unwrap();
    assert!(
        left.flatten().all(|entry| !entry.file_name().to_string_lossy().starts_with(".new-")),
        "nothing is left over"
    );

    let job = json!({
        "plugin": vst3,
        "latency": LATENCY,
        "parameters": parameters.iter().map(|Parameter { spec, .. }| json!({"name": spec.name, "texts": texts(spec)})).collect::<Vec<_>>(),
        "values": values.iter().map(|(id, position)| (spec(&parameters, id).name.clone(), json!(position))).collect::<serde_json::Map<_, _>>(),
        "presets": {presets.join("Loud.vstpreset").to_str().unwrap(): {"rate": loud.0, "input": loud.1, "expected": loud.2}},
        "files": files.iter().map(|(rate, input, expected)| json!({"rate": rate, "input": input, "expected": expected})).collect::<Vec<_>>(),
    });
    let python = root().join("target/tools/bin/python");
    assert!(python.exists(), "{} is missing: scripts/test plugins installs it", python.display());
    let script = root().join("crates/cli/tests/plugins/host.py");
    let said = asked(Command::new(python).arg(script), &job);
    assert!(said.starts_with("null "), "{said}");
}

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A created project with the processors of `tests/plugins/`.
fn rack() -> World {
    let world = World::new();
    let created = world.run(&["create", "rack", "--no-git"]);
    assert_eq!(created.code, Some(0), "{created:#?}");
    let world = world.file("here/rack/engine/src/lib.rs", ENGINE).file("here/rack/plugin/src/lib.rs", PLUGIN);
    fs::remove_dir_all(world.path("here/rack/presets")).unwrap();
    let world = world.file("here/rack/presets/Loud.json", LOUD).file("here/rack/presets/Broken.json", "{");
    world.file(
        "here/rack/engine/src/bin/dev-audio.rs",
        "wavecraft_dev_audio::run!(rack::Shaper, rack::Trim; latency_frames = rack::LATENCY);\n",
    )
}

fn parameters(world: &World) -> Vec<Parameter> {
    let told = world.live_in("here/rack", &["parameters", "--json"]).finish();
    assert_eq!(told.code, Some(0), "{told:#?}");
    let told: Value = serde_json::from_str(&told.out).expect("JSON");
    serde_json::from_value(told["parameters"].clone()).expect("parameters")
}

fn spec<'a>(parameters: &'a [Parameter], id: &str) -> &'a ParameterSpec {
    &parameters.iter().find(|parameter| parameter.spec.id == id).unwrap_or_else(|| panic!("no {id}")).spec
}

/// The value at a position of the control, from 0 to 1.
fn plain(spec: &ParameterSpec, position: f32) -> f32 {
    spec.nearest(spec.min + (spec.max - spec.min) * position.powf(spec.skew.unwrap_or(1.0)))
}

/// The parameter's texts at five places of its control.
fn texts(spec: &ParameterSpec) -> [String; 5] {
    [0.0, 0.2, 0.6, 0.8, 1.0].map(|position| spec.text_of(plain(spec, position)))
}

/// A change at a frame, as CLAP hosts tell it: of a stepped parameter the number of the step.
fn event(spec: &ParameterSpec, frame: usize, position: f32) -> Value {
    let value = if spec.step.is_some() { position * (spec.max - spec.min) } else { position };
    json!({"frame": frame, "id": number(&spec.id), "value": value})
}

/// The number that hosts know an id by: nice-plug's, by which songs find parameters. It must never become another.
fn number(id: &str) -> u32 {
    id.bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())) & !(1 << 31)
}

/// A second and a half of noise at a rate, and what the command makes of it with these values or this option: as files of
/// 32-bit floats.
fn rendered(world: &World, rate: u32, set: &[String]) -> (u32, PathBuf, PathBuf) {
    let wav = world.path(&format!("{rate}.wav"));
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: rate,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(&wav, spec).unwrap();
    let mut seed = 1_u32;
    for _ in 0..3 * rate {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        writer.write_sample(0.5 * (f32::from((seed >> 16) as u16) / 32_768.0 - 1.0)).unwrap();
    }
    writer.finalize().unwrap();
    let out = world.path(&format!("{rate}-out.wav"));
    let mut args = vec!["render", "--force", "-i", wav.to_str().unwrap(), "-o", out.to_str().unwrap()];
    args.extend(
        set.iter()
            .flat_map(|set| if set.starts_with("--") { vec![set.as_str()] } else { vec!["--set", set] }),
    );
    let finished = world.live_in("here/rack", &args).finish();
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    let raw = |wav: &Path, name: &str| {
        let samples = hound::WavReader::open(wav).unwrap().into_samples::<f32>().map(Result::unwrap);
        let path = world.path(name);
        fs::write(&path, samples.flat_map(f32::to_le_bytes).collect::<Vec<u8>>()).unwrap();
        path
    };
    let name = format!("{rate}-{}", set.join("-"));
    (rate, raw(&wav, &format!("{name}.in")), raw(&out, &format!("{name}.out")))
}

fn read(path: &Path) -> Vec<f32> {
    let bytes = fs::read(path).unwrap();
    bytes.chunks_exact(4).map(|word| f32::from_le_bytes(word.try_into().unwrap())).collect()
}

/// Runs the example host, and returns what it told and what the plugin made.
fn in_clap_host(
    world: &World,
    plugin: &Path,
    rate: u32,
    blocks: &[usize],
    input: &Path,
    events: &[Value],
) -> (Value, Vec<f32>) {
    let samples = copied(world, input);
    let job = json!({"plugin": plugin, "rate": rate, "blocks": blocks, "samples": samples, "events": events, "tempo": 98.0});
    let told = serde_json::from_str(&asked(&mut clap_host(world), &job)).expect("JSON");
    (told, read(&samples))
}

/// A file that the host writes over.
fn copied(world: &World, input: &Path) -> PathBuf {
    let samples = world.path("samples");
    fs::copy(input, &samples).unwrap();
    samples
}

fn clap_host(world: &World) -> Command {
    let host = Path::new(env!("CARGO_BIN_EXE_wavecraft")).with_file_name("examples/clap_host");
    assert!(host.exists(), "{} is missing: cargo build --workspace --examples", host.display());
    let mut command = Command::new(host);
    command.env("NICE_LOG", world.path("plugin.log"));
    command
}

fn asked(command: &mut Command, job: &Value) -> String {
    let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    running.stdin.take().expect("an input").write_all(job.to_string().as_bytes()).expect("it is read");
    let output = running.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// The host lists what the command lists: by id, name, range and text.
fn assert_equal(told: &Value, parameters: &[Parameter]) {
    assert_eq!(
        [&told["id"], &told["name"], &told["vendor"], &told["latency_frames"]],
        [&json!("com.example.rack"), &json!("Rack of Two"), &json!("Ada & Co"), &json!(LATENCY)]
    );
    let listed = told["parameters"].as_array().expect("a list");
    assert_eq!(listed.len(), parameters.len(), "{told}");
    for (listed, Parameter { spec, .. }) in listed.iter().zip(parameters) {
        let stepped = spec.step.is_some();
        let most = if stepped { f64::from(spec.max - spec.min) } else { 1.0 };
        assert_eq!(
            [
                &listed["id"],
                &listed["name"],
                &listed["group"],
                &listed["least"],
                &listed["greatest"],
                &listed["stepped"]
            ],
            [
                &json!(number(&spec.id)),
                &json!(spec.name),
                &json!(spec.group.clone().unwrap_or_default()),
                &json!(0.0),
                &json!(most),
                &json!(stepped)
            ],
            "{}",
            spec.id
        );
        assert_eq!(listed["texts"], json!(texts(spec)), "{}", spec.id);
    }
    // Another instance that was given the state has the values that were set.
    assert_eq!(told["restored"].as_array().expect("a list").len(), parameters.len());
    let tone =
        parameters.iter().position(|parameter| parameter.spec.id == "shaper_tone").expect("it is there");
    assert_eq!(told["restored"][tone], 0.5);
}

fn assert_null(output: &[f32], expected: &Path, latency: usize) {
    assert_samples_null(output, &read(expected), latency);
}

/// What the host got, late by the latency, is what the command rendered.
fn assert_samples_null(output: &[f32], expected: &[f32], latency: usize) {
    let worst = output.iter().skip(2 * latency).zip(expected).map(|(one, other)| (one - other).abs());
    let worst = worst.fold(0.0, f32::max);
    assert!(worst < NULL, "{worst}");
    assert!(expected.iter().any(|sample| sample.abs() > 0.1), "something is heard");
}
