//! The dev WebSocket, as a page sees the companion through it.

use crate::support::{AUDIO_TOKEN, Companion, LIMIT, eventually, is_close, tone_rms};
use serde_json::{Value, json};
use std::{net::TcpStream, time::Instant};
use tungstenite::{Message, WebSocket, client::client};

/// A page's connection.
pub(crate) struct Page {
    socket: WebSocket<TcpStream>,
    number: u64,
    pub notices: Vec<Value>,
}

impl Page {
    /// Opens the address from an attach's answer.
    pub(crate) fn open(attached: &Value) -> Self {
        let url = attached["ws_url"].as_str().unwrap();
        let address = url.trim_start_matches("ws://").split('/').next().unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        let (socket, _) = client(url, stream).unwrap();
        Self { socket, number: 0, notices: Vec::new() }
    }

    pub(crate) fn call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.number += 1;
        let number = self.number;
        let call = json!({"jsonrpc": "2.0", "id": number, "method": method, "params": params});
        self.socket.send(Message::text(call.to_string())).unwrap();
        loop {
            let message = self.message();
            if message["id"] == number {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].clone()),
                };
            }
            self.notices.push(message);
        }
    }

    /// Sends a request that gets no answer.
    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        let call = json!({"jsonrpc": "2.0", "method": method, "params": params});
        self.socket.send(Message::text(call.to_string())).unwrap();
    }

    fn message(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.socket.read().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// Waits for a notification and returns its parameters.
    pub(crate) fn notice(&mut self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + LIMIT;
        loop {
            let wanted = |line: &Value| line["method"] == method && fits(&line["params"]);
            if let Some(at) = self.notices.iter().position(wanted) {
                return self.notices.remove(at)["params"].take();
            }
            assert!(Instant::now() < deadline, "no such {method}");
            let message = self.message();
            self.notices.push(message);
        }
    }
}

#[test]
fn a_page_hears_what_is_played_and_turns_its_knobs() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let mut page = Page::open(&attached);
    let parameters = page.call("getAllParameters", json!({})).unwrap()["parameters"].clone();
    assert_eq!(parameters[0]["id"], "gain_level");
    assert_eq!(parameters[0]["unit"], "dB");

    page.call("subscribe", json!({"topics": ["meters", "scope", "state"], "hz": 60})).unwrap();
    page.notice("meterUpdate", |meter| is_close(meter["left_rms"].as_f64().unwrap(), tone_rms()));

    page.call("setParameter", json!({"id": "gain_level", "value": -6.0206})).unwrap();
    let changed = page.notice("parameterChanged", |_| true);
    assert_eq!(changed["id"], "gain_level");
    page.notice("meterUpdate", |meter| is_close(meter["left_rms"].as_f64().unwrap(), tone_rms() / 2.0));
    eventually("the meter frame says the same", || {
        let frame = page.call("getMeterFrame", json!({})).unwrap()["frame"].clone();
        is_close(frame["rms_l"].as_f64()?, tone_rms() / 2.0).then_some(())
    });

    let scope = page.notice("scopeUpdate", |scope| scope["no_signal"] == false);
    assert_eq!(scope["points_l"].as_array().unwrap().len(), 1024);
    let status = page.call("getAudioStatus", json!({})).unwrap();
    assert_eq!(status["status"]["phase"], "runningFullDuplex");
    let stats = page.call("getStats", json!({})).unwrap();
    assert_eq!(stats["source"], "tone");
    assert_eq!(page.call("setParameter", json!({"id": "nosuch", "value": 0})).unwrap_err()["code"], -32000);
    assert_eq!(
        page.call("setParameter", json!({"id": "gain_level", "value": 99})).unwrap_err()["code"],
        -32001
    );
}

#[test]
fn a_page_can_not_reach_the_microphone_or_a_file() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let mut page = Page::open(&attached);
    assert!(page.call("setSource", json!({"source": "microphone"})).is_err());
    assert!(page.call("setSource", json!({"source": "file"})).is_err());
    page.call("setSource", json!({"source": "noise"})).unwrap();
    page.call("setMute", json!({"on": true})).unwrap();
    control.stats(|stats| stats["source"] == "noise" && stats["muted"] == true);
}

#[test]
fn crashes_and_builds_reach_the_page() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let mut page = Page::open(&attached);
    page.call("subscribe", json!({"topics": ["state"]})).unwrap();
    crate::support::kill(control.child_pid());
    let crashed = page.notice("sessionState", |change| change["state"] == "crashed");
    assert!(crashed["reason"].as_str().unwrap().contains("SIGKILL"));
    page.notice("audioStatusChanged", |status| status["phase"] == "failed");
    page.notice("audioStatusChanged", |status| status["phase"] == "runningFullDuplex");
    let session = &attached["session"];
    let failed = json!({"session": session, "status": "failed", "errors": "error: expected `;`"});
    control.call("buildStatus", failed).unwrap();
    let build = page.notice("buildStatus", |_| true);
    assert_eq!(build["errors"], "error: expected `;`");
}

#[test]
fn a_program_with_its_own_audio_registers_with_its_own_token() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let registration = json!({"client_id": "mine", "sample_rate": 48000.0, "buffer_size": 128});
    let mut page = Page::open(&attached);
    assert!(page.call("registerAudio", registration.clone()).is_err(), "not with a page's token");
    let url = attached["ws_url"].as_str().unwrap();
    let theirs = format!("{}/p/{AUDIO_TOKEN}", url.rsplit_once("/p/").unwrap().0);
    let mut program = Page::open(&json!({"ws_url": theirs}));
    assert_eq!(program.call("registerAudio", registration).unwrap()["status"], "registered");
    page.call("setParameter", json!({"id": "gain_level", "value": -3.0})).unwrap();
    let forwarded = program.notice("parameterChanged", |_| true);
    assert_eq!(forwarded["value"], -3.0);
    eventually("the log names it", || companion.log().contains("mine").then_some(()));
    assert!(!companion.log().contains(AUDIO_TOKEN), "a token in the log");
}
