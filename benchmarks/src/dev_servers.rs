//! Two dev servers over the same parameters, each in a process of its own: ours, and the published one.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use wavecraft_companion_protocol::browser::GetAllParametersResult;
use wavecraft_companion_protocol::parameter::Parameter;
use wavecraft_companion_protocol::token::Token;
use wavecraft_companion_server::{Config, Host, Limits, SetParameterError, serve};

/// The one that is set and got. There are some beside it.
pub(crate) const PARAMETER: &str = "bench_4";

/// A server's process. It ends with this.
pub(crate) struct DevServer {
    process: Child,
    url: String,
}

impl DevServer {
    pub(crate) fn ours() -> Self {
        let own = std::env::current_exe().expect("this program");
        Self::start(Command::new(own).args(["dev-server", &parameters().to_string()]))
    }

    /// Built beside this program.
    pub(crate) fn published() -> Self {
        let own = std::env::current_exe().expect("this program");
        // It can't choose a port itself.
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.expect("a port on loopback").port().to_string();
        let program = own.with_file_name("published-server");
        Self::start(Command::new(program).args([&port, &parameters().to_string()]))
    }

    fn start(command: &mut Command) -> Self {
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = started.expect("the server was built before: scripts/bench does");
        let mut url = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut url).expect("the server starts");
        Self { process, url: url.trim_end().to_owned() }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for DevServer {
    fn drop(&mut self) {
        // Fails only where it has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Eight knobs from 0 to 1.
fn parameters() -> Value {
    let knob = |number: usize| {
        json!({"id": format!("bench_{number}"), "name": format!("Knob {number}"), "type": "float", "value": 0.5,
            "default": 0.5, "min": 0.0, "max": 1.0})
    };
    (0..8).map(knob).collect()
}

/// The role of our server: as many threads as the companion has.
pub(crate) fn play(parameters: &str) {
    let parameters: Vec<Parameter> = serde_json::from_str(parameters).expect("parameters as they are listed");
    let token = || Token::try_from("a".repeat(43)).expect("43 characters");
    let config = Config {
        port: 0,
        strict_port: false,
        token: token(),
        audio_token: token(),
        origins: Vec::new(),
        limits: Limits::default(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("threads");
    let host = Arc::new(Knobs(Mutex::new(parameters)));
    let server = runtime.block_on(serve(config, host)).expect("a free port");
    println!("{}", server.ws_url());
    // Nothing comes: this waits for the end.
    let _ = std::io::stdin().read(&mut [0]);
}

/// A project that has parameters alone.
struct Knobs(Mutex<Vec<Parameter>>);

impl Host for Knobs {
    fn parameters(&self) -> GetAllParametersResult {
        let parameters = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        GetAllParametersResult { parameters, processors: Vec::new() }
    }

    fn parameter(&self, id: &str) -> Option<f32> {
        let parameters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parameters.iter().find(|one| one.spec.id == id).map(|one| one.value)
    }

    fn set_parameter(&self, id: &str, value: f32) -> Result<f32, SetParameterError> {
        let mut parameters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let one = parameters.iter_mut().find(|one| one.spec.id == id);
        let one = one.ok_or_else(|| SetParameterError::UnknownParameter(id.to_owned()))?;
        one.value = one.spec.accept(value)?;
        Ok(one.value)
    }
}
