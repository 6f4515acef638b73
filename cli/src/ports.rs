//! A free port for the page's server.

use anyhow::bail;
use std::{
    io::ErrorKind,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
};

/// So many ports are tried from the first on.
const TRIED: u16 = 100;

/// The first free port from `first` on; only `first` itself where `strict`.
///
/// # Errors
/// If none is free: the text names the ports and the flag.
pub(crate) fn free_port(first: u16, strict: bool) -> anyhow::Result<u16> {
    let last = if strict { first } else { first.saturating_add(TRIED - 1) };
    match (first..=last).find(|port| is_free(*port)) {
        Some(port) => Ok(port),
        None if strict => {
            bail!("port {first} is taken: end what listens there, or choose another with --ui-port")
        }
        None => bail!("every port from {first} to {last} is taken: choose another with --ui-port"),
    }
}

/// Free for both families: a browser that resolves `localhost` must not find another server on the same number.
pub(crate) fn is_free(port: u16) -> bool {
    let bind = |address: SocketAddr| TcpListener::bind(address).map(drop);
    bind((Ipv4Addr::LOCALHOST, port).into()).is_ok()
        // A machine without IPv6 can't bind there either, and has nothing there that could be found.
        && bind((Ipv6Addr::LOCALHOST, port).into()).map_err(|error| error.kind())
            != Err(ErrorKind::AddrInUse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_stepped_over_or_refused() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(free_port(port, false).map_or(true, |other| other > port));
        let refused = free_port(port, true).unwrap_err().to_string();
        assert!(refused.contains(&port.to_string()) && refused.contains("--ui-port"), "{refused}");
    }
}
