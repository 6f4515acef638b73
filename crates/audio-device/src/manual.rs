//! A backend stepped by hand, for tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::backend::{Backend, InputStream, OutputStream};
use crate::clock::Clock;
use crate::error::AudioError;
use crate::input::input_fifo;
use crate::number::{nanoseconds, position};
use crate::render::Render;
use crate::status::DeviceStatus;

/// Settings of a manual backend.
#[derive(Debug, Clone, Copy)]
pub struct ManualSettings {
    /// Rate in Hz.
    pub sample_rate: u32,
    /// Frames per step that the device announces; 0 for none.
    pub nominal_frames: u32,
    /// Timeout for which the renderer waits, before each step, until everything it takes from elsewhere is there: the
    /// result is exact, however fast the steps come. `None` takes what is there without waiting.
    pub settle_limit: Option<Duration>,
}

impl Default for ManualSettings {
    fn default() -> Self {
        Self { sample_rate: 48_000, nominal_frames: 0, settle_limit: Some(Duration::from_secs(10)) }
    }
}

/// A device that runs only when stepped. Its clock is the number of frames stepped, so lateness is judged as if every
/// step took exactly as long as its sound; deterministic to the sample.
pub struct Manual {
    settings: ManualSettings,
    renderer: Option<Box<dyn Render>>,
    status: Arc<DeviceStatus>,
    clock_ns: Arc<AtomicU64>,
    position: u64,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Manual {
    /// Makes one; [`Backend::start`] starts it.
    #[must_use]
    pub fn new(settings: ManualSettings) -> Self {
        Self {
            settings,
            renderer: None,
            status: Arc::default(),
            clock_ns: Arc::default(),
            position: 0,
            left: Vec::new(),
            right: Vec::new(),
        }
    }

    /// Sets whether the renderer waits before a step: see [`ManualSettings::settle_limit`].
    pub fn set_settle_limit(&mut self, limit: Option<Duration>) {
        self.settings.settle_limit = limit;
    }

    /// Plays one callback of `frames` frames and returns its output, left and right. `input` is the device's input,
    /// each channel at least `frames` long: one channel goes to both sides, none is silence.
    pub fn step(&mut self, frames: usize, input: &[&[f32]]) -> [&[f32]; 2] {
        self.left.resize(frames, 0.0);
        self.right.resize(frames, 0.0);
        let (left_out, right_out) = (&mut self.left, &mut self.right);
        if let Some(renderer) = &mut self.renderer {
            if let Some(limit) = self.settings.settle_limit {
                let limit_ns = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
                renderer.settle(wavecraft_ring::clock::now_ns().saturating_add(limit_ns));
            }
            renderer.render(frames, Some(input), None, &mut |offset, left, right| {
                left_out[offset..offset + left.len()].copy_from_slice(left);
                right_out[offset..offset + right.len()].copy_from_slice(right);
            });
        }
        self.position += position(frames);
        // SYNC: read by the same thread, from within `step`; an atomic only because a clock is `Sync`.
        self.clock_ns.store(nanoseconds(self.position, self.settings.sample_rate), Ordering::Relaxed);
        [&self.left, &self.right]
    }
}

impl Backend for Manual {
    fn output(&self) -> OutputStream {
        OutputStream {
            backend: "manual".to_owned(),
            name: "manual".to_owned(),
            channels: 2,
            sample_rate: self.settings.sample_rate,
            buffer_frames: self.settings.nominal_frames,
        }
    }

    fn clock(&self) -> Clock {
        let clock_ns = Arc::clone(&self.clock_ns);
        Arc::new(move || clock_ns.load(Ordering::Relaxed))
    }

    fn runs_by_itself(&self) -> bool {
        false
    }

    fn status(&self) -> Arc<DeviceStatus> {
        Arc::clone(&self.status)
    }

    fn start(&mut self, renderer: Box<dyn Render>) -> Result<(), AudioError> {
        self.renderer = Some(renderer);
        Ok(())
    }

    fn stop(&mut self) -> Option<Box<dyn Render>> {
        self.renderer.take()
    }

    /// The input comes with each step: there is nothing to open.
    fn open_input(&mut self) -> Result<InputStream, AudioError> {
        Ok(InputStream {
            name: "manual".to_owned(),
            sample_rate: self.settings.sample_rate,
            shares_clock: true,
            reader: input_fifo().1,
        })
    }

    fn close_input(&mut self) {}
}
