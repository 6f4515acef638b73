//! The two ports that a start tries first.

use super::check::{attention, fine};
use wavecraft_companion_protocol::{control::Status, doctor::Check};
use wavecraft_companion_server::is_port_free;

/// The ports that a start tries first.
const WEBSOCKET: u16 = 9000;
const PAGE: u16 = 5173;

pub(super) async fn checks(status: Option<&Status>) -> Vec<Check> {
    let ours = status.and_then(|status| status.sessions.iter().find(|session| session.port == WEBSOCKET));
    let websocket = match ours {
        Some(session) => fine("port 9000", format!("in use by {}, which runs", session.session)),
        None => port(WEBSOCKET, "--port").await,
    };
    vec![websocket, port(PAGE, "--ui-port").await]
}

async fn port(port: u16, flag: &str) -> Check {
    let name = format!("port {port}");
    if is_port_free(port).await {
        return fine(&name, "free");
    }
    attention(
        &name,
        "taken: a start uses the next free one, unless --strict-port",
        format!("lsof -nP -iTCP:{port} -sTCP:LISTEN shows who; {flag} chooses another"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use wavecraft_companion_protocol::doctor::Verdict;

    #[tokio::test]
    async fn a_taken_port_is_worth_knowing() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let number = taken.local_addr().unwrap().port();
        let check = port(number, "--port").await;
        assert_eq!(check.verdict, Verdict::Attention);
        assert!(check.mend.unwrap().contains(&format!("-iTCP:{number} ")));
    }
}
