//! What processors show by `probe!`, from a real child to pages and commands.

use crate::{page::Page, support::Companion};
use serde_json::{Value, json};

/// The probe of this name and processor.
fn probe<'a>(probes: &'a Value, name: &str, processor: &str) -> Option<&'a Value> {
    let fits = |probe: &&Value| probe["name"] == name && probe["processor"] == processor;
    probes.as_array()?.iter().find(fits)
}

fn peak(probes: &Value, processor: &str) -> Option<f64> {
    let probe = probe(probes, "level", processor)?;
    let of = |member: &str| probe[member].as_f64();
    let (least, last, greatest) = (of("least")?, of("last")?, of("greatest")?);
    assert!(least <= last && last <= greatest, "{probe}");
    Some(greatest)
}

/// Each processor halves what it is given, and both use one name.
#[test]
fn every_surface_shows_them_by_processor() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("probing", json!({}));
    let mut page = Page::open(&attached);
    page.call("subscribe", json!({"topics": ["meters"], "hz": 4})).unwrap();
    let halved = |probes: &Value| {
        let (Some(first), Some(second)) = (peak(probes, "halve"), peak(probes, "halve_2")) else {
            return false;
        };
        first > 0.2 && (first / second - 2.0).abs() < 1e-3
    };
    let meters = page.notice("meterUpdate", |meters| halved(&meters["probes"]));
    assert_eq!(meters["probes"].as_array().unwrap().len(), 2, "in the chain's order: {meters}");
    assert_eq!(meters["probes"][0]["processor"], "halve");
    let stats = control.stats(|stats| halved(&stats["probes"]));
    assert!(stats["probes"][0].get("not_finite").is_none());
    assert!(halved(&page.call("getStats", json!({})).unwrap()["probes"]));
    let status = control.call("status", json!({})).unwrap();
    assert!(halved(&status["sessions"][0]["stats"]["probes"]), "{status}");

    // Not a number: counted, and no value is left over from before.
    page.call("setParameter", json!({"id": "halve_shows", "value": 2.0})).unwrap();
    page.call("setParameter", json!({"id": "halve_2_shows", "value": 1.0})).unwrap();
    let nan = |probes: &Value| {
        let (Some(first), Some(second)) =
            (probe(probes, "level", "halve"), probe(probes, "level", "halve_2"))
        else {
            return false;
        };
        first["not_finite"].as_u64() > Some(0) && first.get("last").is_none() && second.get("last").is_none()
    };
    page.notice("meterUpdate", |meters| nan(&meters["probes"]));
    control.stats(|stats| nan(&stats["probes"]));
}

#[test]
fn of_too_many_the_first_are_shown_and_the_terminal_says_so_once() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("probing", json!({}));
    let mut page = Page::open(&attached);
    page.call("setParameter", json!({"id": "halve_shows", "value": 3.0})).unwrap();
    let line = control.notice("childLog", |log| log["line"].as_str().unwrap().contains("probe"));
    assert!(line["line"].as_str().unwrap().starts_with("Some probes aren't shown: a build has 32"), "{line}");
    control.stats(|stats| stats["probes"].as_array().is_some_and(|probes| probes.len() == 32));
    for _ in 0..2 {
        control.stats(|_| true);
    }
    let again = |line: &Value| line["method"] == "childLog" && line.to_string().contains("Some probes");
    assert!(!control.notices.iter().any(again), "once");

    // Another build has its own set.
    let other = crate::support::child("gain");
    control.call("reload", json!({"session": attached["session"], "executable": other})).unwrap();
    control.stats(|stats| stats.get("probes").is_none());
}
