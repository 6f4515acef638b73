//! P3: the frames between an impulse's way in and its way out, on the `manual` backend, exact by construction of the
//! clock: there is no machine in it. One line for each mode that the engine has.

use crate::Run;
use crate::figures::RATE;
use crate::lines::{Line, Lines};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use wavecraft_audio_core::{
    Audio, Limits, MAX_FRAMES, Manual, ManualSettings, Mode, ProjectSettings, Source,
};
use wavecraft_ring::{Geometry, attach, clock::now_ns, create};

const FRAMES: usize = 128;
/// After these the child is heard and every fade is over.
const SETTLED: usize = 64;
/// Where in its block the impulse is.
const PLACE: usize = 37;

pub(crate) fn measure(_run: &Run, lines: &mut Lines) {
    for mode in [Mode::Pipelined, Mode::Direct] {
        lines.add(Line {
            id: "P3",
            what: format!("added latency, {mode:?}, callbacks of {FRAMES}"),
            value: added_latency(mode) as f64,
            unit: "frames",
            anchor: "one block".into(),
            anchor_value: FRAMES as f64,
        });
    }
}

/// Steps a child that passes audio on, and looks for the impulse. The child runs on a thread of its own, and each step
/// waits for it.
fn added_latency(mode: Mode) -> usize {
    let settle_limit = Some(Duration::from_secs(10));
    let settings = ManualSettings { sample_rate: RATE, nominal_frames: 128, settle_limit };
    // The engine waits for the child as long as it takes, so that a busy machine can't change the figure.
    let limits = Limits { direct_wait_share: 1e6, ..Limits::default() };
    let mut audio =
        Audio::start(Box::new(Manual::new(settings)), limits, Arc::new(|_| {})).expect("no device");
    let settings = ProjectSettings { source: Source::Microphone, mode, ..ProjectSettings::default() };
    let project = audio.engine_mut().add_project(settings).expect("there is room");
    let host = create(Geometry::new(MAX_FRAMES, 2, 2).expect("a geometry"), 1).expect("a segment");
    let mut child = attach(host.descriptor).expect("a segment");
    let interrupt = child.interrupt_handle();
    let child = std::thread::spawn(move || {
        let mut samples = [0.0; MAX_FRAMES as usize];
        while child.wait(u64::MAX) {
            while let Some(mut block) = child.next() {
                for channel in 0..2 {
                    block.read_input(channel, &mut samples);
                    block.write_output(channel, &samples);
                }
                block.reply(now_ns());
            }
        }
    });
    audio
        .engine_mut()
        .set_link(project, host.ring, Arc::new(AtomicBool::new(true)))
        .expect("the project is there");
    let (silence, mut impulse) = ([0.0; FRAMES], [0.0; FRAMES]);
    impulse[PLACE] = 0.5;
    let mut out = Vec::new();
    for step in 0..SETTLED + 16 {
        let input = if step == SETTLED { &impulse } else { &silence };
        out.extend_from_slice(audio.backend_mut().step(FRAMES, &[input, input])[0]);
        audio.poll();
    }
    interrupt.interrupt();
    child.join().expect("no panic");
    let heard = out.iter().position(|sample| sample.abs() > 0.25).expect("the impulse comes out");
    heard - (SETTLED * FRAMES + PLACE)
}
