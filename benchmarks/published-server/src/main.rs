//! The published `wavecraft-dev-server`: its WebSocket over its own host, without audio.
//!
//! `published-server PORT PARAMETERS`, the second a JSON array as `getAllParameters` has it. It prints a line once it
//! listens, and ends with its standard input.

use std::sync::Arc;
use tokio::io::{AsyncReadExt, stdin};
use wavecraft_bridge::IpcHandler;
use wavecraft_dev_server::{DevServerHost, WsServer};
use wavecraft_protocol::ParameterInfo;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().and_then(|port| port.parse().ok()).expect("a port");
    let parameters = arguments.next().expect("parameters");
    let parameters: Vec<ParameterInfo> =
        serde_json::from_str(&parameters).expect("parameters as they are listed");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("threads").block_on(async {
        let host = Arc::new(DevServerHost::new(parameters));
        let server = WsServer::new(port, Arc::new(IpcHandler::new(host)));
        server.start().await.expect("the port is free");
        println!("ws://127.0.0.1:{port}");
        // Nothing comes: this waits for the end.
        let _ = stdin().read_u8().await;
    });
}
