//! The plugin: the processors behind nice-plug's interface.

use std::marker::PhantomData;
use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{
    ActivateContext, AsyncExecutor, AudioIOLayout, AuxiliaryBuffers, Buffer, BufferConfig, ClapFeature,
    ClapPlugin, Params, Plugin, ProcessContext, ProcessStatus, Vst3Plugin, Vst3SubCategory, new_nonzero_u32,
};
use wavecraft::Transport;
use wavecraft_dev_audio::{DescribedProcessors, Processors};

use crate::about::{About, Export};
use crate::caught::{caught, describe, is_told};
use crate::page::{Page, Shown};
use crate::parameters::Parameters;
use crate::platform;

/// A plugin of `E`'s processors.
pub struct Exported<E> {
    parameters: Arc<Parameters>,
    processors: State,
    /// The values that the processors have.
    values: Vec<f32>,
    /// Whether the host played when the last block came.
    played: bool,
    of: PhantomData<fn() -> E>,
}

/// What there is of the processors.
enum State {
    /// Described, and created when the host activates the plugin.
    Described(DescribedProcessors),
    Made(Processors),
    /// One panicked or couldn't be created: silence.
    Failed,
}

impl<E: Export> Default for Exported<E> {
    fn default() -> Self {
        let (parameters, processors) = match describe::<E>() {
            Some(mut described) => {
                let (specs, chain) =
                    (std::mem::take(&mut described.parameters), std::mem::take(&mut described.chain));
                (Parameters::of(specs, chain), State::Described(described))
            }
            None => (Parameters::of(Vec::new(), Vec::new()), State::Failed),
        };
        let parameters = Arc::new(parameters);
        // What no value equals: the first block applies all of them.
        let values = vec![f32::NAN; parameters.count()];
        Self { parameters, processors, values, played: false, of: PhantomData }
    }
}

impl<E: Export> Exported<E> {
    /// What answers the plugin's page, for a host's window.
    #[doc(hidden)]
    #[must_use]
    pub fn page(&self, host: GuiContext) -> Page {
        self.shown().page(host)
    }

    fn shown(&self) -> Shown {
        let presets = E::library().presets();
        Shown { parameters: Arc::clone(&self.parameters), presets, version: E::ABOUT.version }
    }

    fn run(&mut self, channels: &mut [&mut [f32]], transport: &Transport) {
        let State::Made(processors) = &mut self.processors else {
            return hush(channels);
        };
        let stopped = std::mem::replace(&mut self.played, transport.playing) && !transport.playing;
        let changed = self.parameters.read(&mut self.values);
        let values = &self.values;
        let done = caught("in `process`", || {
            if stopped {
                processors.reset();
            }
            if changed {
                processors.apply(values);
            }
            processors.process(channels, transport);
            Ok(())
        });
        if done.is_none() {
            self.processors = State::Failed;
            return hush(channels);
        }
        if is_told() {
            return;
        }
        for sample in channels.iter_mut().flat_map(|channel| channel.iter_mut()) {
            if !sample.is_finite() {
                *sample = 0.0;
            }
        }
    }
}

impl<E: Export> Plugin for Exported<E> {
    const NAME: &'static str = E::ABOUT.name;
    const VENDOR: &'static str = E::ABOUT.vendor;
    const URL: &'static str = E::ABOUT.url;
    const EMAIL: &'static str = E::ABOUT.email;
    const VERSION: &'static str = E::ABOUT.version;

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[of_channels(2), of_channels(1)];

    const SAMPLE_ACCURATE_AUTOMATION: bool = true;

    type Editor = platform::PageEditor;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        Arc::clone(&self.parameters) as Arc<dyn Params>
    }

    fn editor(&mut self, _: AsyncExecutor<Self>) -> Option<platform::PageEditor> {
        platform::editor(self.shown())
    }

    fn activate(
        &mut self,
        _: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        context.set_latency_samples(E::ABOUT.latency_frames);
        let state = std::mem::replace(&mut self.processors, State::Failed);
        let made = caught("before the first block", || {
            let mut processors = match state {
                State::Described(described) => described.make()?,
                State::Made(processors) => processors,
                State::Failed => return Ok(State::Failed),
            };
            processors.prepare(config.sample_rate);
            Ok(State::Made(processors))
        });
        self.processors = made.unwrap_or(State::Failed);
        // Also without processors the host gets a plugin, which is silent: its songs keep what they say of it.
        true
    }

    fn reset(&mut self) {
        let State::Made(processors) = &mut self.processors else { return };
        let done = caught("in `reset`", || {
            processors.reset();
            Ok(())
        });
        if done.is_none() {
            self.processors = State::Failed;
        }
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let host = context.transport();
        let transport = Transport {
            tempo: host.tempo.filter(|tempo| tempo.is_finite()),
            pos_samples: host.pos_samples().unwrap_or(0),
            playing: host.playing,
        };
        if !buffer.is_empty() {
            self.run(buffer.as_slice(), &transport);
        }
        // Nobody says how long a processor sounds on after its input has ended.
        ProcessStatus::KeepAlive
    }
}

impl<E: Export> ClapPlugin for Exported<E> {
    const CLAP_ID: &'static str = E::ABOUT.id;
    const CLAP_DESCRIPTION: Option<&'static str> = said(E::ABOUT.description);
    const CLAP_MANUAL_URL: Option<&'static str> = said(E::ABOUT.url);
    const CLAP_SUPPORT_URL: Option<&'static str> = said(E::ABOUT.url);
    const CLAP_FEATURES: &'static [ClapFeature] =
        &[ClapFeature::AudioEffect, E::ABOUT.category.clap(), ClapFeature::Stereo, ClapFeature::Mono];
}

impl<E: Export> Vst3Plugin for Exported<E> {
    const VST3_CLASS_ID: [u8; 16] = About::class_id(&E::ABOUT);
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] = &[Vst3SubCategory::Fx, E::ABOUT.category.vst3()];
}

const fn of_channels(channels: u32) -> AudioIOLayout {
    AudioIOLayout {
        main_input_channels: Some(new_nonzero_u32(channels)),
        main_output_channels: Some(new_nonzero_u32(channels)),
        ..AudioIOLayout::const_default()
    }
}

const fn said(text: &'static str) -> Option<&'static str> {
    if text.is_empty() { None } else { Some(text) }
}

fn hush(channels: &mut [&mut [f32]]) {
    channels.iter_mut().for_each(|channel| channel.fill(0.0));
}

#[cfg(test)]
mod tests;
