//! Ports: what may be one, and a free one for the page's server.

use anyhow::bail;
use wavecraft_companion_server::is_port_free;

/// How many ports are tried, starting with the first.
const TRIED: u16 = 100;

/// What is said of anything else.
pub(crate) const NO_PORT: &str = "must be a port, 1 to 65535";

/// Reads a port from the command line.
///
/// # Errors
/// If it is none.
pub(crate) fn parse(text: &str) -> Result<u16, &'static str> {
    text.parse().ok().filter(|port| *port > 0).ok_or(NO_PORT)
}

/// The first free port from `first` up; only `first` itself if `strict`. A port is free if nobody uses it at any
/// address by which a browser may reach `localhost`.
///
/// # Errors
/// If none is free: the text names the ports and the flag.
pub(crate) async fn free_port(first: u16, strict: bool) -> anyhow::Result<u16> {
    let last = if strict { first } else { first.saturating_add(TRIED - 1) };
    for port in first..=last {
        if is_port_free(port).await {
            return Ok(port);
        }
    }
    if strict {
        bail!("port {first} is taken: end what listens there, or choose another with --ui-port")
    }
    bail!("every port from {first} to {last} is taken: choose another with --ui-port")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn what_is_no_port_is_told_the_range() {
        assert_eq!(["1", "65535"].map(parse), [Ok(1), Ok(65535)]);
        assert_eq!(["0", "65536", "-1", "http"].map(parse), [Err(NO_PORT); 4]);
    }

    #[tokio::test]
    async fn a_taken_port_is_stepped_over_or_refused() {
        // At the loopback address, and at all addresses.
        for address in ["127.0.0.1:0", "[::1]:0", "0.0.0.0:0", "[::]:0"] {
            let taken = TcpListener::bind(address).unwrap();
            let port = taken.local_addr().unwrap().port();
            assert!(free_port(port, false).await.map_or(true, |other| other > port), "{address}");
            let refused = free_port(port, true).await.unwrap_err().to_string();
            assert!(refused.contains(&port.to_string()) && refused.contains("--ui-port"), "{refused}");
        }
    }
}
