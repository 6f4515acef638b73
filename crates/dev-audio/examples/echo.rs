//! Two echoes in series in a hand-written `main`: made with arguments, and with derived parameters.

use std::process::ExitCode;

use wavecraft::{Processor, Transport};
use wavecraft_dev_audio::DevAudio;
use wavecraft_macros::ProcessorParams;

/// The longest delay, in frames.
const LONGEST: usize = 96_000;

/// Repeats the sound, softer each time.
struct Echo {
    frames: usize,
    lines: Vec<Vec<f32>>,
    position: usize,
}

#[derive(Default, ProcessorParams)]
struct EchoParams {
    #[param(range = "0.0..=0.95", default = 0.5, factor = 0.5)]
    feedback: f32,
    #[param(variants = "Dry, Both, Wet", default = 1)]
    output: f32,
}

impl Echo {
    /// An echo every `frames` frames, on two channels.
    fn every(frames: usize) -> Self {
        let frames = frames.clamp(1, LONGEST);
        Self { frames, lines: vec![vec![0.0; frames]; 2], position: 0 }
    }
}

impl Processor for Echo {
    type Params = EchoParams;

    fn process(&mut self, block: &mut [&mut [f32]], _transport: &Transport, params: &EchoParams) {
        let mut end = self.position;
        for (channel, line) in block.iter_mut().zip(&mut self.lines) {
            let mut at = self.position;
            for sample in channel.iter_mut() {
                let (dry, wet) = (*sample, line[at]);
                line[at] = dry + wet * params.feedback;
                *sample = match params.output {
                    2.0.. => wet,
                    1.0.. => dry + wet,
                    _ => dry,
                };
                at = (at + 1) % self.frames;
            }
            end = at;
        }
        self.position = end;
    }

    fn reset(&mut self) {
        self.lines.iter_mut().for_each(|line| line.fill(0.0));
        self.position = 0;
    }
}

fn main() -> ExitCode {
    DevAudio::new("Two echoes")
        .processor("Echo", || Echo::every(3))
        .processor("Echo", || Echo::every(500))
        .latency_frames(7)
        .run()
}
