//! A program with audio of its own beside a project: its meters are shown in the project's page, and the page's knobs
//! reach it. `WAVECRAFT_WS_URL` and `WAVECRAFT_AUDIO_TOKEN` are what `wavecraft status --json` prints of the project.

use serde_json::{Value, json};
use std::{env, error::Error, net::TcpStream, time::Duration};
use tungstenite::{Message, client::IntoClientRequest, client::client};

fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("WAVECRAFT_WS_URL")?;
    let token = env::var("WAVECRAFT_AUDIO_TOKEN")?;
    let address = url.trim_start_matches("ws://").split('/').next().unwrap_or_default().to_owned();
    let mut request = url.into_client_request()?;
    // The address holds the page's token; this one, beside it, makes it a program with audio.
    let offer = format!("wavecraft.v1, wct.{token}").parse()?;
    request.headers_mut().insert("sec-websocket-protocol", offer);
    let (mut socket, _) = client(request, TcpStream::connect(address)?)?;

    let program = json!({"client_id": "my-synth", "sample_rate": 48000.0, "buffer_size": 256});
    let register = json!({"jsonrpc": "2.0", "id": 1, "method": "registerAudio", "params": program});
    socket.send(Message::text(register.to_string()))?;
    // A pause in what comes is the time for the next meters: some 30 a second.
    socket.get_ref().set_read_timeout(Some(Duration::from_millis(33)))?;
    let mut sent = 0;
    loop {
        match socket.read() {
            Ok(Message::Text(text)) => {
                let message: Value = serde_json::from_str(&text)?;
                match message["method"].as_str() {
                    Some("parameterChanged") => println!("{}", message["params"]),
                    // The answer: registered, or why not.
                    None => println!("{message}"),
                    Some(_) => {}
                }
            }
            Ok(Message::Close(reason)) => {
                println!("{reason:?}");
                return Ok(());
            }
            Ok(_) => {}
            Err(tungstenite::Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
        sent += 1;
        let meters = json!({"timestamp_us": sent * 33_000, "left_peak": 0.5, "left_rms": 0.25, "right_peak": 0.5,
            "right_rms": 0.25});
        let update = json!({"jsonrpc": "2.0", "method": "meterUpdate", "params": meters});
        socket.send(Message::text(update.to_string()))?;
    }
}
