//! Clients that don't read.

use std::time::Duration;

use serde_json::{Value, json};
use wavecraft_companion_server::Limits;

use crate::harness::{Client, Running, meters};

#[tokio::test]
async fn meters_lose_their_oldest_and_the_client_stays() {
    let running = Running::with(Limits { queued_frames: 4, ..Limits::default() }).await;
    let mut slow = Client::open_narrow(running.port()).await;
    let mut audio = running.registered("synth").await;
    let sent: u64 = 20_000;
    for number in 1..=sent {
        audio.notify("meterUpdate", meters(number)).await;
    }
    audio.heard_nothing().await;

    let mut heard = Vec::new();
    while heard.last() != Some(&sent) {
        let (method, params) = slow.hears().await;
        assert_eq!(method, "meterUpdate");
        heard.push(params["timestamp_us"].as_u64().expect("a number"));
    }
    assert!(heard.is_sorted_by(|one, next| one < next));
    assert!(heard.len() < 20_000, "the kernel held all of it: this test shows nothing");
    assert_eq!(heard[heard.len() - 4..], [sent - 3, sent - 2, sent - 1, sent]);
    slow.heard_nothing().await;
}

#[tokio::test]
async fn who_does_not_read_parameter_changes_is_closed_with_a_reason_and_no_gap() {
    // Also limits how long it may take to read up to the reason: as long as a busy machine needs for everything below.
    let limits =
        Limits { queued_bytes: 64 * 1024, ping_every: Duration::from_secs(600), ..Limits::default() };
    let running = Running::with(limits).await;
    let mut slow = Client::open_narrow(running.port()).await;
    let mut page = running.page().await;
    let steps: u16 = 20_000;
    let value = |step: u16| f32::from(step) / f32::from(steps);
    for some in (0..steps).step_by(100) {
        for step in some..some + 100 {
            page.notify("setParameter", json!({"id": "amp_gain", "value": value(step)})).await;
        }
        for _ in 0..100 {
            assert_eq!(page.hears().await.0, "parameterChanged");
        }
    }
    let (texts, reason) = slow.read_to_the_end().await;
    let reason = reason.expect("a reason");
    assert_eq!(u16::from(reason.code), 1008);
    assert!(reason.reason.starts_with("too slow"), "{}", reason.reason);
    assert!(!texts.is_empty() && texts.len() < usize::from(steps));
    for (step, text) in (0..).zip(texts) {
        let told: f32 = serde_json::from_value(text["params"]["value"].clone()).expect("a value");
        assert_eq!(told, value(step));
    }
    page.heard_nothing().await;
}

#[tokio::test]
async fn who_reads_loses_nothing() {
    let running = Running::new().await;
    let mut readers = [running.page().await, running.page().await, running.page().await];
    let mut page = running.page().await;
    for step in 0..500_u16 {
        let value = f32::from(step) / 500.0;
        page.notify("setParameter", json!({"id": "amp_gain", "value": value})).await;
    }
    for reader in &mut readers {
        for step in 0..500_u16 {
            let (method, params) = reader.hears().await;
            assert_eq!(method, "parameterChanged");
            let told: f32 = serde_json::from_value(params["value"].clone()).expect("a value");
            assert_eq!(told, f32::from(step) / 500.0);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_hear_of_changes_in_the_order_in_which_they_were_made() {
    let running = Running::new().await;
    let mut readers = [running.page().await, running.page().await];
    let steps: u16 = 2000;
    let mut writers = Vec::new();
    for start in 0..4 {
        let mut page = running.page().await;
        writers.push(tokio::spawn(async move {
            for step in (start..steps).step_by(4) {
                let value = f32::from(step) / f32::from(steps);
                page.call("setParameter", json!({"id": "amp_gain", "value": value}))
                    .await
                    .expect("to be set");
            }
        }));
    }
    for writer in writers {
        writer.await.expect("a writer");
    }
    let made = running.project.taken.lock().unwrap().clone();
    for reader in &mut readers {
        for value in &made {
            let told: f32 = serde_json::from_value(reader.hears().await.1["value"].clone()).expect("a value");
            assert_eq!(told, *value);
        }
    }
}

#[tokio::test]
async fn who_sends_without_reading_is_answered_when_it_reads() {
    let running = Running::new().await;
    let mut page = running.page().await;
    let mut busy = Client::open_narrow(running.port()).await;
    let sent = 500;
    for id in 0..sent {
        // 25 KB each: far more than the kernel holds.
        busy.send(json!({"jsonrpc": "2.0", "id": id, "method": "getOscilloscopeFrame"}).to_string()).await;
    }
    page.heard_nothing().await;
    for id in 0..sent {
        assert_eq!(busy.receive().await["id"], id);
    }
    assert_eq!(busy.call("ping", Value::Null).await, Ok(json!({"pong": true})));
}
