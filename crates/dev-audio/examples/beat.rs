//! A delay of one beat of the transport's tempo: without a tempo nothing is delayed.

use wavecraft::{Processor, Transport};

/// The frames of a beat at the slowest tempo, 20 beats per minute, at 192 kHz.
const LONGEST: usize = 576_000;

/// Adds what was heard a beat ago.
#[derive(Default)]
struct Beat {
    sample_rate: f32,
    lines: Vec<Vec<f32>>,
    at: usize,
}

impl Processor for Beat {
    type Params = ();

    fn set_sample_rate(&mut self, sample_rate: f32) {
        self.sample_rate = sample_rate;
        self.lines = vec![vec![0.0; LONGEST]; 2];
    }

    fn process(&mut self, block: &mut [&mut [f32]], transport: &Transport, _params: &()) {
        let beat = transport.tempo.map(|tempo| nearest(f64::from(self.sample_rate) * 60.0 / tempo));
        let mut end = self.at;
        for (channel, line) in block.iter_mut().zip(&mut self.lines) {
            let mut at = self.at;
            for sample in channel.iter_mut() {
                line[at] = *sample;
                if let Some(frames) = beat {
                    *sample += line[(at + LONGEST - frames.min(LONGEST - 1)) % LONGEST];
                }
                at = (at + 1) % LONGEST;
            }
            end = at;
        }
        self.at = end;
    }

    fn reset(&mut self) {
        self.lines.iter_mut().for_each(|line| line.fill(0.0));
        self.at = 0;
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred thousand")]
fn nearest(frames: f64) -> usize {
    frames.round() as usize
}

wavecraft_dev_audio::run!(Beat);
