//! A Unix stream socket.

use super::{Block, Transport, block_of, bytes_of};
use crate::peer::Peer;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

struct Unix {
    socket: UnixStream,
    _echo: Peer,
}

pub(crate) fn start() -> Box<dyn Transport> {
    let (socket, theirs) = UnixStream::pair().expect("a socket");
    Box::new(Unix { socket, _echo: Peer::start("unix-echo", OwnedFd::from(theirs).into()) })
}

impl Transport for Unix {
    fn name(&self) -> &'static str {
        "unix socket"
    }

    fn round_trip(&mut self, block: &mut Block) {
        let mut bytes = bytes_of(block);
        self.socket.write_all(&bytes).expect("the echo reads");
        self.socket.read_exact(&mut bytes).expect("the echo answers");
        block_of(&bytes, block);
    }
}

pub(crate) fn echo() {
    let stdin = std::io::stdin().as_fd().try_clone_to_owned().expect("a descriptor");
    let mut socket = UnixStream::from(stdin);
    let mut block = [0_u8; size_of::<Block>()];
    while socket.read_exact(&mut block).is_ok() {
        socket.write_all(&block).expect("the other side reads");
    }
}
