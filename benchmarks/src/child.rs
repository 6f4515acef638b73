//! A real processor child, started as the companion starts one.

use crate::figures::RATE;
use rustix::io::{FdFlags, fcntl_setfd};
use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use wavecraft_audio_core::{MAX_FRAMES, ProjectId};
use wavecraft_companion_protocol::child::{FromChild, LINK_VARIABLE, Link, ToChild};
use wavecraft_companion_protocol::frame::{Decoder, encode};
use wavecraft_companion_protocol::realtime::{WATCH_VARIABLE, Watch};
use wavecraft_ring::{ABI_VERSION, Geometry, HostRing, ParameterWriter, create};

/// Its process ends with it.
pub(crate) struct Processor {
    process: Child,
    ring: Option<HostRing>,
    alive: Arc<AtomicBool>,
    _parameters: ParameterWriter,
    _socket: UnixStream,
}

impl Processor {
    /// A stereo gain, ready and started, with the shipped defaults; watched or not.
    pub(crate) fn gain(watched: bool) -> Self {
        let host = create(Geometry::new(MAX_FRAMES, 2, 2).expect("a geometry"), 1).expect("a segment");
        let (mut socket, theirs) = UnixStream::pair().expect("a socketpair");
        let link =
            Link { abi: ABI_VERSION, segment: host.descriptor.as_raw_fd(), socket: theirs.as_raw_fd() }
                .to_string();
        for inherited in [host.descriptor.as_fd(), theirs.as_fd()] {
            fcntl_setfd(inherited, FdFlags::empty()).expect("a descriptor's flag");
        }
        let process = Command::new(std::env::current_exe().expect("this program"))
            .arg("gain-child")
            .env(LINK_VARIABLE, link)
            .env(WATCH_VARIABLE, if watched { "1" } else { "0" })
            .stdin(Stdio::null())
            .spawn()
            .expect("the child starts");
        drop(theirs);
        let mut decoder = Decoder::default();
        let FromChild::Hello { parameters, .. } = hear(&mut socket, &mut decoder) else {
            panic!("a hello comes first")
        };
        let defaults: Vec<f32> = parameters.iter().map(|parameter| parameter.default).collect();
        host.parameters.set_all(&defaults).expect("as many as there are");
        let rate = f32::from(u16::try_from(RATE).expect("a small rate"));
        let prepare = ToChild::Prepare { sample_rate: rate, max_frames: MAX_FRAMES, inputs: 2, outputs: 2 };
        socket.write_all(&encode(&prepare).expect("a short message")).expect("the child reads");
        if watched {
            let FromChild::Watching(watching) = hear(&mut socket, &mut decoder) else {
                panic!("it says what it watches")
            };
            assert_eq!(watching.memory, Watch::On);
        }
        assert_eq!(hear(&mut socket, &mut decoder), FromChild::Ready);
        socket.write_all(&encode(&ToChild::Start).expect("a short message")).expect("the child reads");
        Self {
            process,
            ring: Some(host.ring),
            alive: Arc::new(AtomicBool::new(true)),
            _parameters: host.parameters,
            _socket: socket,
        }
    }

    /// Gives its ring to a project of an engine.
    pub(crate) fn link(&mut self, engine: &mut wavecraft_audio_core::Engine, project: ProjectId) {
        let ring = self.ring.take().expect("it is linked once");
        engine.set_link(project, ring, Arc::clone(&self.alive)).expect("the project is there");
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Processor {
    fn drop(&mut self) {
        // Fails only where it has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn hear(socket: &mut UnixStream, decoder: &mut Decoder) -> FromChild {
    let mut bytes = [0; 4096];
    loop {
        if let Some(message) = decoder.next_message().expect("a message") {
            return message;
        }
        let count = socket.read(&mut bytes).expect("the child's socket");
        assert_ne!(count, 0, "the child ended");
        decoder.push(&bytes[..count]);
    }
}
