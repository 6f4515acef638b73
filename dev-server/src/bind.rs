//! The port, on both loopback addresses.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};
use tokio::net::{TcpListener, TcpSocket};

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 128;

/// What the kernel may hold for a client that doesn't read. Enough for ten scope frames; much more would be minutes of
/// old meters, which the outbox could have dropped.
const SEND_BUFFER_BYTES: u32 = 256 * 1024;

/// Why no port could be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The one port that was allowed is in use.
    #[error("port {0} is in use: end the program that has it, or choose another port")]
    Taken(u16),
    /// So is every port above it.
    #[error("every port from {0} upward is in use: choose a lower one")]
    NoneFree(u16),
    /// The system refuses.
    #[error("can't listen on port {port} of this computer's own address: {source}")]
    Refused {
        /// Which port.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
}

/// Listens on 127.0.0.1 and, where the system has it, on `[::1]`, at one port. The listeners that probed the port are the
/// ones returned, so nobody can come between.
///
/// A port that is free on one of the two is taken: a browser may read `localhost` as either, and would hand the project's
/// token to whoever listens on the other.
pub(crate) fn bind(first: u16, strict: bool) -> Result<(u16, Vec<TcpListener>), BindError> {
    let mut port = first;
    loop {
        match bind_both(port) {
            Ok(bound) => return Ok(bound),
            Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
                return Err(BindError::Refused { port, source: error });
            }
            // Any port: the system chose one that is free on 127.0.0.1 and not on `[::1]`, so it is asked again.
            Err(_) if first == 0 => {}
            Err(_) if strict => return Err(BindError::Taken(port)),
            Err(_) => port = port.checked_add(1).ok_or(BindError::NoneFree(first))?,
        }
    }
}

fn bind_both(port: u16) -> io::Result<(u16, Vec<TcpListener>)> {
    let first = listen(TcpSocket::new_v4()?, Ipv4Addr::LOCALHOST.into(), port)?;
    let port = first.local_addr()?.port();
    let second = match TcpSocket::new_v6() {
        Ok(socket) => listen(socket, Ipv6Addr::LOCALHOST.into(), port),
        Err(error) => Err(error),
    };
    match second {
        Ok(second) => Ok((port, vec![first, second])),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
        // No IPv6 here.
        Err(_) => Ok((port, vec![first])),
    }
}

fn listen(socket: TcpSocket, address: IpAddr, port: u16) -> io::Result<TcpListener> {
    // A port whose last connections are still in TIME_WAIT is free. (On no Unix does this let two listeners share one.)
    socket.set_reuseaddr(true)?;
    // Accepted connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(SocketAddr::new(address, port))?;
    socket.listen(BACKLOG)
}
