//! A timer that plays the device's part at the real rate, into nowhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::audio::AudioError;
use crate::backend::{Backend, DeviceWords, InputStream, OutputStream};
use crate::engine::config::MAX_FRAMES;
use crate::input::InputFeed;
use crate::number::{nanoseconds, size};
use crate::render::Renderer;

/// Rate and buffer where nothing else was asked for: what most devices have.
const DEFAULT_RATE: u32 = 48_000;
const DEFAULT_FRAMES: u32 = 256;

/// Periods that are made up for after a stall; what is beyond is skipped and counted as an xrun, as a device would.
const CATCH_UP_PERIODS: u64 = 4;

/// Renders a period at each deadline of a monotonic clock; its input is silence.
pub(crate) struct VirtualDevice {
    sample_rate: u32,
    frames: u32,
    words: Arc<DeviceWords>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Renderer>>,
}

impl VirtualDevice {
    pub(crate) fn new(sample_rate: Option<u32>, buffer_frames: Option<u32>) -> Self {
        Self {
            sample_rate: sample_rate.unwrap_or(DEFAULT_RATE).clamp(8_000, 384_000),
            frames: buffer_frames.unwrap_or(DEFAULT_FRAMES).clamp(16, MAX_FRAMES),
            words: Arc::default(),
            stop: Arc::default(),
            thread: None,
        }
    }
}

impl Backend for VirtualDevice {
    fn output(&self) -> OutputStream {
        OutputStream {
            backend: "virtual".to_owned(),
            name: "Virtual output".to_owned(),
            channels: 2,
            sample_rate: self.sample_rate,
            buffer_frames: self.frames,
        }
    }

    fn words(&self) -> Arc<DeviceWords> {
        Arc::clone(&self.words)
    }

    fn start(&mut self, renderer: Renderer) -> Result<(), AudioError> {
        let stop = Arc::new(AtomicBool::new(false));
        self.stop = Arc::clone(&stop);
        let words = Arc::clone(&self.words);
        let (sample_rate, frames) = (self.sample_rate, self.frames);
        let thread = std::thread::Builder::new()
            .name("virtual-audio".to_owned())
            .spawn(move || run(renderer, sample_rate, frames, &words, &stop))
            .map_err(|error| AudioError::Refused {
                device: "Virtual output".to_owned(),
                reason: format!("its thread can't be started: {error}"),
            })?;
        self.thread = Some(thread);
        Ok(())
    }

    fn stop(&mut self) -> Option<Renderer> {
        // SYNC: pairs with the load in `run`; the flag carries no data.
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take()?.join().ok()
    }

    /// The renderer takes an input without frames for silence: nothing is to be opened.
    fn open_input(
        &mut self,
        make_feed: &mut dyn FnMut(&InputStream) -> InputFeed,
    ) -> Result<InputStream, AudioError> {
        let stream = InputStream {
            name: "Virtual input (silence)".to_owned(),
            sample_rate: self.sample_rate,
            shares_clock: true,
        };
        drop(make_feed(&stream));
        Ok(stream)
    }

    fn close_input(&mut self) {}
}

impl Drop for VirtualDevice {
    fn drop(&mut self) {
        drop(self.stop());
    }
}

fn run(
    mut renderer: Renderer,
    sample_rate: u32,
    frames: u32,
    words: &DeviceWords,
    stop: &AtomicBool,
) -> Renderer {
    let mut origin = Instant::now();
    let mut period = 0_u64;
    // SYNC: pairs with the store in `stop`.
    while !stop.load(Ordering::Relaxed) {
        let due = |period: u64| Duration::from_nanos(nanoseconds(period * u64::from(frames), sample_rate));
        let now = origin.elapsed();
        if let Some(early) = due(period).checked_sub(now) {
            std::thread::sleep(early);
        } else if now > due(period + CATCH_UP_PERIODS) {
            words.xruns.fetch_add(1, Ordering::Relaxed);
            (origin, period) = (Instant::now(), 0);
        }
        renderer.render(size(frames), Some(&[]), |_, _, _| {});
        period += 1;
    }
    renderer
}
