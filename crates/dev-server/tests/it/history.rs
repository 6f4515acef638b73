//! Undo and redo, as pages see them.

use serde_json::{Value, json};

use crate::harness::{Client, Running};

async fn moves(page: &mut Client, gesture: u64, id: &str, value: f64) {
    let params = json!({"id": id, "value": value, "gesture": gesture});
    page.call("setParameter", params).await.expect("to be set");
}

fn changed(id: &str, value: f64) -> (String, Value) {
    ("parameterChanged".into(), json!({"id": id, "value": value}))
}

fn history(now: Value) -> (String, Value) {
    ("historyChanged".into(), now)
}

#[tokio::test]
async fn a_gesture_is_one_step_for_every_page() {
    let running = Running::new().await;
    let (mut one, mut other) = (running.page().await.with_history(), running.page().await.with_history());
    assert_eq!(one.call("getHistory", Value::Null).await, Ok(json!({"undo_steps": 0, "redo_steps": 0})));
    for value in [0.6, 0.7, 0.8] {
        moves(&mut one, 1, "amp_gain", value).await;
    }
    moves(&mut one, 2, "amp_shape", 2.0).await;
    for page in [&mut one, &mut other] {
        assert_eq!(page.hears().await, changed("amp_gain", 0.6));
        assert_eq!(page.hears().await, history(json!({"undo": "Gain", "undo_steps": 1, "redo_steps": 0})));
        assert_eq!(page.hears().await, changed("amp_gain", 0.7));
        assert_eq!(page.hears().await, changed("amp_gain", 0.8));
        assert_eq!(page.hears().await, changed("amp_shape", 2.0));
        assert_eq!(page.hears().await, history(json!({"undo": "Shape", "undo_steps": 2, "redo_steps": 0})));
    }

    // By the other page, and told before the answer.
    other.send(json!({"jsonrpc": "2.0", "id": 1, "method": "undo"}).to_string()).await;
    for page in [&mut other, &mut one] {
        assert_eq!(page.hears().await, changed("amp_shape", 0.0));
        let now = json!({"undo": "Gain", "redo": "Shape", "undo_steps": 1, "redo_steps": 1});
        assert_eq!(page.hears().await, history(now));
    }
    assert_eq!(other.receive().await["result"], json!({"step": "Shape"}));
    assert_eq!(one.call("undo", Value::Null).await, Ok(json!({"step": "Gain"})));
    assert_eq!(other.hears().await, changed("amp_gain", 0.5));
    assert_eq!(one.call("undo", json!({})).await, Ok(json!({})), "there is nothing left");
    assert_eq!(one.call("redo", Value::Null).await, Ok(json!({"step": "Gain"})));
    let now = json!({"undo": "Gain", "redo": "Shape", "undo_steps": 1, "redo_steps": 1});
    assert_eq!(other.call("getHistory", Value::Null).await, Ok(now));
    assert_eq!(other.call("getParameter", json!({"id": "amp_gain"})).await.unwrap()["value"], 0.8);
}

#[tokio::test]
async fn two_pages_that_move_at_once_have_a_step_each() {
    let running = Running::new().await;
    let (mut one, mut other) = (running.page().await, running.page().await);
    for value in [0.6, 0.7, 0.8] {
        moves(&mut one, 1, "amp_gain", value).await;
        moves(&mut other, 1, "amp_shape", if value == 0.7 { 1.0 } else { 2.0 }).await;
    }
    let now = one.call("getHistory", Value::Null).await;
    assert_eq!(now, Ok(json!({"undo": "Shape", "undo_steps": 2, "redo_steps": 0})));
    // Whoever is gone has left its steps, and its number is nobody's.
    drop(one);
    let mut again = running.page().await;
    moves(&mut again, 1, "amp_gain", 0.9).await;
    assert_eq!(again.call("undo", Value::Null).await, Ok(json!({"step": "Gain"})));
    assert_eq!(again.call("getParameter", json!({"id": "amp_gain"})).await.unwrap()["value"], 0.8);
}

#[tokio::test]
async fn a_page_that_knows_no_gestures_has_steps_too() {
    let running = Running::new().await;
    let mut page = running.page().await;
    for (id, value) in [("amp_gain", 0.6), ("amp_shape", 1.0), ("amp_bypass", 1.0), ("amp_bypass", 0.0)] {
        page.call("setParameter", json!({"id": id, "value": value})).await.expect("to be set");
    }
    let now = page.call("getHistory", Value::Null).await.expect("a history");
    assert_eq!(now, json!({"undo": "Bypass", "undo_steps": 4, "redo_steps": 0}));
    page.notify("undo", json!({})).await;
    assert_eq!(page.call("getParameter", json!({"id": "amp_bypass"})).await.unwrap()["value"], 1.0);
}

#[tokio::test]
async fn another_set_and_a_copy_are_steps() {
    let running = Running::new().await;
    let (mut one, mut other) = (running.page().await, running.page().await);
    one.call("hearSet", json!({"set": "B"})).await.expect("to be heard");
    moves(&mut one, 1, "amp_gain", 0.9).await;
    one.call("copySet", Value::Null).await.expect("a copy");
    let sets = |active: &str, differ: bool| json!({"active": active, "differ": differ});
    assert_eq!(other.call("getSets", Value::Null).await, Ok(sets("B", false)));
    for (step, then) in
        [("Copy B to A", sets("B", true)), ("Gain", sets("B", false)), ("Hear B", sets("A", false))]
    {
        assert_eq!(other.call("undo", Value::Null).await, Ok(json!({"step": step})));
        assert_eq!(one.call("getSets", Value::Null).await, Ok(then), "{step}");
    }
    for step in ["Hear B", "Gain", "Copy B to A"] {
        assert_eq!(other.call("redo", Value::Null).await, Ok(json!({"step": step})));
    }
    assert_eq!(one.call("getSets", Value::Null).await, Ok(sets("B", false)));
    assert_eq!(one.call("getParameter", json!({"id": "amp_gain"})).await.unwrap()["value"], 0.9);
}

#[tokio::test]
async fn a_flood_of_undos_is_cut_short_and_closes_nobody() {
    let running = Running::new().await;
    let (mut page, mut other) = (running.page().await, running.page().await);
    moves(&mut page, 1, "amp_gain", 0.9).await;
    let call = |at| json!({"jsonrpc": "2.0", "id": at, "method": if at % 2 == 0 { "undo" } else { "redo" }});
    let answers = page.answer_to(json!((0..900).map(call).collect::<Vec<_>>()).to_string()).await;
    let answers = answers.as_array().expect("answers");
    let refused: Vec<&Value> = answers.iter().filter_map(|answer| answer.get("error")).collect();
    assert!(refused.len() > 100, "{}", refused.len());
    assert!(refused.iter().all(|error| error["code"] == -32603
        && error["message"].as_str().is_some_and(|message| message.contains("ask again"))));
    let steps = other.call("getHistory", Value::Null).await.expect("it is still there");
    let value = other.call("getParameter", json!({"id": "amp_gain"})).await.expect("a value");
    assert_eq!(value["value"], if steps["undo_steps"] == 1 { json!(0.9) } else { json!(0.5) });
}

#[tokio::test]
async fn a_flood_of_gestures_leaves_a_hundred_steps() {
    let running = Running::new().await;
    let mut page = running.page().await;
    let call = |at: u64| {
        let params =
            json!({"id": "amp_gain", "value": if at.is_multiple_of(2) { 0.6 } else { 0.7 }, "gesture": at});
        json!({"jsonrpc": "2.0", "id": at, "method": "setParameter", "params": params})
    };
    page.answer_to(json!((0..500).map(call).collect::<Vec<_>>()).to_string()).await;
    let now = page.call("getHistory", Value::Null).await.expect("a history");
    assert_eq!(now, json!({"undo": "Gain", "undo_steps": 100, "redo_steps": 0}));
}
