//! Linux: the kernel lists every TCP socket with the user who owns it.

use rustix::process::getuid;
use std::{
    fs,
    net::{IpAddr, SocketAddr},
};

/// Whether the other side of a connection, at `client`, is a program of this user. Reads files, so it may take a
/// moment.
pub(crate) fn is_of_this_user(client: SocketAddr, server: SocketAddr) -> bool {
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    tables.iter().find_map(|table| owner(table, client, server)) == Some(getuid().as_raw())
}

/// The state of a connection on which both sides can send (`include/net/tcp_states.h`). For a closed connection the
/// table names root.
const ESTABLISHED: &str = "01";

/// The user of the socket at `client` that is connected to `server`, from a table in the format of proc_net_tcp in the
/// kernel's documentation: number, local and remote address, state, …, and the user eighth.
fn owner(table: &str, client: SocketAddr, server: SocketAddr) -> Option<u32> {
    let ends = [(hex(client), hex(server)), (hex_mapped(client), hex_mapped(server))];
    table.lines().skip(1).find_map(|row| {
        let mut fields = row.split_ascii_whitespace().skip(1);
        let (local, remote, state) = (fields.next()?, fields.next()?, fields.next()?);
        let uid = fields.nth(3)?.parse().ok()?;
        let ours = ends.iter().any(|(client, server)| client == local && server == remote);
        (ours && state == ESTABLISHED).then_some(uid)
    })
}

/// An address in the table's format: words of 32 bits as they are in memory, then the port.
fn hex(address: SocketAddr) -> String {
    let words = |bytes: &[u8]| {
        let word = |word: &[u8]| format!("{:08X}", word.try_into().map_or(0, u32::from_ne_bytes));
        bytes.chunks_exact(4).map(word).collect::<String>()
    };
    let text = match address.ip() {
        IpAddr::V4(ip) => words(&ip.octets()),
        IpAddr::V6(ip) => words(&ip.octets()),
    };
    format!("{text}:{:04X}", address.port())
}

/// The same for a program that reaches an IPv4 address through an IPv6 socket.
fn hex_mapped(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) => hex(SocketAddr::new(ip.to_ipv6_mapped().into(), address.port())),
        IpAddr::V6(_) => hex(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_connection_of_our_own_is_known_at_both_addresses() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let listener = TcpListener::bind(address).unwrap();
            let server = listener.local_addr().unwrap();
            let stream = TcpStream::connect(server).unwrap();
            let client = stream.local_addr().unwrap();
            assert!(is_of_this_user(client, server), "{address}");
            // No socket has this address.
            let other = SocketAddr::new(server.ip(), client.port());
            assert!(!is_of_this_user(SocketAddr::new(server.ip(), 1), other), "{address}");
        }
    }

    #[cfg(target_endian = "little")]
    #[test]
    fn the_owner_is_read_from_the_row_of_that_very_connection() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
             0: 0100007F:2328 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 100 0 0 10 0\n   \
             1: 0100007F:C001 0100007F:2328 01 00000000:00000000 00:00000000 00000000  1001        0 2 1 0 100 0 0 10 0\n   \
             2: 0100007F:2328 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 3 1 0 100 0 0 10 0\n   \
             3: 0100007F:C002 0100007F:2328 06 00000000:00000000 00:00000000 00000000     0        0 0 3 0 100 0 0 10 0\n   \
             4: 0000000000000000FFFF00000100007F:C003 0000000000000000FFFF00000100007F:2328 01 0:0 00:0 0  1002 0 4 1\n";
        let of = |port: u16| owner(table, ([127, 0, 0, 1], port).into(), ([127, 0, 0, 1], 9000).into());
        assert_eq!([0xC001, 0xC002, 0xC003, 0xC004].map(of), [Some(1001), None, Some(1002), None]);
        let v6 = |port: u16| {
            owner(
                table,
                ([0u16, 0, 0, 0, 0, 0, 0, 1], port).into(),
                ([0u16, 0, 0, 0, 0, 0, 0, 1], 9000).into(),
            )
        };
        assert_eq!(v6(0xC001), None, "the same ports of another address");
    }
}
