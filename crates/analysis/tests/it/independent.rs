//! The same figures from programs that nobody here wrote: sox, ffmpeg, and sums in Python's standard library.
//!
//! A program that isn't installed is passed over with a word on stderr; with `WAVECRAFT_NEEDS_TOOLS=1` that is a failure.

use crate::devices::{Biquad, delayed, factor, noise, sample, shaped, sine, turn};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};
use wavecraft_companion_analysis::{
    Comparison, Loudness, Quiet, Score, Sweep, Take, Tone,
    compare::{Alignment, Settings},
};

/// What a program printed, on both ends; none if it isn't there.
///
/// # Panics
/// It ends with an error, or isn't there and has to be.
fn run(program: &str, arguments: &[&str]) -> Option<String> {
    match Command::new(program).args(arguments).output() {
        Ok(Output { status, stdout, stderr }) => {
            let text = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
            assert!(status.success(), "{program} {arguments:?}: {text}");
            Some(text)
        }
        Err(error) => {
            assert!(std::env::var_os("WAVECRAFT_NEEDS_TOOLS").is_none(), "{program}: {error}");
            eprintln!("passed over, {program} isn't there: {error}");
            None
        }
    }
}

fn write(path: &Path, rate: u32, channels: &[&[f32]]) {
    let spec = WavSpec {
        channels: u16::try_from(channels.len()).expect("two at most"),
        sample_rate: rate,
        bits_per_sample: 32,
        sample_format: SampleFormat::Float,
    };
    let mut writer = WavWriter::create(path, spec).expect("the folder is ours");
    for frame in 0..channels[0].len() {
        for channel in channels {
            writer.write_sample(channel[frame]).expect("there is room");
        }
    }
    writer.finalize().expect("there is room");
}

fn read(path: &Path) -> Vec<f32> {
    WavReader::open(path)
        .expect("it was written")
        .into_samples::<f32>()
        .collect::<Result<_, _>>()
        .expect("it is whole")
}

/// A signal through effects of sox, as floats.
fn through_sox(rate: u32, signal: &[f32], effects: &[&str]) -> Option<Vec<f32>> {
    let folder = tempfile::tempdir().expect("there is room");
    let [input, output] = ["in.wav", "out.wav"].map(|name| folder.path().join(name));
    write(&input, rate, &[signal]);
    let (input, output) = (input.to_str().expect("plain"), output.to_str().expect("plain"));
    let mut arguments = vec!["-D", input, "-e", "float", "-b", "32", output];
    arguments.extend(effects);
    run("sox", &arguments)?;
    Some(read(Path::new(output)))
}

/// A signal through a filter of ffmpeg, in 64 bits, as floats.
fn through_ffmpeg(rate: u32, signal: &[f32], filter: &str) -> Option<Vec<f32>> {
    let folder = tempfile::tempdir().expect("there is room");
    let [input, output] = ["in.wav", "out.wav"].map(|name| folder.path().join(name));
    write(&input, rate, &[signal]);
    let (input, output) = (input.to_str().expect("plain"), output.to_str().expect("plain"));
    run("ffmpeg", &["-v", "error", "-y", "-i", input, "-af", filter, "-c:a", "pcm_f32le", output])?;
    Some(read(Path::new(output)))
}

/// The number after the last occurrence of a label.
fn number(text: &str, label: &str) -> f64 {
    let (_, rest) = text.rsplit_once(label).unwrap_or_else(|| panic!("no {label:?} in {text}"));
    let word = rest.split_whitespace().next().unwrap_or_default();
    word.parse().unwrap_or_else(|_| panic!("{label:?} isn't followed by a number in {text}"))
}

/// Measures a filter of theirs by our sweep, against the formula of the cookbook that they name.
fn check_filter(name: &str, rate: u32, answer: &[f32], sweep: &Sweep, formula: &Biquad) {
    let linear = sweep.deconvolve(answer).expect("it sounds").linear(0).expect("no latency");
    let curve = linear.response(24, None);
    for (index, hz) in curve.frequency_hz.iter().enumerate() {
        let expected = formula.gain_db(rate, *hz);
        if expected < -60.0 {
            continue;
        }
        let off = (curve.magnitude_db[index].db() - expected).abs();
        let phase = curve.phase_degrees[index].expect("it is loud");
        let turned = turn(phase, formula.phase_degrees(rate, *hz)).abs();
        assert!(off < 0.01 && turned < 0.1, "{name} at {hz:.1} Hz: {off} dB, {turned}°");
    }
}

#[test]
fn filters_of_sox_have_their_response() {
    for rate in [44_100, 96_000] {
        let sweep = Sweep::new(rate, -20.0).expect("it is a rate");
        let root = std::f64::consts::FRAC_1_SQRT_2;
        for (effects, formula) in [
            (&["equalizer", "1000", "2q", "-6"][..], Biquad::peaking(rate, 1_000.0, 2.0, -6.0)),
            (&["equalizer", "100", "8q", "+9"][..], Biquad::peaking(rate, 100.0, 8.0, 9.0)),
            (&["lowpass", "-2", "3000"][..], Biquad::lowpass(rate, 3_000.0, root)),
            (&["highpass", "-2", "50"][..], Biquad::highpass(rate, 50.0, root)),
            (&["allpass", "500", "1q"][..], Biquad::allpass(rate, 500.0, 1.0)),
        ] {
            let Some(answer) = through_sox(rate, sweep.signal(), effects) else { return };
            check_filter(effects[0], rate, &answer, &sweep, &formula);
        }
    }
}

#[test]
fn filters_of_ffmpeg_have_their_response() {
    let rate = 48_000;
    let sweep = Sweep::new(rate, -20.0).expect("it is a rate");
    for (filter, formula) in [
        ("equalizer=f=1000:t=q:w=2:g=-6:r=f64", Biquad::peaking(rate, 1_000.0, 2.0, -6.0)),
        ("lowpass=f=3000:t=q:w=0.707:r=f64", Biquad::lowpass(rate, 3_000.0, 0.707)),
        ("highpass=f=50:t=q:w=0.707:r=f64", Biquad::highpass(rate, 50.0, 0.707)),
    ] {
        let Some(answer) = through_ffmpeg(rate, sweep.signal(), filter) else { return };
        check_filter(filter, rate, &answer, &sweep, &formula);
    }
}

#[test]
fn loudness_is_that_of_ffmpeg() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("sound.wav");
    for rate in [44_100, 48_000] {
        // Noise in bursts over a chord that swells: something for the gates, in which the sides differ.
        let frames = usize::try_from(rate * 12).expect("short");
        // Without the highest frequencies, at which interpolators differ.
        let soft = Biquad::lowpass(rate, 4_000.0, 0.707);
        let [left, right] = [1, 2].map(|seed| soft.run(&soft.run(&noise(frames, seed))));
        let chord = [220.0, 277.2, 1_318.5].map(|hz| sine(rate, hz, 0.2, frames));
        let second = usize::try_from(rate).expect("short");
        let mixed = |side: &[f32], weight: f32| -> Vec<f32> {
            (0..frames)
                .map(|n| {
                    let burst = if n / second % 3 == 0 { 0.5 } else { 0.002 };
                    let swell =
                        sample(factor(-40.0 + 3.0 * f64::from(u32::try_from(n / second).expect("short"))));
                    weight * (burst * side[n] + swell * (chord[0][n] + chord[1][n] + chord[2][n]))
                })
                .collect()
        };
        let (left, right) = (mixed(&left, 1.0), mixed(&right, 0.5));
        write(&path, rate, &[&left, &right]);
        let file = path.to_str().expect("plain");
        let arguments =
            ["-hide_banner", "-nostats", "-i", file, "-af", "ebur128=peak=true", "-f", "null", "-"];
        let Some(text) = run("ffmpeg", &arguments) else { return };
        let ours = Loudness::of(&[&left, &right], rate).expect("it is finite");
        let (_, summary) = text.rsplit_once("Summary:").expect("it sums up");
        let theirs = number(summary, "I:");
        let lufs = ours.integrated_lufs.value().expect("it is loud enough");
        assert!((lufs - theirs).abs() <= 0.1, "{rate}: {lufs} LUFS, {theirs}");
        let theirs = number(summary, "Peak:");
        let peak = ours.true_peak_dbtp.db();
        assert!((peak - theirs).abs() <= 0.15, "{rate}: {peak} dBTP, {theirs}");
    }
}

#[test]
fn levels_are_those_of_sox() {
    let quiet = Quiet::new(48_000).expect("it is a rate");
    let answer: Vec<f32> = noise(quiet.signal().len(), 4).iter().map(|x| 0.01 * x - 0.003).collect();
    let found = quiet.analyse(&answer).expect("it is finite");
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("noise.wav");
    write(&path, 48_000, &[&answer]);
    let Some(text) = run("sox", &[path.to_str().expect("plain"), "-n", "stats"]) else { return };
    // Theirs is relative to a square, with the offset in it.
    let rms = (found.noise_dbfs.amplitude().powi(2) / 2.0 + found.dc_offset.powi(2)).sqrt();
    assert!((20.0 * rms.log10() - number(&text, "RMS lev dB")).abs() < 0.01, "{text}");
    assert!((found.dc_offset - number(&text, "DC offset")).abs() < 1e-6, "{text}");
    assert!((found.peak_dbfs.db() - number(&text, "Pk lev dB")).abs() < 0.01, "{text}");
}

#[test]
fn a_null_is_that_of_sox() {
    let before = noise(96_000, 5);
    let after = Biquad::peaking(48_000, 2_000.0, 1.0, 0.5).run(&before);
    // Quieter, for sox clips.
    let [before, after] = [before, after].map(|signal| shaped(&signal, |x| 0.25 * x));
    let folder = tempfile::tempdir().expect("there is room");
    let paths = ["before.wav", "after.wav"].map(|name| folder.path().join(name));
    write(&paths[0], 48_000, &[&before]);
    write(&paths[1], 48_000, &[&after]);
    let [one, other] = paths.each_ref().map(|path| path.to_str().expect("plain"));
    let arguments = ["-m", "-v", "1", other, "-v", "-1", one, "-n", "stats"];
    let (Some(difference), Some(whole)) = (run("sox", &arguments), run("sox", &[one, "-n", "stats"])) else {
        return;
    };
    let (before, after): ([&[f32]; 1], [&[f32]; 1]) = ([&before], [&after]);
    let take = |channels| Take { rate_hz: 48_000, channels, latency_frames: None };
    let settings = Settings { alignment: Alignment::AsIs, match_level: false };
    let found = Comparison::of(&take(&before), &take(&after), settings).expect("they can be compared");
    for (label, level) in [("RMS lev dB", &found.null.rms_db), ("Pk lev dB", &found.null.peak_db)] {
        let theirs = number(&difference, label) - number(&whole, label);
        let ours = level.value().expect("it was measured").db();
        assert!((ours - theirs).abs() < 0.02, "{label}: {ours}, {theirs}");
    }
}

/// Sums of single frequencies over files of 64-bit floats, one after another and added exactly: no transform, no window, no gate.
const SUMS: &str = "
import array, cmath, math, sys
def read(path):
    values = array.array('d')
    with open(path, 'rb') as file:
        values.frombytes(file.read())
    return values
signal, answer = read(sys.argv[1]), read(sys.argv[2])
for turns in map(float, sys.argv[3:]):
    sums = []
    for values in (signal, answer):
        parts = [value * cmath.exp(-2j * math.pi * math.fmod(turns * n, 1.0)) for n, value in enumerate(values)]
        sums.append(complex(math.fsum(p.real for p in parts), math.fsum(p.imag for p in parts)))
    ratio = sums[1] / sums[0] if abs(sums[0]) > 1e-9 else complex('nan')
    print(abs(sums[1]), abs(ratio), math.degrees(cmath.phase(ratio)))
";

/// For each frequency, as turns a frame: the magnitude of the answer's sum, and magnitude and degrees of its ratio to the signal's.
fn sums(signal: &[f32], answer: &[f32], turns: &[f64]) -> Option<Vec<[f64; 3]>> {
    let folder = tempfile::tempdir().expect("there is room");
    let paths = ["signal", "answer"].map(|name| folder.path().join(name));
    for (path, samples) in paths.iter().zip([signal, answer]) {
        let bytes: Vec<u8> = samples.iter().flat_map(|x| f64::from(*x).to_ne_bytes()).collect();
        fs::write(path, bytes).expect("there is room");
    }
    let turns: Vec<String> = turns.iter().map(|turns| format!("{turns:e}")).collect();
    let mut arguments = vec!["-c", SUMS];
    arguments.extend(paths.iter().map(|path| path.to_str().expect("plain")));
    arguments.extend(turns.iter().map(String::as_str));
    let text = run("python3", &arguments)?;
    let line = |line: &str| -> [f64; 3] {
        let words: Vec<f64> = line.split_whitespace().map(|word| word.parse().expect("a number")).collect();
        words.try_into().expect("three of them")
    };
    Some(text.lines().map(line).collect())
}

#[test]
fn a_response_is_the_ratio_of_two_sums() {
    let sweep = Sweep::new(44_100, -20.0).expect("it is a rate");
    let filter = Biquad::peaking(44_100, 300.0, 3.0, 9.0);
    let answer = delayed(&filter.run(&Biquad::highpass(44_100, 25.0, 1.0).run(sweep.signal())), 50);
    let linear = sweep.deconvolve(&answer).expect("it sounds").linear(50).expect("it is short");
    let frequencies = [10.0, 40.0, 300.0, 1_234.5, 15_000.0];
    let turns = frequencies.map(|hz| hz / 44_100.0);
    let Some(theirs) = sums(sweep.signal(), &answer, &turns) else { return };
    for ((hz, turns), [_, magnitude, degrees]) in frequencies.into_iter().zip(turns).zip(theirs) {
        let ours = linear.at(hz).expect("it is below half the rate");
        assert!((ours.magnitude_db.db() - 20.0 * magnitude.log10()).abs() < 0.001, "{hz}: {ours:?}");
        let late = degrees + 360.0 * 50.0 * turns;
        assert!(turn(ours.phase_degrees.expect("it is loud"), late).abs() < 0.01, "{hz}: {ours:?}");
    }
}

#[test]
fn harmonics_are_sums_over_whole_periods() {
    let tone = Tone::new(48_000, 1_000.0, -6.0).expect("it is a rate");
    let answer = shaped(tone.signal(), |x| (2.0 * x + 0.2).tanh());
    let found = tone.analyse(&answer).expect("it sounds");
    // The last 16,384 frames are whole periods.
    let steady = answer.len() - 16_384;
    let turns: Vec<f64> = (1..=10).map(|order| f64::from(order) * found.frequency_hz / 48_000.0).collect();
    let Some(theirs) = sums(&tone.signal()[steady..], &answer[steady..], &turns) else { return };
    let first = theirs[0][0];
    for (partial, [sum, ..]) in found.harmonics.iter().zip(&theirs[1..]) {
        let theirs = 20.0 * (sum / first).log10();
        let tolerance = 0.001 + factor(-theirs - 130.0);
        assert!((partial.level_db.db() - theirs).abs() < tolerance, "{partial:?}, {theirs}");
    }
    let power: f64 = theirs[1..].iter().map(|[sum, ..]| sum * sum).sum();
    let thd = found.thd.value().expect("it was measured").db.db();
    assert!((thd - 20.0 * (power.sqrt() / first).log10()).abs() < 0.001, "{thd}");
}

#[test]
fn chance_is_a_fraction_of_whole_numbers() {
    let scores = [(1, 1), (7, 10), (12, 16), (55, 100), (520, 1_000), (0, 5)];
    let program = "
import sys
from fractions import Fraction
from math import comb
for score in sys.argv[1:]:
    correct, trials = map(int, score.split('/'))
    print(float(Fraction(sum(comb(trials, i) for i in range(correct, trials + 1)), 2 ** trials)))
";
    let words = scores.map(|(correct, trials)| format!("{correct}/{trials}"));
    let mut arguments = vec!["-c", program];
    arguments.extend(words.iter().map(String::as_str));
    let Some(text) = run("python3", &arguments) else { return };
    for ((correct, trials), theirs) in scores.into_iter().zip(text.lines()) {
        let theirs: f64 = theirs.parse().expect("a number");
        let ours = Score::of(correct, trials).expect("it is a score").by_chance;
        assert!((ours - theirs).abs() < 1e-12 * theirs, "{correct} of {trials}: {ours}, {theirs}");
    }
}
