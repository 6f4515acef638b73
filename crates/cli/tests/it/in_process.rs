//! What a processor does in `process` that an audio thread must not, in a created project: told with its line, and over with the build
//! that mends it.

use crate::{
    support::Live,
    whole::{created, status},
};
use rustix::process::Signal;
use serde_json::Value;
use std::fs;

/// The figures of what is done in `process`, as soon as they are as wanted.
fn seen(live: &mut Live, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let mut stats = live.event("stats");
        if wanted(&stats) {
            return stats["realtime"].take();
        }
    }
}

fn places(realtime: &Value) -> usize {
    realtime["violations"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_push_in_process_is_told_with_its_line_and_the_next_build_is_silent() {
    let world = created();
    let source = world.path("here/demo/engine/src/saturator.rs");
    let clean = fs::read_to_string(&source).expect("the source");
    let begin = "        self.aim(params);\n";
    let faulty = clean.replacen(
        begin,
        &format!(
            "{begin}        let mut list = Vec::new();\n        list.push(std::hint::black_box(params.mix));\n        \
             std::mem::forget(std::hint::black_box(list));\n"
        ),
        1,
    );
    let line = faulty.lines().position(|line| line.contains("list.push")).expect("the line") + 1;
    fs::write(&source, &faulty).expect("written");

    let args = ["start", "--with-audio", "--input", "tone", "--json", "--port", "19100", "--no-ui"];
    let mut live = world.live_in("here/demo", &args);
    live.event("ready");
    let told = seen(&mut live, |stats| places(&stats["realtime"]) > 0);
    assert_eq!(told["watched"], true, "{told}");
    let one = &told["violations"][0];
    assert_eq!(
        (&one["kind"], &one["through"]),
        (&Value::from("allocation"), &Value::from("Vec::push")),
        "{told}"
    );
    assert_eq!(one["place"]["file"], "engine/src/saturator.rs", "{told}");
    assert_eq!(one["place"]["line"].as_u64(), u64::try_from(line).ok(), "{told}");
    assert!(one["place"]["function"].as_str().expect("a name").contains("process"), "{told}");
    let counted = |realtime: &Value| realtime["violations"][0]["count"].as_u64().expect("a count");
    let first = counted(&told);
    seen(&mut live, |stats| counted(&stats["realtime"]) > first);

    let all = status(&world);
    let ours = &all["sessions"][0]["stats"];
    assert_eq!(ours["realtime"]["violations"][0]["place"], one["place"]);
    assert!(
        ours["notices"].as_array().expect("a list").iter().any(|notice| notice["id"] == "realtime"),
        "{ours}"
    );
    let place = format!("engine/src/saturator.rs:{line} in Saturator::process allocates");
    assert!(
        world.run(&["status"]).out.contains(&format!("Real time {place}")),
        "{}",
        world.run(&["status"]).out
    );

    let measure =
        world.program(env!("CARGO_BIN_EXE_wavecraft"), "here/demo", &["measure"]).output().expect("it runs");
    let screen = String::from_utf8_lossy(&measure.stdout).into_owned();
    let row = screen.lines().find(|line| line.contains("Real time")).expect("the row");
    assert!(row.contains(&place) && row.contains("(Vec::push)"), "{screen}");

    fs::write(&source, &clean).expect("written");
    live.event("reloaded");
    let silent =
        seen(&mut live, |stats| places(&stats["realtime"]) == 0 && stats["blocks"].as_u64() > Some(200));
    assert_eq!(silent["watched"], true, "{silent}");

    // What the library says of a panic of its own isn't the author's line, and is replaced by it.
    let panics = format!("{begin}        assert!((0..4).step_by(std::hint::black_box(0)).count() > 9);\n");
    let panics = clean.replacen(begin, &panics, 1);
    let line = panics.lines().position(|line| line.contains("step_by")).expect("the line") + 1;
    fs::write(&source, panics).expect("written");
    let refused = live.event("error");
    let message = refused["message"].as_str().expect("words");
    let words = format!("the processor panicked at engine/src/saturator.rs:{line} (in Saturator::process): ");
    assert!(message.contains(&words), "{message}");
    live.signal(Signal::INT);
    let finished = live.finish();
    let lines = finished.err.lines().filter(|line| line.contains("Not safe on an audio thread"));
    let lines: Vec<&str> = lines.collect();
    assert_eq!(lines.len(), 1, "once: {}", finished.err);
    assert!(lines[0].contains(&place) && lines[0].contains("You hear the processed sound"), "{lines:?}");
}
