//! The build before is heard instead of the newest, or subtracted from it, and ends by itself.

use crate::{
    page::Page,
    reloading::copy,
    support::{Companion, Control, child, eventually, is_close, is_gone, kill, tone_rms},
};
use rustix::process::Pid;
use serde_json::{Value, json};

/// A gain of a half, in dB.
const HALF_DB: f64 = -6.0206;

/// A companion whose project has two builds: one that halves, and the newest, which changes nothing.
struct Scene {
    companion: Companion,
    control: Control,
    page: Page,
    session: Value,
    /// The process of the build before.
    before: Pid,
}

impl Scene {
    fn new(newest: &str, settings: Value) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("settings.json"), settings.to_string()).unwrap();
        let companion = Companion::start_in(home, &["--backend", "virtual"]);
        let mut control = companion.control();
        let attached = control.attach_live("gain", json!({"parameters": {"gain_level": HALF_DB}}));
        let (session, before) = (attached["session"].clone(), control.child_pid());
        let page = Page::open(&attached);
        control.call("reload", json!({"session": session, "executable": child(newest)})).unwrap();
        Self { companion, control, page, session, before }
    }

    fn usual(newest: &str) -> Self {
        Self::new(newest, json!({"version": 1}))
    }

    /// Waits until pages are told this.
    fn told(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        self.page.notice("comparisonChanged", fits)
    }

    fn compare(&mut self, wanted: Value) {
        self.page.notices.clear();
        self.page.call("setComparison", wanted).unwrap();
    }

    /// Waits until this level is heard.
    fn hears(&mut self, rms: f64) {
        eventually(&format!("{rms} is heard"), || {
            level(&mut self.page).filter(|level| is_level(*level, rms))
        });
    }
}

fn is_level(level: f64, expected: f64) -> bool {
    if expected == 0.0 { level == 0.0 } else { is_close(level, expected) }
}

fn level(page: &mut Page) -> Option<f64> {
    page.call("getMeterFrame", json!({})).unwrap()["frame"]["rms_l"].as_f64()
}

#[test]
fn the_build_before_is_heard_instead_of_the_newest_and_subtracted_from_it() {
    let mut scene = Scene::usual("passthrough");
    let kept = scene.told(|told| told["state"] == "kept");
    assert_eq!((&kept["hear"], &kept["after"], &kept["before"]), (&json!("after"), &json!(2), &json!(1)));
    assert_eq!(kept["builds"], json!([1]));
    scene.hears(tone_rms());
    let told = scene.told(|told| told["cost"]["memory_bytes"].as_u64() > Some(4096));
    assert!(told["cost"]["load"].as_f64().is_some_and(|load| (0.0..1.0).contains(&load)), "{told}");

    scene.compare(json!({"hear": "before"}));
    scene.told(|told| told["hear"] == "before" && told["state"] == "on" && told.get("ends_in_s").is_none());
    scene.hears(tone_rms() / 2.0);
    // The newest minus the one before: what is left of the tone is its other half.
    scene.compare(json!({"hear": "difference"}));
    let told = scene.told(|told| told["difference"]["null_db"] == -6.0);
    assert!((told["difference"]["level_db"].as_f64().unwrap() + 21.0).abs() < 0.15, "{told}");
    scene.hears(tone_rms() / 2.0);
    // As loud as the newest, nothing is left.
    scene.compare(json!({"matched": true}));
    scene.told(|told| told["match_db"].as_f64().is_some_and(|gain| (gain - 6.0).abs() < 0.11));
    scene.told(|told| told["difference"]["null_db"].as_f64().is_none_or(|null| null < -35.0));
    scene.compare(json!({"hear": "before"}));
    eventually("it is as loud", || {
        level(&mut scene.page).filter(|level| (level / tone_rms() - 1.0).abs() < 0.03)
    });
    let stats = scene.control.stats(|stats| stats["comparison"]["hear"] == "before");
    assert_eq!((&stats["comparison"]["before"], &stats["heard"]), (&json!(1), &json!("processed")));

    scene.compare(json!({"hear": "after"}));
    let told = scene.told(|told| told["hear"] == "after" && told["ends_in_s"].is_u64());
    assert_eq!(told["ends_in_s"], 300);
    scene.hears(tone_rms());
    scene.page.call("endComparison", json!({})).unwrap();
    scene.told(|told| told["state"] == "none" && told.get("before").is_none());
    let before = scene.before;
    eventually("the build before is gone", || is_gone(before));
    scene.hears(tone_rms());
    let stats = scene.control.stats(|stats| stats.get("comparison").is_none());
    assert_eq!(stats["state"], "live");
}

#[test]
fn a_newest_that_crashes_leaves_the_build_before_to_hear_and_that_is_said() {
    let mut scene = Scene::usual("passthrough");
    scene.told(|told| told["state"] == "kept");
    scene.compare(json!({"hear": "before"}));
    scene.told(|told| told["hear"] == "before" && told["state"] == "on");
    scene.hears(tone_rms() / 2.0);
    let newest = scene.control.child_pid();
    crate::support::kill(newest);
    let reason = scene.control.state("crashed");
    assert!(reason.ends_with("You hear build 1."), "{reason}");
    scene.control.state("live");
    scene.hears(tone_rms() / 2.0);
}

#[test]
fn parameters_reach_both_and_equal_builds_differ_by_nothing() {
    let mut scene = Scene::usual("gain");
    scene.told(|told| told["state"] == "kept");
    scene.compare(json!({"hear": "difference"}));
    scene.told(|told| told["difference"] == json!({"level_db": null, "null_db": null}));
    scene.hears(0.0);
    scene.page.call("setParameter", json!({"id": "gain_level", "value": -12.0412})).unwrap();
    scene.compare(json!({"hear": "before"}));
    scene.hears(tone_rms() / 4.0);
    scene.compare(json!({"hear": "difference"}));
    scene.told(|told| told["difference"]["null_db"].is_null() && told["difference"].is_object());
    scene.hears(0.0);
}

#[test]
fn an_old_build_that_crashes_is_said_and_the_newest_plays() {
    let mut scene = Scene::usual("passthrough");
    scene.told(|told| told["state"] == "kept");
    scene.compare(json!({"hear": "before"}));
    scene.hears(tone_rms() / 2.0);
    kill(scene.before);
    let told = scene.told(|told| told["trouble"].is_string());
    let trouble = told["trouble"].as_str().unwrap();
    assert!(trouble.starts_with("Build 1 can't be compared any more: "), "{trouble}");
    assert!(trouble.contains("You hear the newest build."), "{trouble}");
    assert_eq!((&told["hear"], &told["state"]), (&json!("after"), &json!("none")));
    scene.hears(tone_rms());
    let line = scene.control.notice("childLog", |log| log["line"] == trouble);
    assert_eq!(line["stream"], "message");
    let stats = scene.control.stats(|_| true);
    assert_eq!((&stats["state"], &stats["respawns"]), (&json!("live"), &json!(0)), "no crash of the project");
    // Nobody compares with what isn't there.
    let refused = scene.page.call("startAbx", json!({})).unwrap_err();
    assert!(refused["message"].as_str().unwrap().contains("setComparison"), "{refused}");
}

#[test]
fn it_ends_by_itself_and_not_while_it_is_heard() {
    let mut scene = Scene::new("passthrough", json!({"version": 1, "keep_before_s": 1}));
    let before = scene.before;
    eventually("nobody asked for it", || is_gone(before));
    scene.told(|told| told["state"] == "none");

    let next = scene.control.child_pid();
    let session = scene.session.clone();
    scene.control.call("reload", json!({"session": session, "executable": child("gain")})).unwrap();
    scene.control.call("setComparison", json!({"session": session, "hear": "before"})).unwrap();
    let told = scene.told(|told| told["hear"] == "before");
    assert!(told.get("ends_in_s").is_none(), "{told}");
    scene.hears(tone_rms());
    assert!(is_gone(next).is_none(), "it is heard");
    scene.control.call("setComparison", json!({"session": session, "hear": "after"})).unwrap();
    eventually("it ends", || is_gone(next));
    scene.hears(tone_rms() / 2.0);
}

#[test]
fn nothing_stays_where_the_settings_say_so() {
    let mut scene = Scene::new("passthrough", json!({"version": 1, "keep_before_s": 0}));
    let before = scene.before;
    eventually("it ends at once", || is_gone(before));
    scene.hears(tone_rms());
    assert_eq!(scene.page.call("getComparison", json!({})).unwrap()["state"], "none");
}

#[test]
fn a_newer_build_during_a_comparison_is_compared_with_the_chosen_one() {
    let mut scene = Scene::usual("passthrough");
    scene.told(|told| told["state"] == "kept");
    let second = scene.control.child_pid();
    scene.compare(json!({"hear": "before"}));
    scene.hears(tone_rms() / 2.0);
    let session = scene.session.clone();
    scene.control.call("reload", json!({"session": session, "executable": child("gain")})).unwrap();
    let told = scene.told(|told| told["after"] == 3);
    assert_eq!((&told["hear"], &told["before"]), (&json!("before"), &json!(1)));
    eventually("the second isn't kept", || is_gone(second));
    let line = scene.control.notice("childLog", |log| log["line"].to_string().contains("Build 3"));
    assert_eq!(line["line"], "Build 3 is ready, and you still hear build 1. Press x for the newest.");
    // Both halve.
    scene.compare(json!({"hear": "difference"}));
    scene.told(|told| told["difference"]["null_db"].is_null() && told["difference"].is_object());
    scene.hears(0.0);
    scene.compare(json!({"hear": "after"}));
    scene.hears(tone_rms() / 2.0);
    scene.control.call("detach", json!({"session": session})).unwrap();
    let before = scene.before;
    eventually("nothing is left", || is_gone(before));
}

#[test]
fn a_blind_test_is_won_by_who_hears_the_difference() {
    let mut scene = Scene::usual("passthrough");
    scene.told(|told| told["state"] == "kept");
    scene.page.call("startAbx", json!({})).unwrap();
    let told = scene.told(|told| told["abx"].is_object());
    assert_eq!(
        (&told["hear"], &told["abx"]),
        (&json!("blind"), &json!({"trials": 0, "right": 0, "hearing": "a"}))
    );
    scene.hears(tone_rms());
    scene.page.call("hearAbx", json!({"which": "b"})).unwrap();
    scene.hears(tone_rms() / 2.0);
    for trial in 1..=6 {
        scene.page.notices.clear();
        scene.page.call("hearAbx", json!({"which": "x"})).unwrap();
        scene.told(|told| told["abx"]["hearing"] == "x");
        // Whichever it is, once the fade is over the same level stays. Frames that differ in time were measured one after the other.
        let (mut last, mut same) = (Value::Null, (None, 0));
        let x = eventually("X is heard", || {
            let frame = scene.page.call("getMeterFrame", json!({})).unwrap()["frame"].clone();
            if frame["timestamp"] == last {
                return None;
            }
            last = frame["timestamp"].clone();
            let level = frame["rms_l"].as_f64()?;
            let heard = match (is_close(level, tone_rms()), is_close(level, tone_rms() / 2.0)) {
                (true, _) => Some("a"),
                (_, true) => Some("b"),
                _ => None,
            };
            same = if same.0 == heard { (heard, same.1 + 1) } else { (heard, 1) };
            heard.filter(|_| same.1 >= 8)
        });
        let answer = scene.page.call("answerAbx", json!({"which": x})).unwrap();
        assert_eq!(answer["trials"], trial);
        assert!(answer["last"]["x"].as_str().is_some_and(|x| x == "a" || x == "b"), "{answer}");
        assert_eq!(answer["hearing"], "a");
    }
    let shown = scene.page.call("getComparison", json!({})).unwrap()["abx"].clone();
    assert_eq!(shown["right"], 6, "{shown}");

    // Another build makes it worthless.
    scene.page.notices.clear();
    let session = scene.session.clone();
    scene.control.call("reload", json!({"session": session, "executable": child("gain")})).unwrap();
    let told = scene.told(|told| told.get("abx").is_none() && told["after"] == 3);
    assert!(told["trouble"].as_str().is_some_and(|words| words.contains("blind test ended")), "{told}");
    assert!(scene.page.call("answerAbx", json!({"which": "a"})).is_err());
    scene.hears(tone_rms() / 2.0);
}

#[test]
fn whatever_a_page_asks_for_one_older_child_lives_at_most() {
    let mut scene = Scene::usual("passthrough");
    scene.told(|told| told["state"] == "kept");
    let newest = scene.control.child_pid();
    for wrong in
        [json!({"with": 7, "hear": "before"}), json!({"with": 2}), json!({"hear": "X"}), json!({"with": 1.5})]
    {
        let refused = scene.page.call("setComparison", wrong.clone()).unwrap_err();
        assert_eq!(refused["code"], -32602, "{wrong}: {refused}");
    }
    for number in 0..1000 {
        let hear = ["before", "difference", "after"][number % 3];
        scene.page.call("setComparison", json!({"hear": hear, "matched": number % 2 == 0})).unwrap();
        if number % 50 == 0 {
            scene.page.call("startAbx", json!({})).unwrap();
            scene.page.call("hearAbx", json!({"which": "x"})).unwrap();
        }
    }
    scene.compare(json!({"hear": "before", "matched": false}));
    eventually("the last word counts", || {
        let now = scene.page.call("getComparison", json!({})).unwrap();
        (now["hear"] == "before" && now["matched"] == false).then_some(())
    });
    scene.hears(tone_rms() / 2.0);
    assert_eq!(scene.control.child_pid(), newest);
    assert!(is_gone(scene.before).is_none());
    let log = scene.companion.log();
    assert_eq!(log.matches("started process").count(), 2, "{log}");
}

#[test]
fn any_build_that_is_kept_is_heard_again_by_its_number() {
    let mut scene = Scene::usual("passthrough");
    scene.told(|told| told["state"] == "kept");
    let (first, second) = (scene.before, scene.control.child_pid());
    let session = scene.session.clone();
    for generation in [3, 4] {
        let program = copy(&scene.companion, "passthrough", generation);
        scene.control.call("reload", json!({"session": session, "executable": program})).unwrap();
    }
    let told = scene.told(|told| told["after"] == 4 && told["state"] == "kept");
    assert_eq!((&told["before"], &told["builds"]), (&json!(3), &json!([3, 2, 1])));
    eventually("only the last one is kept", || is_gone(first).and(is_gone(second)));

    let third = scene.companion.home.path().join(format!("builds/{}-x/3", std::process::id()));
    assert!(third.join("dev-audio").exists());
    scene.compare(json!({"hear": "before", "with": 1}));
    scene.told(|told| told["state"] == "on" && told["hear"] == "before" && told["before"] == 1);
    scene.hears(tone_rms() / 2.0);
    scene.compare(json!({"hear": "difference"}));
    scene.told(|told| told["difference"]["null_db"] == -6.0);

    // A newer one doesn't take its place, and the socket's word counts as a page's.
    scene.control.call("setComparison", json!({"session": session, "with": 2})).unwrap();
    scene.told(|told| told["before"] == 2 && told["state"] == "on" && told["hear"] == "difference");
    scene.hears(0.0);
    let refused = scene.control.call("setComparison", json!({"session": session, "with": 9})).unwrap_err();
    assert!(refused["message"].as_str().unwrap().contains("there is no build 9"), "{refused}");
    assert_eq!(scene.page.call("getComparison", json!({})).unwrap()["before"], 2, "as it was");

    // Whoever removed its program is told what that means.
    std::fs::remove_dir_all(third).unwrap();
    scene.compare(json!({"hear": "before", "with": 3}));
    let told = scene.told(|told| told["trouble"].is_string());
    assert!(told["trouble"].as_str().unwrap().starts_with("Build 3 can't be compared any more: "), "{told}");
    assert_eq!((&told["hear"], &told["state"]), (&json!("after"), &json!("none")));
    scene.hears(tone_rms());
}
