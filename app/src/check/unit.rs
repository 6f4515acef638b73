//! A child as a test asks it.

use crate::{child::Agreed, offline::Processor, platform};
use rustix::process::Pid;
use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    time::Duration,
};
use tokio::{runtime::Handle, task::JoinHandle};
use wavecraft_audio_core::{Offline, OfflineError};
use wavecraft_companion_check::{Facts, Trouble, Unit, Wanted};
use wavecraft_companion_protocol::{condition::Condition, realtime::Realtime};
use wavecraft_ring::ParameterWriter;

/// The timeout for one block. A processor may be slow; this is for one that hangs.
const PATIENCE: Duration = Duration::from_secs(5);

/// How a child is left.
enum Wish {
    /// It has ended: what it said.
    Words,
    /// It hangs.
    Kill,
    /// It is asked what it did in `process`.
    Realtime,
}

/// What was heard of it then.
enum Heard {
    Words(String),
    Realtime(Realtime),
    Nothing,
}

/// A child that is prepared. A task listens to it meanwhile, so that it can say what it likes.
pub(super) struct Running {
    offline: Offline,
    writer: ParameterWriter,
    facts: Facts,
    met: Vec<Condition>,
    pid: Option<Pid>,
    handle: Handle,
    /// Dropping it lets the child end.
    wish: Option<SyncSender<Wish>>,
    listener: Option<JoinHandle<Heard>>,
}

impl Running {
    pub(super) fn new(
        processor: Processor,
        agreed: Agreed,
        wanted: Wanted,
        has_transport: bool,
        handle: Handle,
    ) -> Self {
        let bypasses = agreed.processors.iter().filter_map(|processor| processor.bypass.clone()).collect();
        let facts = Facts {
            specs: agreed.specs,
            bypasses,
            latency_frames: usize::try_from(agreed.latency_frames).unwrap_or(usize::MAX),
            has_transport,
        };
        let (met, pid) = (processor.met().to_vec(), processor.pid());
        let offline = Offline::new(agreed.ring, wanted.channels, processor.begin(), wanted.rate_hz, PATIENCE);
        let (wish, asked) = sync_channel(1);
        let listener = Some(handle.spawn(listen(processor, asked)));
        Self { offline, writer: agreed.writer, facts, met, pid, handle, wish: Some(wish), listener }
    }

    /// Leaves it in this way, and waits for what is heard of it.
    fn leave(&mut self, wish: Wish) -> Heard {
        if let Some(sender) = self.wish.take() {
            // A listener that is gone has said why.
            let _ = sender.send(wish);
        }
        let Some(listener) = self.listener.take() else { return Heard::Nothing };
        self.handle.block_on(listener).unwrap_or(Heard::Nothing)
    }

    fn trouble(&mut self, error: OfflineError) -> Trouble {
        match error {
            OfflineError::Silent(_) => {
                self.leave(Wish::Kill);
                Trouble::Hung(error.to_string())
            }
            OfflineError::Ended | OfflineError::Send(_) => match self.leave(Wish::Words) {
                Heard::Words(words) => Trouble::Crashed(words),
                Heard::Realtime(_) | Heard::Nothing => Trouble::Crashed(error.to_string()),
            },
        }
    }

    fn round_trip(&mut self, input: [&[f32]; 2], output: &mut [Vec<f32>; 2]) -> Result<u64, OfflineError> {
        self.offline.send(input)?;
        let Some((answer, took_ns)) = self.offline.receive_raw()? else { return Err(OfflineError::Ended) };
        output.iter_mut().zip(answer).for_each(|(output, samples)| output.extend_from_slice(samples));
        Ok(took_ns)
    }
}

impl Unit for Running {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn meets(&self, condition: Condition) -> bool {
        self.met.contains(&condition)
    }

    fn set(&mut self, values: &[f32]) {
        // As many as there are specs, which fit.
        let _ = self.writer.set_all(values);
    }

    fn reset(&mut self) {
        self.offline.begin_again();
    }

    fn seek(&mut self, position: u64) {
        self.offline.seek(position);
    }

    fn play_at(&mut self, tempo: Option<f64>, playing: bool) {
        self.offline.play_at(tempo, playing);
    }

    fn process(&mut self, input: [&[f32]; 2], output: &mut [Vec<f32>; 2]) -> Result<u64, Trouble> {
        self.round_trip(input, output).map_err(|error| self.trouble(error))
    }

    fn memory_bytes(&self) -> Option<u64> {
        self.pid.and_then(platform::resident_bytes)
    }

    fn realtime(&mut self) -> Result<Realtime, Trouble> {
        match self.leave(Wish::Realtime) {
            Heard::Realtime(realtime) => Ok(realtime),
            Heard::Words(words) => Err(Trouble::Crashed(words)),
            Heard::Nothing => Ok(Realtime::default()),
        }
    }
}

/// Passes on what the child says, until it is to be left.
async fn listen(mut processor: Processor, asked: Receiver<Wish>) -> Heard {
    let wish = processor.while_it_works(move || asked.recv().ok()).await;
    match wish {
        Ok(Some(Wish::Words)) => {
            let words = processor.last_words().await;
            processor.kill();
            Heard::Words(words)
        }
        Ok(Some(Wish::Realtime)) => {
            let realtime = processor.realtime().await;
            processor.end().await;
            Heard::Realtime(realtime)
        }
        Ok(Some(Wish::Kill)) => {
            processor.kill();
            Heard::Nothing
        }
        Ok(None) => {
            processor.end().await;
            Heard::Nothing
        }
        Err(error) => {
            processor.kill();
            Heard::Words(format!("{error:#}"))
        }
    }
}
