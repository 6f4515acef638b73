//! A fuzz target for what the dev WebSocket reads: mutated messages, and the rules that hold whatever comes.

use crate::{golden::Socket, messages::read_call};
use fastrand::Rng;
use std::{collections::BTreeMap, env};
use wavecraft_companion_protocol::{
    browser::{
        MAX_CLIENT_ID_BYTES, MAX_HZ, MeterUpdate, RegisterAudioParams, SetParameter, Subscribe, answer,
    },
    method::Method,
    rpc::{
        Call, INVALID_PARAMS, INVALID_REQUEST, Id, Incoming, METHOD_NOT_FOUND, PARSE_ERROR, Rejected, decode,
        decode_from_server,
    },
};

/// Messages for each seed.
const MESSAGES: usize = 20_000;

/// What is likely to matter to a reader of JSON-RPC.
const WORDS: [&str; 24] = [
    "null",
    "true",
    "-0",
    "1e39",
    "-1e999",
    "NaN",
    "18446744073709551616",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "\"id\":",
    "\"id\":{}",
    "\"method\":\"setSource\"",
    "\"params\":[]",
    "\"jsonrpc\":\"2.0\"",
    "\"source\":\"/etc/passwd\"",
    "ä€😀",
];

#[test]
fn whatever_comes_is_read_or_refused_by_the_rules() {
    // One seed, so that the test is the same each time; as many from there on as the variable says.
    let seeds = env::var("WAVECRAFT_FUZZ_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(1);
    let corpus: Vec<String> =
        Socket::Browser.names().iter().flat_map(|name| Socket::Browser.lines(name)).collect();
    let mut outcomes = BTreeMap::new();
    for seed in 0..seeds {
        let mut rng = Rng::with_seed(seed);
        for _ in 0..MESSAGES {
            let text = mutated(&corpus, &mut rng);
            check(&text, &mut outcomes);
        }
    }
    // The messages reach every way there is to end.
    let reached: Vec<i32> = outcomes.keys().copied().collect();
    assert_eq!(
        reached,
        [PARSE_ERROR, INVALID_PARAMS, METHOD_NOT_FOUND, INVALID_REQUEST, READ],
        "{outcomes:?}"
    );
    assert!(outcomes.values().all(|count| *count > 20), "{outcomes:?}");
}

#[test]
fn depth_and_length_are_no_trouble() {
    let mut outcomes = BTreeMap::new();
    for open in ["[", "{\"a\":", "[{\"params\":"] {
        check(&open.repeat(20_000), &mut outcomes);
    }
    for depth in [100, 127, 128, 129, 1_000] {
        let params = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        check(&format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{params}}}"#), &mut outcomes);
    }
    assert!(outcomes[&PARSE_ERROR] >= 5 && outcomes[&READ] >= 1, "{outcomes:?}");
}

/// The outcome of a message that is a request; all others are their error's code.
const READ: i32 = 0;

fn mutated(corpus: &[String], rng: &mut Rng) -> String {
    let mut text = rng.choice(corpus).expect("there are some").clone().into_bytes();
    for _ in 0..rng.usize(0..4) {
        let at = rng.usize(0..=text.len());
        let end = (at + rng.usize(0..16)).min(text.len());
        match rng.u8(0..6) {
            0 => drop(text.drain(at..end)),
            1 => text.truncate(at),
            2 => drop(text.splice(at..at, rng.choice(WORDS).expect("there are some").bytes())),
            3 => drop(text.splice(at..end, rng.choice(WORDS).expect("there are some").bytes())),
            4 if at < end => text[at] = rng.u8(..),
            _ => {
                let other = rng.choice(corpus).expect("there are some").as_bytes();
                let from = rng.usize(0..=other.len());
                text.truncate(at);
                text.extend(&other[from..]);
            }
        }
    }
    // A text frame is UTF-8 before it comes here.
    let text = String::from_utf8_lossy(&text).into_owned();
    match rng.u8(0..8) {
        0 => format!("[{text}]"),
        1 => format!("[{text},{}]", rng.choice(corpus).expect("there are some")),
        _ => text,
    }
}

fn check(text: &str, outcomes: &mut BTreeMap<i32, u32>) {
    let calls = match decode(text) {
        Incoming::Single(call) => vec![call],
        Incoming::Batch(calls) => {
            assert!(!calls.is_empty(), "{text}");
            calls
        }
    };
    for call in calls {
        *outcomes.entry(outcome(call, text)).or_default() += 1;
    }
    // A client's reader has no rules but to go on.
    let _ = decode_from_server(text);
}

fn outcome(call: Result<Call, Rejected>, text: &str) -> i32 {
    let (id, refused) = match call {
        Err(rejected) => {
            assert!([PARSE_ERROR, INVALID_REQUEST].contains(&rejected.error.code), "{text}");
            (rejected.id, rejected.error)
        }
        Ok(call) => match read_call(&call) {
            Ok(()) => {
                hold(&call);
                return READ;
            }
            Err(error) => {
                assert!([METHOD_NOT_FOUND, INVALID_PARAMS].contains(&error.code), "{text}");
                (call.id.unwrap_or(Id::Null), error)
            }
        },
    };
    let code = refused.code;
    let answered = answer(&id, &Err::<(), _>(refused));
    let read: serde_json::Value = serde_json::from_str(&answered).expect("an answer is JSON");
    assert_eq!(read["id"], serde_json::to_value(&id).expect("JSON"));
    // A wrong message isn't answered with a far longer one.
    assert!(answered.len() <= 2 * text.len() + 500, "{} for {text}", answered.len());
    code
}

/// What a request that was read may be relied on for.
fn hold(call: &Call) {
    match call.method.as_str() {
        Subscribe::NAME => {
            let wanted: Subscribe = Method::read(call).expect("it was read");
            assert!((1..=MAX_HZ).contains(&wanted.hz));
        }
        SetParameter::NAME => {
            let set: SetParameter = Method::read(call).expect("it was read");
            assert!(!set.value.is_nan());
        }
        RegisterAudioParams::NAME => {
            let program: RegisterAudioParams = Method::read(call).expect("it was read");
            assert!((1..=MAX_CLIENT_ID_BYTES).contains(&program.client_id.len()));
            assert!(program.sample_rate.is_finite() && program.sample_rate > 0.0 && program.buffer_size > 0);
        }
        MeterUpdate::NAME => {
            let meters: MeterUpdate = Method::read(call).expect("it was read");
            let levels = [meters.left_peak, meters.left_rms, meters.right_peak, meters.right_rms];
            assert!(levels.iter().all(|level| level.is_finite()));
        }
        _ => {}
    }
}
