//! Binds the port on both loopback addresses.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};

/// The number of connections that may wait to be accepted.
const BACKLOG: u32 = 128;

/// The kernel's send buffer for a client that doesn't read. Enough for ten scope frames; much more would be minutes of
/// old meters, which the outbox could have dropped.
const SEND_BUFFER_BYTES: u32 = 256 * 1024;

/// A program that listens but accepts no connection for this long has a full queue: the port is in use.
const PATIENCE: Duration = Duration::from_millis(500);

/// Why no port could be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The only allowed port is in use.
    #[error("port {0} is in use: end the program that has it, or choose another port")]
    Taken(u16),
    /// Every port from the first one up is in use.
    #[error("every port from {0} upward is in use: choose a lower one")]
    NoneFree(u16),
    /// The system refuses to listen.
    #[error("can't listen on port {port} of this computer's own address: {source}")]
    Refused {
        /// Which port.
        port: u16,
        /// The system's error.
        source: io::Error,
    },
}

/// Listens on 127.0.0.1 and, if the system has it, on `[::1]`, on the same port.
///
/// A port that is in use on one of the two counts as taken: a browser may resolve `localhost` to either, and would hand
/// the project's token to the program that listens on the other.
pub(crate) async fn bind(first: u16, strict: bool) -> Result<(u16, Vec<TcpListener>), BindError> {
    let mut port = first;
    loop {
        match bind_both(port).await {
            Ok(bound) => return Ok(bound),
            Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
                return Err(BindError::Refused { port, source: error });
            }
            // Any port: the system chose one that is free on 127.0.0.1 but not on `[::1]`, so it is asked again.
            Err(_) if first == 0 => {}
            Err(_) if strict => return Err(BindError::Taken(port)),
            Err(_) => port = port.checked_add(1).ok_or(BindError::NoneFree(first))?,
        }
    }
}

/// Whether a server could use this port on this computer's own addresses now. A port also counts as taken if a program
/// has it at every address, as Docker does for the ports it forwards.
///
/// # Panics
/// Outside of a tokio runtime with I/O and time.
pub async fn is_port_free(port: u16) -> bool {
    bind_both(port).await.is_ok()
}

async fn bind_both(port: u16) -> io::Result<(u16, Vec<TcpListener>)> {
    if port != 0 && (answers(Ipv4Addr::LOCALHOST, port).await || answers(Ipv6Addr::LOCALHOST, port).await) {
        return Err(io::ErrorKind::AddrInUse.into());
    }
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

/// Whether a program already accepts connections there.
///
/// `bind` alone doesn't tell: with `SO_REUSEADDR` a Mac lets a user listen on 127.0.0.1 beside their own program that
/// listens at every address (BSD's rule: only the very same address is a conflict), and connections to `localhost`
/// meant for that program would silently come to us. Without the option a port would count as taken for as long as its
/// last connections are in TIME_WAIT. So this connects as a browser would. It has to do so before binding: our own
/// address, once bound, takes precedence.
async fn answers(address: impl Into<IpAddr>, port: u16) -> bool {
    match timeout(PATIENCE, TcpStream::connect(SocketAddr::new(address.into(), port))).await {
        // A port from the range for clients may be the one that the system gave this very connection, which has then
        // connected to itself (RFC 9293, section 3.5: simultaneous open).
        Ok(Ok(stream)) => {
            !matches!((stream.local_addr(), stream.peer_addr()), (Ok(own), Ok(other)) if own == other)
        }
        Ok(Err(_)) => false,
        Err(_) => true,
    }
}

fn listen(socket: TcpSocket, address: IpAddr, port: u16) -> io::Result<TcpListener> {
    // A port whose last connections are still in TIME_WAIT is free. If the system chooses the port, the option is off,
    // so that no program uses that port at any address.
    socket.set_reuseaddr(port != 0)?;
    // Accepted connections inherit these.
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(SocketAddr::new(address, port))?;
    socket.set_reuseaddr(true)?;
    socket.listen(BACKLOG)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn anybody_at(port: u16) -> [bool; 2] {
        [answers(Ipv4Addr::LOCALHOST, port).await, answers(Ipv6Addr::LOCALHOST, port).await]
    }

    /// On Linux `bind` would refuse these too; on a Mac only this check detects them.
    #[tokio::test]
    async fn a_program_that_listens_at_every_address_is_seen() {
        for (address, seen) in [("0.0.0.0:0", [true, false]), ("[::]:0", [true, true])] {
            // As most servers do: Node.js, Docker and this one set it.
            let listener = std::net::TcpListener::bind(address).unwrap();
            let port = listener.local_addr().unwrap().port();
            assert_eq!(anybody_at(port).await, seen, "{address}");
            assert!(!is_port_free(port).await, "{address}");
            drop(listener);
            assert_eq!(anybody_at(port).await, [false; 2], "{address}");
            assert!(is_port_free(port).await, "{address}");
        }
    }

    #[tokio::test]
    async fn one_who_takes_no_connections_any_more_still_has_the_port() {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        // Until its queue is full: later connections get no answer.
        let mut waiting = Vec::new();
        while let Ok(Ok(stream)) = timeout(PATIENCE, TcpStream::connect(address)).await {
            waiting.push(stream);
        }
        assert!(answers(Ipv4Addr::LOCALHOST, address.port()).await);
    }

    #[tokio::test]
    async fn connections_that_ended_a_moment_ago_hold_no_port() {
        let (port, listeners) = bind(0, false).await.unwrap();
        let client = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let (server, _) = listeners[0].accept().await.unwrap();
        // The side that closes first keeps the port in TIME_WAIT.
        drop(server);
        client.readable().await.unwrap();
        assert_eq!(client.try_read(&mut [0]).unwrap(), 0);
        drop((client, listeners));
        assert_eq!(bind(port, true).await.unwrap().0, port);
    }
}
