//! Outputs, rates and buffers: chosen, lost, and available again. After each change the tone is heard as before.

use crate::{SINE_DB, page::Page, recording::Recording, same_child, server::Server, session::Session, until};
use serde_json::{Value, json};

#[test]
#[ignore = "needs PipeWire: scripts/test sound"]
fn what_is_chosen_is_heard_and_told() {
    const WIDE: &str = "front-left,front-right,rear-left,rear-right";
    let server = Server::start();
    server.plug(&["sink_name=desk"]);
    server.plug_wide(WIDE, &["sink_name=wide"]);
    let session = Session::start(&server, "chosen");
    let _page = session.clean_page();
    let before = session.status();
    // The requested values, and the rate and the frames that result.
    for (asked, output, rate, frames) in [
        (&["--output", "desk"][..], "desk", 48_000, 256),
        (&["--buffer", "64"], "desk", 48_000, 64),
        (&["--buffer", "2048"], "desk", 48_000, 2048),
        (&["--output", "default", "--buffer", "default"], "speaker", 48_000, 256),
        (&["--output", "wide", "--output-channel", "3"], "wide", 48_000, 256),
        (&["--output", "default", "--output-channel", "default"], "speaker", 48_000, 256),
        (&["--rate", "44100"], "speaker", 44_100, 256),
        (&["--rate", "96000"], "speaker", 96_000, 256),
        (&["--rate", "default"], "speaker", 48_000, 256),
    ] {
        println!("{asked:?}");
        if rate == 44_100 {
            // So far only the stream changed. Another rate needs other children.
            same_child(&before, &session.status());
        }
        let list = session.ask(&[&["devices"], asked].concat());
        let in_use = &list["in_use"];
        assert_eq!(in_use["sample_rate"], rate, "{list}");
        // Fewer if another program in the graph asks for fewer; that is then reported.
        let got = [&in_use["buffer_frames"], &in_use["asked_buffer_frames"]];
        assert!(got.iter().any(|got| **got == frames), "{list}");
        until("the terminal tells", || {
            let told = session.last_event("devices")?;
            (told["sample_rate"] == rate && told["output"] == in_use["output"]).then_some(())
        });
        let _tone = server.play_tone_into_the_microphone();
        match output {
            "wide" => Recording::of_pair(&server, "wide", WIDE, 4, 2).until_heard(SINE_DB),
            stereo => Recording::of(&server, stereo).until_heard(SINE_DB),
        }
    }
    let list = session.ask(&["devices"]);
    assert_eq!(list["chosen"], json!({}), "{list}");
    session.stop();
}

#[test]
#[ignore = "needs PipeWire: scripts/test sound"]
fn what_is_lost_is_replaced_and_returned_to() {
    let server = Server::start();
    let plug_desk = || server.plug(&["sink_name=desk"]);
    let desk = plug_desk();
    let session = Session::start(&server, "lost");
    let mut page = session.clean_page();
    // Neither dry input nor a new child's default is as quiet, so the level shows that nothing was restarted.
    page.set("saturator_output", -12.0);
    let heard_on = |output: &str| {
        println!("{output}");
        // pw-play sometimes falls silent when its graph is rebuilt: another one plays.
        let _tone = server.play_tone_into_the_microphone();
        Recording::of(&server, output).until_heard(SINE_DB - 12.0);
    };
    let told = |notice: &str| {
        let mut before = None;
        until(&format!("everybody is told: {notice}"), || {
            let all = told_to_all(&session, &mut page_of(&session));
            let says = |text: &Value| text.as_str().is_some_and(|text| text.contains(notice));
            let everybody = all.iter().all(says);
            if before.as_ref() != Some(&all) {
                println!("{all:?}");
                before = Some(all);
            }
            everybody.then_some(())
        });
    };
    heard_on("speaker");
    let before = session.status();

    session.ask(&["devices", "--output", "desk"]);
    heard_on("desk");
    server.unplug(&desk);
    told("isn't connected: using the system's default");
    heard_on("speaker");
    plug_desk();
    until_nothing_is_told(&session);
    heard_on("desk");
    session.ask(&["devices", "--output", "default"]);
    heard_on("speaker");

    server.make_default("sink", "desk");
    heard_on("desk");
    server.make_default("sink", "speaker");
    heard_on("speaker");

    server.force_rate(44_100);
    heard_on("speaker");
    server.force_rate(0);
    heard_on("speaker");

    server.halt(true);
    until("the virtual device stands in", || {
        let devices = session.last_event("devices")?;
        (devices["backend"] == "virtual").then_some(())
    });
    server.halt(false);
    until_nothing_is_told(&session);
    heard_on("speaker");

    for output in ["speaker", "desk"] {
        server.unplug_output(output);
    }
    told("nothing is heard");
    server.plug(&["sink_name=speaker", "rate=44100"]);
    until_nothing_is_told(&session);
    heard_on("speaker");

    server.kill();
    told("nothing is heard");
    server.restart();
    until_nothing_is_told(&session);
    heard_on("speaker");

    let after = session.status();
    same_child(&before, &after);
    assert_eq!(after["sessions"][0]["stats"]["respawns"], 0, "{:?}", session.events());
    session.stop();
}

fn page_of(session: &Session) -> Page {
    Page::open(session.ready["ws_url"].as_str().expect("an address"))
}

/// The terminal, `wavecraft status`, and the page.
fn told_to_all(session: &Session, page: &mut Page) -> [Value; 3] {
    let status = page.call("getAudioStatus", json!({}))["status"].clone();
    [
        session.last_event("devices").unwrap_or_default()["notice"].clone(),
        session.status()["devices"]["notice"].clone(),
        status["diagnostic"]["message"].clone(),
    ]
}

fn until_nothing_is_told(session: &Session) {
    until("a device is used and nothing is to be told", || {
        let devices = session.status()["devices"].clone();
        (devices["backend"] == "PipeWire" && devices["notice"] == Value::Null).then_some(())
    });
}
