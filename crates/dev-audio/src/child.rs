//! The program as the companion's child process. The main thread only reads the socket, so it notices the companion's
//! end whatever the user's code is doing.

use std::env;
use std::error::Error;
use std::io::{ErrorKind, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use wavecraft_companion_protocol::child::{FromChild, Link};
use wavecraft_companion_protocol::condition::{CONDITIONS_VARIABLE, Condition};
use wavecraft_companion_protocol::frame::Decoder;
use wavecraft_ring::{ABI_VERSION, attach};

use crate::chain::ChainDefinition;
use crate::describe::{SDK_VERSION, introduce};
use crate::dsp_thread::DspThread;
use crate::outbox::{Outbox, make_thread_essential, report_panics};
use crate::probe_sink;
use crate::process::{exit_now, take_descriptors};
use crate::watch::Watcher;

/// The segment and the socket inherited from the companion.
pub(crate) struct Connection {
    /// The companion's version of the segment.
    abi: u32,
    segment: OwnedFd,
    socket: UnixStream,
    outbox: Arc<Outbox>,
}

impl Connection {
    /// Takes the descriptors named in `link`, the variable's value.
    ///
    /// # Errors
    ///
    /// When it isn't a link, or was made for another process. There is no companion to report this to, only the
    /// terminal.
    pub(crate) fn open(link: &str) -> Result<Self, Box<dyn Error>> {
        let link: Link = link.parse()?;
        let inherited = take_descriptors(link)?;
        let socket = UnixStream::from(inherited.socket);
        let outbox = Arc::new(Outbox::new(socket.try_clone()?)?);
        Ok(Self { abi: link.abi, segment: inherited.segment, socket, outbox })
    }
}

/// Runs until the companion ends, or until it can't go on, which it reports to the companion.
pub(crate) fn run(definition: ChainDefinition, connection: Connection) -> ! {
    let Connection { abi, segment, socket, outbox } = connection;
    report_panics(Arc::clone(&outbox));
    make_thread_essential();
    if abi != ABI_VERSION {
        outbox.give_up(other_version(abi));
    }
    let mut definition = definition;
    let again = definition.again.take();
    let (hello, planned) = introduce(definition).unwrap_or_else(|error| outbox.give_up(error));
    let wanted = env::var(CONDITIONS_VARIABLE).ok().map(|wanted| Condition::in_text(&wanted));
    let twin = again.filter(|_| wanted.iter().flatten().any(|wanted| *wanted == Condition::Twin));
    let twin = twin.map(|again| introduce(again()).unwrap_or_else(|error| outbox.give_up(error)).1);
    let ring = attach(segment)
        .unwrap_or_else(|error| outbox.give_up(format!("the shared memory can't be used: {error}")));
    outbox.send(&hello);
    if wanted.is_some() {
        let met = twin.iter().map(|_| Condition::Twin).collect();
        outbox.send(&FromChild::Conditions { met });
    }
    probe_sink::connect();
    let watcher = Watcher::if_asked(&outbox);
    let dsp = DspThread::start(ring, planned, twin, Arc::clone(&outbox), watcher)
        .unwrap_or_else(|error| outbox.give_up(format!("the audio thread can't be started: {error}")));
    listen(socket, &outbox, &dsp)
}

/// Forwards messages until the companion closes its end of the socket; then ends the process.
fn listen(mut socket: UnixStream, outbox: &Outbox, dsp: &DspThread) -> ! {
    let (mut decoder, mut bytes) = (Decoder::default(), [0; 4096]);
    loop {
        match socket.read(&mut bytes) {
            Ok(0) => exit_now(0),
            Ok(count) => decoder.push(&bytes[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            // The connection was reset: the companion ended before it read everything.
            Err(_) => exit_now(0),
        }
        loop {
            match decoder.next_message() {
                Ok(Some(message)) => dsp.send(message),
                Ok(None) => break,
                Err(error) => outbox.give_up(format!("the companion can't be understood: {error}")),
            }
        }
    }
}

fn other_version(theirs: u32) -> String {
    let what = format!(
        "the companion speaks version {theirs} of the audio link, and this project was built with the SDK \
         {SDK_VERSION}, which speaks version {ABI_VERSION}"
    );
    match theirs < ABI_VERSION {
        true => format!("{what}. Update the companion, then start again"),
        false => format!("{what}. Run `wavecraft update` in the project's folder"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_side_is_told_to_be_updated() {
        assert!(other_version(ABI_VERSION + 1).ends_with("Run `wavecraft update` in the project's folder"));
        assert!(other_version(ABI_VERSION - 1).contains("Update the companion"));
    }
}
