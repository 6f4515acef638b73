//! `mcp`: what a coding agent asks for and gets, with the real companion and a plugin's library.

use crate::{
    measure::plugin,
    support::{Agent, World, published, until, until_gone},
};
use resvg::tiny_skia::Pixmap;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::fs;

/// An agent in a plugin's folder.
fn agent(world: &World, more: &[&str]) -> Agent {
    let mut agent = world.agent("here", more);
    agent.begins();
    agent
}

/// A build script that writes its process' number and waits for ever.
const HANGS: &str = "fn main() {\n    std::fs::write(std::env::var_os(\"HANGS\").unwrap(), std::process::id().to_string()).unwrap();\n    \
    loop {\n        std::thread::park();\n    }\n}\n";

fn plugin_that_hangs() -> World {
    let world = plugin().file("here/engine/build.rs", HANGS);
    let pid = world.path("hangs");
    world.env("HANGS", pid)
}

#[test]
fn what_there_is_is_told_with_schemas_and_what_it_changes() {
    let world = World::with_project();
    let mut agent = world.agent("here", &[]);
    let said = agent.begins();
    assert_eq!(said["serverInfo"]["name"], "wavecraft");
    assert!(said["instructions"].as_str().expect("a text").contains("`measure`"), "{said}");
    let tools = agent.asks("tools/list", &json!({}))["result"]["tools"].clone();
    let tools = tools.as_array().expect("a list");
    let reads: Vec<(&str, bool)> = tools
        .iter()
        .map(|tool| (tool["name"].as_str().expect("a name"), tool["annotations"]["readOnlyHint"] == true))
        .collect();
    let expected = [
        ("measure", true),
        ("picture", true),
        ("compare", true),
        ("check", true),
        ("render", false),
        ("status", true),
        ("log", true),
        ("list_parameters", true),
        ("set_parameters", false),
    ];
    for one in expected {
        assert!(reads.contains(&one), "{one:?} in {reads:?}");
    }
    assert!(tools.iter().all(|tool| tool["outputSchema"]["type"] == "object"), "{tools:#?}");
    let finished = agent.goes();
    assert_eq!((finished.code, finished.out.as_str(), finished.err.as_str()), (Some(0), "", ""));
}

#[test]
fn a_gain_is_measured_drawn_and_rendered() {
    let world = plugin();
    let mut agent = agent(&world, &[]);
    let (text, found) = agent.finds("measure", &json!({}));
    assert!(text.contains("−6.0 dB at 1 kHz") && text.contains("Silence      stays silent"), "{text}");
    let at_1k =
        found["response"].as_array().expect("points").iter().find(|point| point["hz"].as_f64() > Some(990.0));
    assert_eq!(at_1k.expect("it is measured")["db"], -6.021);
    let document = &found["document"];
    assert_eq!((&document["version"], &document["plan"]["rateHz"]), (&json!(1), &json!(48_000)));
    assert_eq!(document["swept"]["value"]["response"]["magnitudeDb"], json!([]), "figures, and no curve");
    assert!(found.to_string().len() < 24_000, "{} bytes", found.to_string().len());

    let how = json!({"set": {"gain_level": 1}, "rate": 96_000, "level": -6, "frequency": [440], "curves": true, "full": true});
    let (text, found) = agent.finds("measure", &how);
    assert!(
        text.contains(" 0.0 dB at 1 kHz") && text.contains("440 Hz") && text.contains("Stereo"),
        "{text}"
    );
    let points = found["document"]["swept"]["value"]["response"]["magnitudeDb"].as_array().map(Vec::len);
    assert_eq!(points, Some(200));
    assert!(
        found["shortened"].to_string().contains("swept.value.response.magnitudeDb"),
        "{}",
        found["shortened"]
    );

    let picture = agent.calls("picture", &json!({}));
    assert_eq!(picture["isError"], false, "{picture}");
    assert_eq!(picture["structuredContent"]["charts"], json!(["Response", "Spectrum"]));
    let image = &picture["content"][1];
    assert_eq!((&image["type"], &image["mimeType"]), (&json!("image"), &json!("image/png")));
    let png = base64::Engine::decode(
        &base64::engine::general_purpose::STANDARD,
        image["data"].as_str().expect("data"),
    );
    let pixels = Pixmap::decode_png(&png.expect("base64")).expect("a picture");
    assert_eq!((pixels.width(), pixels.height()), (1080, 936));
    let blue = pixels.pixels().iter().filter(|pixel| pixel.blue() > 200 && pixel.red() < 60).count();
    assert!(blue > 900, "a curve goes across: {blue} pixels");
    let why = agent.fails("picture", &json!({"charts": []}));
    assert!(why.contains("1 to 4 charts"), "{why}");

    let (_, made) =
        agent.finds("render", &json!({"input": "tone:440@-20", "output": "wet.wav", "seconds": 0.5}));
    assert_eq!((&made["seconds"], &made["sampleRate"]), (&json!(0.5), &json!(48_000)));
    assert!(world.path("here/wet.wav").is_file());
    let again = json!({"input": "tone", "output": "wet.wav", "seconds": 0.5});
    let why = agent.fails("render", &again);
    assert!(why.contains("is there already"), "{why}");
    agent.finds("render", &json!({"input": "tone", "output": "wet.wav", "seconds": 0.5, "force": true}));
    let (text, found) = agent.finds("list_parameters", &json!({}));
    assert!(text.contains("gain_level (Level): 0.5 x"), "{text}");
    assert_eq!((&found["live"], &found["parameters"][0]["max"]), (&json!(false), &json!(2.0)));
    // No companion was started, so no device was opened.
    assert!(!world.path("home/wavecraft/run").exists() || world.names_in("home/wavecraft/run").is_empty());
    assert_eq!(agent.goes().code, Some(0));
}

#[test]
fn what_a_change_did_is_compared() {
    let world = plugin();
    let here = world.path("here");
    published::git(&here, &["init", "--quiet"]);
    published::commit(&here);
    let mut agent = agent(&world, &[]);
    let (text, found) = agent.finds("compare", &json!({"before": "HEAD"}));
    assert!(text.contains("null −∞ dB") && found["same"] == true, "{text}");
    let source = here.join("engine/src/lib.rs");
    let louder = fs::read_to_string(&source)
        .expect("the source")
        .replace("*sample *= gain.level;", "*sample *= 0.9 * gain.level;");
    fs::write(&source, louder).expect("written");
    let (text, found) = agent.finds("compare", &json!({"before": "HEAD"}));
    assert!(text.starts_with("Different: null −20.0 dB") && found["same"] == false, "{text}");
    assert!(found["comparison"]["changes"].to_string().contains("-0.9"), "{found}");
    let why = agent.fails("compare", &json!({"before": "--json"}));
    assert!(why.contains("--json"), "a name and no option: {why}");
    let why = agent.fails("compare", &json!({"before": "nowhere.wav", "tolerance": 3}));
    assert!(why.contains("below 0"), "{why}");
}

#[test]
fn what_is_wrong_is_told_and_the_server_lives_on() {
    let world = World::with_project();
    let mut agent = world.agent("here", &[]);
    // Before anything else, too.
    agent.says("hello?");
    assert_eq!(agent.hears()["error"]["code"], -32700);
    agent.says(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    agent.begins();
    agent.says(&"x".repeat(2 * 1024 * 1024));
    let told = agent.hears();
    assert_eq!(told["error"]["code"], -32600);
    assert!(told["error"]["message"].as_str().expect("a text").contains("1048576 bytes"), "{told}");
    agent.says("\u{0}\u{1}{");
    assert_eq!(agent.hears()["error"]["code"], -32700);
    for line in ["[]", "1", r#"{"jsonrpc":"2.0"}"#, r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#] {
        agent.says(line);
        assert_eq!(agent.hears()["error"]["code"], -32600, "{line}");
    }
    assert_eq!(agent.asks("no/such", &json!({}))["error"]["code"], -32601);
    let unknown = agent.asks("tools/call", &json!({"name": "microphone", "arguments": {}}));
    let message = unknown["error"]["message"].as_str().expect("a text");
    assert!(message.contains("there is no tool `microphone`. There are: measure, "), "{message}");
    for (tool, arguments, says) in [
        ("render", json!({"input": "tone"}), "missing field `output`"),
        ("measure", json!({"levle": -6}), "unknown field `levle`, expected one of"),
        ("measure", json!({"rate": "fast"}), "expected u32"),
        ("measure", json!({"set": {"a": {}}}), "Written"),
        ("measure", json!({"rate": 7}), "8000"),
        ("measure", json!({"level": 3}), "from −120 to 0"),
        ("picture", json!({"charts": ["curve"]}), "unknown variant `curve`"),
        ("log", json!({"lines": 0}), "1 to 256"),
        ("log", json!({}), "nothing runs in this folder"),
        ("set_parameters", json!({"values": {}}), "`values` is empty"),
        ("set_parameters", json!({"values": {"a": 1}}), "wavecraft start --with-audio"),
        ("render", json!({"input": "mic", "output": "a.wav", "seconds": 1}), "microphone"),
        ("render", json!({"input": "tone", "output": "nowhere/a.wav", "seconds": 1}), "there is no folder"),
    ] {
        let why = agent.fails(tool, &arguments);
        assert!(why.contains(says), "no `{says}` of {tool} {arguments} in {why}");
    }
    assert_eq!(agent.asks("ping", &json!({}))["result"], json!({}));
    let (text, found) = agent.finds("status", &json!({}));
    assert!(text.starts_with("No: ") && found["running"] == false, "{text}");
    assert_eq!(agent.goes().code, Some(0));
}

#[test]
fn outside_of_a_project_it_says_so_and_another_folder_can_be_named() {
    let world = World::with_project();
    let mut agent = world.agent("home", &[]);
    agent.begins();
    for tool in ["measure", "status", "list_parameters"] {
        let why = agent.fails(tool, &json!({}));
        assert!(why.contains("is not in a Wavecraft project"), "{why}");
    }
    let folder = world.path("here/engine").display().to_string();
    let mut agent = world.agent("home", &["--project", &folder]);
    agent.begins();
    assert_eq!(agent.finds("status", &json!({})).1["running"], false);
    world.run(&["mcp", "--project", "nowhere"]).fails(2, &["--project nowhere", "Name the project's folder"]);
}

#[test]
fn a_build_that_fails_is_told_with_the_compilers_words() {
    let world = plugin();
    let source = world.path("here/engine/src/lib.rs");
    fs::write(&source, "fn broken() -> u32 { \"no number\" }\n").expect("written");
    let why = agent(&world, &[]).fails("measure", &json!({}));
    assert!(why.contains("error[E0308]: mismatched types") && why.contains("src/lib.rs:1:"), "{why}");
}

#[test]
fn a_call_that_is_taken_back_leaves_nothing_and_the_next_one_has_its_turn() {
    let world = plugin_that_hangs();
    let mut agent = agent(&world, &[]);
    let with_progress = json!({"name": "measure", "arguments": {}, "_meta": {"progressToken": "a"}});
    let first = agent.sends("tools/call", &with_progress);
    let waiting = agent.begins_to_call("picture", &json!({}));
    let build = world.pid_in("hangs");
    // Others are answered meanwhile.
    assert_eq!(agent.finds("status", &json!({})).1["running"], false);
    for id in [waiting, first] {
        let gone =
            json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}});
        agent.says(&gone.to_string());
    }
    until_gone("the build", build);
    fs::write(world.path("here/engine/build.rs"), "fn main() {}\n").expect("written");
    let (text, _) = agent.finds("measure", &json!({}));
    assert!(text.contains("−6.0 dB"), "{text}");
    let progress: Vec<&Value> =
        agent.others.iter().filter(|one| one["method"] == "notifications/progress").collect();
    assert!(
        !progress.is_empty() && progress.iter().all(|one| one["params"]["progressToken"] == "a"),
        "{progress:#?}"
    );
    assert!(agent.others.iter().all(|one| one["id"] != first && one["id"] != waiting), "{:#?}", agent.others);
}

#[test]
fn the_end_of_the_input_and_a_signal_end_what_runs() {
    let world = plugin_that_hangs();
    let mut going = agent(&world, &[]);
    going.begins_to_call("measure", &json!({}));
    let build = world.pid_in("hangs");
    let finished = going.goes();
    assert_eq!((finished.code, finished.err.as_str()), (Some(0), ""));
    until_gone("the build", build);

    fs::remove_file(world.path("hangs")).expect("removed");
    let mut killed = agent(&world, &[]);
    killed.begins_to_call("measure", &json!({}));
    let build = world.pid_in("hangs");
    // Without a chance to clear up.
    drop(killed);
    until_gone("the build", build);
}

#[test]
fn a_build_that_hangs_is_ended_after_its_time() {
    let world = plugin_that_hangs();
    let why = agent(&world, &["--limit", "1"]).fails("measure", &json!({}));
    assert!(why.contains("`wavecraft measure` did not end within 1 s, and was ended"), "{why}");
    world.run(&["mcp", "--limit", "0"]).fails(2, &["--limit"]);
}

#[test]
fn two_agents_and_many_calls_share_a_project() {
    let world = plugin();
    let mut both = [agent(&world, &[]), agent(&world, &[])];
    let asked = [0, 1].map(|index: usize| both[index].begins_to_call("measure", &json!({})));
    for (agent, id) in both.iter_mut().zip(asked) {
        let answer = agent.answer(id);
        assert!(answer["result"]["content"][0]["text"].to_string().contains("−6.0 dB"), "{answer}");
    }
    let [mut agent, _] = both;
    let many: Vec<u64> = (0..20).map(|_| agent.begins_to_call("measure", &json!({"rate": 7}))).collect();
    let mut answers: Vec<Value> = Vec::new();
    while answers.len() < many.len() {
        let message = agent.hears();
        if message["id"].as_u64().is_some_and(|id| many.contains(&id)) {
            answers.push(message["result"]["content"][0]["text"].clone());
        }
    }
    let refused =
        answers.iter().filter(|text| text.to_string().contains("16 calls run or wait already")).count();
    assert_eq!(refused, 4, "{answers:#?}");
}

#[test]
fn what_plays_is_seen_heard_of_and_set() {
    let world = plugin().env("WAVECRAFT_BACKEND", "virtual");
    let mut live = world.live(&[
        "start",
        "--with-audio",
        "--input",
        "tone",
        "--json",
        "--port",
        "19130",
        "--no-ui",
        "--no-measure",
    ]);
    live.event("ready");
    let mut agent = agent(&world, &[]);
    let (text, found) = agent.finds("status", &json!({}));
    assert!(text.starts_with("It plays; the processor is live"), "{text}");
    assert!(
        found["session"]["child_pid"].is_u64() && found["session"]["stats"]["blocks"].is_u64(),
        "{found}"
    );
    assert_eq!((&found["running"], &found["withAudio"]), (&json!(true), &json!(true)));
    let all = found.to_string();
    for secret in ["ws://", "token", "/p/", "http://"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    let shown = world.run(&["status"]);
    let pid = found["session"]["child_pid"].to_string();
    assert!(shown.out.contains(&format!("Processor process {pid}")), "{shown:#?}");

    assert_eq!(agent.finds("list_parameters", &json!({})).1["live"], true);
    let (text, _) = agent.finds("set_parameters", &json!({"values": {"gain_level": 1.5}}));
    assert_eq!(text, "gain_level (Level): 1.5 x");
    assert_eq!(agent.finds("list_parameters", &json!({})).1["parameters"][0]["value"], 1.5);
    let why = agent.fails("set_parameters", &json!({"values": {"gain_level": 9}}));
    assert!(why.contains("`gain_level` can't be `9`. It is: gain_level: 0 to 2 x"), "{why}");
    let why = agent.fails("set_parameters", &json!({"values": {"gain_levle": 1, "gain_level": 0}}));
    assert!(why.contains("there is no parameter `gain_levle`"), "{why}");
    assert_eq!(agent.finds("list_parameters", &json!({})).1["parameters"][0]["value"], 1.5, "none was set");

    let source = world.path("here/engine/src/lib.rs");
    let text = fs::read_to_string(&source).expect("the source");
    fs::write(&source, text.replace("*sample *= gain.level;", "*sample *= gain.leevl;")).expect("written");
    let errors =
        until("the build failed", || agent.finds("log", &json!({})).1["errors"].as_str().map(str::to_owned));
    assert!(errors.contains("no field `leevl`"), "{errors}");

    // The companion goes, and for good.
    let companion: Value = serde_json::from_str(&world.run(&["status", "--json"]).out).expect("JSON");
    let companion =
        i32::try_from(companion["companion"]["pid"].as_i64().expect("a process")).expect("a process");
    let start = live.pid();
    kill_process(start, Signal::STOP).expect("it runs");
    kill_process(Pid::from_raw(companion).expect("a process"), Signal::KILL).expect("it runs");
    // It stays a zombie until its command goes on, and is no more there to answer.
    until("the companion's end is told", || {
        let result = agent.calls("list_parameters", &json!({}));
        let told =
            result["content"][0]["text"].as_str()?.contains("the running `wavecraft start` doesn't answer");
        (result["isError"] == true && told).then_some(())
    });
    kill_process(start, Signal::CONT).expect("it runs");
    live.signal(Signal::INT);
    live.finish();
}

#[test]
fn a_start_without_sound_has_parameters_too() {
    let world = plugin();
    let mut live = world.live(&["start", "--json", "--port", "19131", "--no-ui"]);
    live.event("ready");
    let mut agent = agent(&world, &[]);
    let (text, found) = agent.finds("status", &json!({}));
    assert!(
        text.contains("runs without sound") && found["running"] == true && found["withAudio"] == false,
        "{text}"
    );
    agent.finds("set_parameters", &json!({"values": {"gain_level": "0.25"}}));
    assert_eq!(agent.finds("list_parameters", &json!({})).1["parameters"][0]["value"], 0.25);
    assert_eq!(agent.finds("log", &json!({"lines": 1})).0, "Nothing was said yet.");
    live.signal(Signal::INT);
    live.finish();
}

#[test]
fn parameters_are_listed_for_a_person_too() {
    let world = plugin();
    let listed = world.run(&["parameters"]);
    assert_eq!(listed.code, Some(0), "{listed:#?}");
    assert!(listed.out.starts_with("gain_level: 0 to 2 x   Level, 0.5 x at the start\n"), "{listed:#?}");
    let listed: Value =
        serde_json::from_str(&world.run(&["parameters", "--json"]).out).expect("one document");
    assert_eq!(listed["parameters"][0]["id"], "gain_level");
}

#[test]
fn what_breaks_in_the_field_is_told_with_its_reason() {
    let world = plugin();
    let mut agent = agent(&world, &[]);
    let (text, found) = agent.finds("check", &json!({"only": ["parameters"]}));
    assert!(text.starts_with("pass     parameters") && found["passed"] == true, "{text}");
    assert_eq!(found["results"]["tests"].as_array().map(Vec::len), Some(1));
    // One of the values of `gain_fault` makes it hang.
    let (text, found) = agent.finds("check", &json!({"only": ["finite"], "seed": 1}));
    assert!(text.starts_with("fail     finite") && found["passed"] == false, "{text}");
    assert!(text.contains("wavecraft check --only finite --seed 1"), "{text}");
    let why = agent.fails("check", &json!({"only": ["nothing"]}));
    assert!(why.contains("wavecraft check --list"), "{why}");
}
