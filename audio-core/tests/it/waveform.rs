//! Whatever happens to a project, in either mode: no step in the output is larger than the steps of the signals and of
//! the fade.

use std::time::Duration;

use wavecraft_audio_core::{LinkState, Mode, OnBypass, ProjectId, ProjectSettings, Source};

use crate::bench::{Bench, largest_step, peak, sine};
use crate::served::{Served, patient};

const BLOCK: usize = 256;

/// The steepest step of a 500 Hz sine of peak 0.5: 0.5 · 2π · 500 / 48000.
const OWN_STEP: f32 = 0.0328;

/// Two signals within ±0.5 differ by 1 at most; a planned fade takes 480 frames, the one at a hole 64.
const FADE: f32 = 1.0 / 480.0;
const SHORT_FADE: f32 = 1.0 / 64.0;

struct Stage {
    bench: Bench,
    project: ProjectId,
    signal: Vec<f32>,
    at: usize,
    /// The last sample heard, for checking the seam.
    last: f32,
}

impl Stage {
    fn new(mode: Mode) -> Self {
        let mut bench = Bench::with_limits(256, patient());
        bench.audio.backend_mut().set_settle_limit(Some(Duration::from_secs(20)));
        let settings = ProjectSettings { source: Source::Microphone, mode, ..ProjectSettings::default() };
        let project = bench.project(settings);
        Self { bench, project, signal: sine(500.0, 0.5, BLOCK * 2000), at: 0, last: 0.0 }
    }

    /// Plays on for twenty blocks; `fade` is the most that a fade may add to a step. Returns the peak of the last
    /// blocks.
    fn plays(&mut self, what: &str, fade: f32) -> f32 {
        let mut out = vec![self.last];
        out.extend(self.bench.run(&self.signal[self.at..self.at + BLOCK * 20], BLOCK, &mut []));
        self.at += BLOCK * 20;
        self.last = out[out.len() - 1];
        let step = largest_step(&out);
        assert!(step < OWN_STEP + fade + 1e-4, "{what}: a step of {step}");
        peak(&out[BLOCK * 15..])
    }

    /// The same, also checking the peak at the end.
    fn settles(&mut self, what: &str, fade: f32, level: f32) {
        let heard = self.plays(what, fade);
        assert!((heard - level).abs() < 1e-3, "{what}: {heard} instead of {level}");
    }
}

#[test]
fn nothing_that_happens_to_a_project_is_heard_as_a_click() {
    for mode in [Mode::Pipelined, Mode::Direct] {
        let mut stage = Stage::new(mode);
        let project = stage.project;
        stage.settles("without a child", 2.0 * FADE, 0.5);
        let mut child = Served::new(&mut stage.bench, project, 2, 0.5);
        stage.settles("a first child", FADE, 0.25);

        // A child that fails before it is heard stays unheard: here it answers loudly, then ends, then comes again.
        for _ in 0..3 {
            let doomed = Served::new(&mut stage.bench, project, 2, 100.0);
            stage.bench.run(&stage.signal[stage.at..stage.at + BLOCK * 4], BLOCK, &mut []);
            stage.at += BLOCK * 4;
            doomed.die();
            stage.last = stage.bench.step(&stage.signal[stage.at..stage.at + BLOCK])[BLOCK - 1];
            stage.at += BLOCK;
            stage.settles("a child that ends in shadow", 0.0, 0.25);
            assert!(doomed.is_freed());
        }

        let next = Served::new(&mut stage.bench, project, 2, -0.8);
        stage.settles("a swap", FADE, 0.4);
        assert!(child.is_freed());
        child = next;

        stage.bench.audio.engine_mut().set_bypassed(project, true);
        stage.settles("bypass", FADE, 0.5);
        stage.bench.audio.engine_mut().set_on_bypass(project, OnBypass::Silence);
        stage.settles("bypass to silence", FADE, 0.0);
        stage.bench.audio.engine_mut().set_bypassed(project, false);
        stage.settles("back from silence", FADE, 0.4);
        stage.bench.audio.engine_mut().set_on_bypass(project, OnBypass::Dry);
        stage.bench.audio.engine_mut().set_muted(project, true);
        stage.settles("mute", FADE, 0.0);
        stage.bench.audio.engine_mut().set_muted(project, false);
        stage.settles("unmute", FADE, 0.4);
        for other in [Mode::Direct, Mode::Pipelined, mode] {
            stage.bench.audio.engine_mut().set_mode(project, other);
            stage.settles("another mode", FADE, 0.4);
        }
        // A switch while another one is still fading.
        for other in [Mode::Direct, Mode::Pipelined, Mode::Direct, mode] {
            stage.bench.audio.engine_mut().set_mode(project, other);
            let out = stage.bench.step(&stage.signal[stage.at..stage.at + BLOCK]);
            stage.at += BLOCK;
            assert!((out[0] - stage.last).abs() < OWN_STEP + FADE, "a quick switch");
            assert!(largest_step(&out) < OWN_STEP + 2.0 * FADE, "a quick switch");
            stage.last = out[BLOCK - 1];
        }
        stage.settles("the last of quick switches", FADE, 0.4);

        child.die();
        stage.settles("death", SHORT_FADE, 0.5);
        assert_eq!(stage.bench.snapshot(project).link, LinkState::Gone);
        let _again = Served::new(&mut stage.bench, project, 2, 0.5);
        stage.settles("a new life", FADE, 0.25);
        assert_eq!(stage.bench.snapshot(project).late.of_child(), 0);
        stage.bench.audio.engine_mut().remove_project(project);
        stage.settles("the end", FADE, 0.0);
    }
}
