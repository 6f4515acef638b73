//! The sets A and B, and the processor's restart, as pages see them.

use serde_json::{Value, json};
use wavecraft_companion_protocol::sets::{ParameterSets, SetName};

use crate::{
    harness::{Client, Running},
    project::Asked,
};

async fn set(page: &mut Client, id: &str, value: f64) {
    page.call("setParameter", json!({"id": id, "value": value})).await.expect("to be set");
}

fn changed(id: &str, value: f64) -> (String, Value) {
    ("parameterChanged".into(), json!({"id": id, "value": value}))
}

fn sets(active: &str, differ: bool) -> (String, Value) {
    ("setsChanged".into(), json!({"active": active, "differ": differ}))
}

#[tokio::test]
async fn two_pages_hear_the_same_set() {
    let mut running = Running::new().await;
    let (mut one, mut other) = (running.page().await, running.page().await);
    assert_eq!(one.call("getSets", Value::Null).await, Ok(json!({"active": "A", "differ": false})));
    one.call("hearSet", json!({"set": "A"})).await.expect("what is heard already");
    one.call("copySet", Value::Null).await.expect("a copy");
    assert!(matches!(running.asked().await, Asked::Sets(sets) if sets.other["amp_gain"] == 0.5));
    for page in [&mut one, &mut other] {
        page.heard_nothing().await;
    }

    // B differs in two values, told once.
    set(&mut one, "amp_shape", 2.0).await;
    set(&mut other, "amp_gain", 0.8).await;
    for page in [&mut one, &mut other] {
        assert_eq!(page.hears().await, changed("amp_shape", 2.0));
        assert_eq!(page.hears().await, sets("A", true));
        assert_eq!(page.hears().await, changed("amp_gain", 0.8));
    }
    // In the chain's order, and before the answer.
    other
        .send(json!({"jsonrpc": "2.0", "id": 1, "method": "hearSet", "params": {"set": "B"}}).to_string())
        .await;
    for page in [&mut other, &mut one] {
        assert_eq!(page.hears().await, changed("amp_gain", 0.5));
        assert_eq!(page.hears().await, changed("amp_shape", 0.0));
        assert_eq!(page.hears().await, sets("B", true));
    }
    assert_eq!(other.receive().await["result"], json!({}));
    let Asked::Sets(ParameterSets { active, other: kept }) = running.asked().await else { panic!("sets") };
    assert_eq!((active, kept["amp_gain"], kept["amp_shape"]), (SetName::B, 0.8, 2.0));
    assert_eq!(one.call("getSets", Value::Null).await, Ok(json!({"active": "B", "differ": true})));

    one.call("copySet", Value::Null).await.expect("a copy");
    for page in [&mut one, &mut other] {
        assert_eq!(page.hears().await, sets("B", false));
        page.heard_nothing().await;
    }
    one.call("hearSet", json!({"set": "A"})).await.expect("to be heard");
    assert_eq!(other.hears().await, sets("A", false), "and no parameter changes");
}

#[tokio::test]
async fn what_names_no_set_changes_nothing() {
    let mut running = Running::new().await;
    let mut page = running.page().await;
    for params in [json!({}), json!({"set": "C"}), json!({"set": 0}), json!({"set": null}), json!(["A", 1])] {
        assert_eq!(page.call("hearSet", params.clone()).await, Err(-32602), "{params}");
    }
    page.heard_nothing().await;
    assert_eq!(running.asked_before(), []);
}

#[tokio::test]
async fn a_flood_of_switches_is_cut_short_and_closes_nobody() {
    let running = Running::new().await;
    let (mut page, mut other) = (running.page().await, running.page().await);
    page.call("hearSet", json!({"set": "B"})).await.expect("to be heard");
    set(&mut page, "amp_gain", 0.9).await;
    let call = |at| json!({"jsonrpc": "2.0", "id": at, "method": "hearSet", "params": {"set": if at % 2 == 0 { "A" } else { "B" }}});
    let batch: Vec<Value> = (0..900).map(call).collect();
    let answers = page.answer_to(json!(batch).to_string()).await;
    let answers = answers.as_array().expect("answers");
    assert_eq!(answers.len(), 900);
    let refused: Vec<&Value> = answers.iter().filter_map(|answer| answer.get("error")).collect();
    assert!(refused.len() > 100, "{}", refused.len());
    assert!(refused.iter().all(|error| error["code"] == -32603
        && error["message"].as_str().is_some_and(|message| message.contains("ask again"))));

    // The other page was told everything that happened, and agrees.
    other.call("ping", Value::Null).await.expect("it is still there");
    let now = other.call("getParameter", json!({"id": "amp_gain"})).await.expect("a value")["value"].clone();
    let active = other.call("getSets", Value::Null).await.expect("sets")["active"].clone();
    assert_eq!(now, if active == "B" { json!(0.9) } else { json!(0.5) });
}

#[tokio::test]
async fn a_change_that_comes_from_elsewhere_counts_too() {
    let running = Running::new().await;
    let mut page = running.page().await;
    page.call("copySet", Value::Null).await.expect("a copy");
    running.server.parameter_changed("amp_gain", 0.1);
    assert_eq!(page.hears().await, changed("amp_gain", 0.1));
    assert_eq!(page.hears().await, sets("A", true));
    // The project's own value, which that was not.
    running.server.parameters_changed();
    assert_eq!(page.hears().await, ("parametersChanged".into(), json!({})));
    assert_eq!(page.hears().await, sets("A", false));
}

#[tokio::test]
async fn a_page_starts_the_processor_anew() {
    let mut running = Running::new().await;
    let mut page = running.page().await;
    assert_eq!(page.call("restart", Value::Null).await, Ok(json!({})));
    assert_eq!(running.asked().await, Asked::Restart);
    page.notify("restart", json!({})).await;
    assert_eq!(running.asked().await, Asked::Restart);
}
