//! macOS. This file was written without a Mac to run it on; each call is documented with the rule it follows.

#[cfg(target_os = "macos")]
use rustix::process::getuid;
use std::net::SocketAddr;
#[cfg(target_os = "macos")]
use std::process::{Command, Stdio};

/// Whether the other side of a connection, at `client`, is a program of this user. Runs a program, so it may take a
/// moment.
///
/// lsof(8), part of the system: `-n` and `-P` leave numbers as they are, `-a` requires all conditions, `-u` is the
/// user, `-i` the protocol and the address, `-Fn` prints only the names, each after an `n`. Without an administrator's
/// rights it sees no other user's files anyway. Its exit code is 1 if there is none.
#[cfg(target_os = "macos")]
pub(crate) fn is_of_this_user(client: SocketAddr, server: SocketAddr) -> bool {
    let listed = Command::new("/usr/sbin/lsof")
        .args(["-nP", "-a", "-u", &getuid().as_raw().to_string(), &format!("-iTCP@{client}"), "-Fn"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    listed.is_ok_and(|listed| has(&String::from_utf8_lossy(&listed.stdout), client, server))
}

/// Whether the client's end is in the list. The server's own end is there too, the other way round.
fn has(names: &str, client: SocketAddr, server: SocketAddr) -> bool {
    let wanted = format!("n{client}->{server}");
    names.lines().any(|line| line == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_clients_own_end_counts() {
        let (client, server) = (([127, 0, 0, 1], 54_321).into(), ([127, 0, 0, 1], 9000).into());
        let servers = "p10\nf12\nn127.0.0.1:9000->127.0.0.1:54321\n";
        assert!(!has(servers, client, server) && !has("", client, server));
        assert!(has(&format!("{servers}p11\nf3\nn127.0.0.1:54321->127.0.0.1:9000\n"), client, server));
        let (client, server) = ("[::1]:54321".parse().unwrap(), "[::1]:9000".parse().unwrap());
        assert!(has("p11\nf3\nn[::1]:54321->[::1]:9000\n", client, server));
    }
}
