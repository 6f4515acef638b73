//! A WebSocket over TCP on loopback, one binary message a block: how the earlier plan's parts talked.

use super::{Block, Transport, block_of, bytes_of};
use crate::peer::Peer;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use tungstenite::{Message, WebSocket, accept, client::client};

struct Web {
    socket: WebSocket<TcpStream>,
    _echo: Peer,
}

pub(crate) fn start() -> Box<dyn Transport> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    let address = listener.local_addr().expect("its address");
    let echo = Peer::start("websocket-echo", OwnedFd::from(listener).into());
    let stream = TcpStream::connect(address).expect("the echo listens");
    stream.set_nodelay(true).expect("a TCP option");
    let (socket, _) = client(format!("ws://{address}/"), stream).expect("a handshake");
    Box::new(Web { socket, _echo: echo })
}

impl Transport for Web {
    fn name(&self) -> &'static str {
        "websocket"
    }

    fn round_trip(&mut self, block: &mut Block) {
        self.socket.send(Message::binary(bytes_of(block).to_vec())).expect("the echo reads");
        let answer = self.socket.read().expect("the echo answers").into_data();
        block_of(&answer, block);
    }
}

pub(crate) fn echo() {
    let listener = TcpListener::from(std::io::stdin().as_fd().try_clone_to_owned().expect("a descriptor"));
    let (stream, _) = listener.accept().expect("a client");
    stream.set_nodelay(true).expect("a TCP option");
    let mut socket = accept(stream).expect("a handshake");
    while let Ok(message) = socket.read() {
        if message.is_binary() && socket.send(message).is_err() {
            return;
        }
    }
}
