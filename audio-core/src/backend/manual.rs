//! Stepped by hand: for tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::audio::AudioError;
use crate::backend::{Backend, DeviceWords, InputStream, OutputStream};
use crate::engine::config::Clock;
use crate::input::InputFeed;
use crate::number::{nanoseconds, position};
use crate::render::Renderer;

/// How a manual backend behaves.
#[derive(Debug, Clone, Copy)]
pub struct ManualSettings {
    /// Session rate in Hz.
    pub sample_rate: u32,
    /// Frames per step that the delay starts from; 0 lets the first step decide.
    pub nominal_frames: u32,
    /// Wait before each step until the children have answered everything, for this long at most: the result is exact,
    /// however fast the steps come. `None` takes what is there.
    pub wait_for_children: Option<Duration>,
}

impl Default for ManualSettings {
    fn default() -> Self {
        Self { sample_rate: 48_000, nominal_frames: 0, wait_for_children: Some(Duration::from_secs(10)) }
    }
}

/// A device that runs when it is told to. Its clock is the number of frames stepped, so lateness is judged as if every
/// step took exactly as long as its sound; deterministic to the sample.
pub struct Manual {
    settings: ManualSettings,
    renderer: Option<Renderer>,
    words: Arc<DeviceWords>,
    clock_ns: Arc<AtomicU64>,
    position: u64,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Manual {
    /// Makes one; [`Audio::start`](crate::Audio::start) starts it.
    #[must_use]
    pub fn new(settings: ManualSettings) -> Self {
        Self {
            settings,
            renderer: None,
            words: Arc::default(),
            clock_ns: Arc::default(),
            position: 0,
            left: Vec::new(),
            right: Vec::new(),
        }
    }

    /// Changes whether a step waits for the children: see [`ManualSettings::wait_for_children`].
    pub fn set_wait_for_children(&mut self, limit: Option<Duration>) {
        self.settings.wait_for_children = limit;
    }

    /// Plays one callback of `frames` frames and gives its output, left and right. `input` is the device's input, each
    /// channel at least `frames` long: one channel is heard on both sides, none is silence.
    pub fn step(&mut self, frames: usize, input: &[&[f32]]) -> [&[f32]; 2] {
        self.left.resize(frames, 0.0);
        self.right.resize(frames, 0.0);
        let (left_out, right_out) = (&mut self.left, &mut self.right);
        if let Some(renderer) = &mut self.renderer {
            if let Some(limit) = self.settings.wait_for_children {
                let limit_ns = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
                renderer.hold(wavecraft_ring::clock::now_ns().saturating_add(limit_ns));
            }
            renderer.render(frames, Some(input), |offset, left, right| {
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

    fn words(&self) -> Arc<DeviceWords> {
        Arc::clone(&self.words)
    }

    fn start(&mut self, renderer: Renderer) -> Result<(), AudioError> {
        self.renderer = Some(renderer);
        Ok(())
    }

    fn stop(&mut self) -> Option<Renderer> {
        self.renderer.take()
    }

    /// The input comes with each step: nothing is to be opened.
    fn open_input(
        &mut self,
        make_feed: &mut dyn FnMut(&InputStream) -> InputFeed,
    ) -> Result<InputStream, AudioError> {
        let stream = InputStream {
            name: "manual".to_owned(),
            sample_rate: self.settings.sample_rate,
            shares_clock: true,
        };
        drop(make_feed(&stream));
        Ok(stream)
    }

    fn close_input(&mut self) {}
}
