//! A timer that takes the place of a device at the real rate, without sound.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::backend::{Backend, InputStream, OutputStream};
use crate::error::AudioError;
use crate::input::input_fifo;
use crate::number::{nanoseconds, size};
use crate::render::{MAX_FRAMES, Render};
use crate::status::DeviceStatus;

/// Default rate and buffer: those of most devices.
const DEFAULT_RATE: u32 = 48_000;
const DEFAULT_FRAMES: u32 = 256;

/// Number of periods made up for after a stall; further ones are skipped and counted as an xrun, as on a device.
const CATCH_UP_PERIODS: u64 = 4;

/// Renders a period at each deadline of a monotonic clock; its input is silence.
pub(crate) struct VirtualDevice {
    sample_rate: u32,
    frames: u32,
    status: Arc<DeviceStatus>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Box<dyn Render>>>,
}

impl VirtualDevice {
    pub(crate) fn new(sample_rate: Option<u32>, buffer_frames: Option<u32>) -> Self {
        Self {
            sample_rate: sample_rate.unwrap_or(DEFAULT_RATE).clamp(8_000, 384_000),
            frames: buffer_frames.unwrap_or(DEFAULT_FRAMES).clamp(16, MAX_FRAMES),
            status: Arc::default(),
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

    fn status(&self) -> Arc<DeviceStatus> {
        Arc::clone(&self.status)
    }

    fn start(&mut self, renderer: Box<dyn Render>) -> Result<(), AudioError> {
        let stop = Arc::new(AtomicBool::new(false));
        self.stop = Arc::clone(&stop);
        let status = Arc::clone(&self.status);
        let (sample_rate, frames) = (self.sample_rate, self.frames);
        let thread = std::thread::Builder::new()
            .name("virtual-audio".to_owned())
            .spawn(move || run(renderer, sample_rate, frames, &status, &stop))
            .map_err(|error| AudioError::Refused {
                device: "Virtual output".to_owned(),
                reason: format!("its thread can't be started: {error}"),
            })?;
        self.thread = Some(thread);
        Ok(())
    }

    fn stop(&mut self) -> Option<Box<dyn Render>> {
        // SYNC: pairs with the load in `run`; the flag carries no data.
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take()?.join().ok()
    }

    /// The renderer treats an input without frames as silence: there is nothing to open.
    fn open_input(&mut self) -> Result<InputStream, AudioError> {
        Ok(InputStream {
            name: "Virtual input (silence)".to_owned(),
            sample_rate: self.sample_rate,
            shares_clock: true,
            reader: input_fifo().1,
        })
    }

    fn close_input(&mut self) {}
}

impl Drop for VirtualDevice {
    fn drop(&mut self) {
        drop(self.stop());
    }
}

fn run(
    mut renderer: Box<dyn Render>,
    sample_rate: u32,
    frames: u32,
    status: &DeviceStatus,
    stop: &AtomicBool,
) -> Box<dyn Render> {
    let mut origin = Instant::now();
    let mut period = 0_u64;
    // SYNC: pairs with the store in `stop`.
    while !stop.load(Ordering::Relaxed) {
        let due = |period: u64| Duration::from_nanos(nanoseconds(period * u64::from(frames), sample_rate));
        let now = origin.elapsed();
        if let Some(early) = due(period).checked_sub(now) {
            std::thread::sleep(early);
        } else if now > due(period + CATCH_UP_PERIODS) {
            status.count_xrun();
            (origin, period) = (Instant::now(), 0);
        }
        renderer.render(size(frames), Some(&[]), None, &mut |_, _, _| {});
        period += 1;
    }
    renderer
}
