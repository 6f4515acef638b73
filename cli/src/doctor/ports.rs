//! The two ports that a start tries first.

use super::{attention, fine};
use crate::ports::is_free;
use wavecraft_companion_protocol::{control::Status, doctor::Check};

/// Where a start begins to look.
const WEBSOCKET: u16 = 9000;
const PAGE: u16 = 5173;

pub(super) fn checks(status: Option<&Status>) -> Vec<Check> {
    let ours = status.and_then(|status| status.sessions.iter().find(|session| session.port == WEBSOCKET));
    let websocket = match ours {
        Some(session) => fine("port 9000", format!("in use by {}, which runs", session.session)),
        None => port(WEBSOCKET, "--port"),
    };
    vec![websocket, port(PAGE, "--ui-port")]
}

fn port(port: u16, flag: &str) -> Check {
    let name = format!("port {port}");
    if is_free(port) {
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

    #[test]
    fn a_taken_port_is_worth_knowing() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let number = taken.local_addr().unwrap().port();
        let check = port(number, "--port");
        assert_eq!(check.verdict, Verdict::Attention);
        assert!(check.mend.unwrap().contains(&format!("-iTCP:{number} ")));
    }
}
