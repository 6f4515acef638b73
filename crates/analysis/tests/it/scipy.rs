//! The same figures from scipy and pyloudnorm, where Python has them: passed over otherwise, with a word.

use crate::devices::turn;
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};
use wavecraft_companion_analysis::{Loudness, Sweep, noise};

/// Runs a script with two files: the samples that it gets, and the samples that it makes. Returns what it printed and made; none without
/// the modules.
fn python(modules: &str, script: &str, input: &[f32]) -> Option<(Vec<f64>, Vec<f32>)> {
    let there = Command::new("python3")
        .args(["-c", &format!("import {modules}")])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !there {
        assert!(std::env::var_os("WAVECRAFT_NEEDS_SCIPY").is_none(), "python3 has no {modules}");
        eprintln!("passed over, python3 has no {modules}");
        return None;
    }
    let folder = tempfile::tempdir().expect("there is room");
    let [from, to] = ["in.f32", "out.f32"].map(|name| folder.path().join(name));
    let bytes: Vec<u8> = input.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    fs::write(&from, bytes).expect("there is room");
    let made = Command::new("python3").arg("-c").arg(script).arg(&from).arg(&to).output().expect("it starts");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let numbers = String::from_utf8_lossy(&made.stdout)
        .split_whitespace()
        .map(|number| number.parse().expect("a number"))
        .collect();
    Some((numbers, samples(&to)))
}

fn samples(path: &Path) -> Vec<f32> {
    let bytes = fs::read(path).unwrap_or_default();
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().expect("four"))).collect()
}

#[test]
fn filters_of_scipy_have_the_response_that_it_says() {
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    for design in [
        "signal.ellip(5, 0.5, 50, 3000, fs=48000, output='sos')",
        "signal.cheby2(4, 40, [300, 5000], btype='bandpass', fs=48000, output='sos')",
        "signal.bessel(3, 800, fs=48000, output='sos')",
        "signal.butter(6, 120, btype='highpass', fs=48000, output='sos')",
    ] {
        let script = |frequencies: &str| {
            format!(
                "import sys, numpy\nfrom scipy import signal\nsos = {design}\n\
                 x = numpy.fromfile(sys.argv[1], dtype='<f4').astype(float)\n\
                 signal.sosfilt(sos, x).astype('<f4').tofile(sys.argv[2])\n\
                 f = numpy.array([{frequencies}])\n\
                 _, h = signal.sosfreqz(sos, worN=f, fs=48000)\n\
                 print(*(20 * numpy.log10(numpy.abs(h))), *numpy.degrees(numpy.angle(h)))"
            )
        };
        let Some((_, answer)) = python("scipy.signal", &script("1000.0"), sweep.signal()) else { return };
        let linear = sweep.deconvolve(&answer).expect("it sounds").linear(0).expect("no latency");
        let curve = linear.response(24, None);
        let grid: Vec<String> = curve.frequency_hz.iter().map(|hz| format!("{hz:.12}")).collect();
        let (numbers, _) =
            python("scipy.signal", &script(&grid.join(",")), sweep.signal()).expect("it is there");
        let (levels, phases) = numbers.split_at(grid.len());
        let mut compared = 0;
        for index in 0..grid.len() {
            if levels[index] < -40.0 {
                continue;
            }
            let off = (curve.magnitude_db[index].db() - levels[index]).abs();
            let phase = curve.phase_degrees[index].expect("it is loud");
            let turned = turn(phase, phases[index]).abs();
            assert!(off < 0.01 && turned < 0.1, "{design} at {} Hz: {off} dB, {turned}°", grid[index]);
            compared += 1;
        }
        assert!(compared > 50, "{design}: {compared}");
    }
}

#[test]
fn a_deconvolution_by_scipy_is_the_same() {
    let sweep = Sweep::new(44_100, -20.0).expect("it is a rate");
    let script = |frequencies: &str| {
        format!(
            "import sys, numpy\nfrom scipy import fft, signal\n\
             x = numpy.fromfile(sys.argv[1], dtype='<f4').astype(float)\n\
             sos = signal.iirfilter(2, [400, 4000], btype='bandpass', ftype='butter', fs=44100, output='sos')\n\
             y = signal.sosfilt(sos, x).astype('<f4')\ny.tofile(sys.argv[2])\n\
             n = 2 * len(x)\nh = fft.irfft(fft.rfft(y.astype(float), n) / fft.rfft(x, n))[:8192]\n\
             _, h = signal.freqz(h, worN=numpy.array([{frequencies}]), fs=44100)\n\
             print(*(20 * numpy.log10(numpy.abs(h))))"
        )
    };
    let Some((_, answer)) = python("scipy.fft", &script("1000.0"), sweep.signal()) else { return };
    let curve =
        sweep.deconvolve(&answer).expect("it sounds").linear(0).expect("no latency").response(24, None);
    let wanted =
        curve.frequency_hz.iter().zip(&curve.magnitude_db).filter(|(hz, _)| (50.0..15_000.0).contains(*hz));
    let (grid, ours): (Vec<String>, Vec<f64>) =
        wanted.map(|(hz, level)| (format!("{hz:.12}"), level.db())).unzip();
    let (theirs, _) = python("scipy.fft", &script(&grid.join(",")), sweep.signal()).expect("it is there");
    for ((hz, ours), theirs) in grid.iter().zip(&ours).zip(&theirs) {
        assert!((ours - theirs).abs() < 0.01, "{hz} Hz: {ours} and {theirs} dB");
    }
}

#[test]
fn loudness_is_that_of_pyloudnorm() {
    for level in [-10.0, -23.0, -40.0] {
        let noise = noise::white(5 * 48_000, level, 3).expect("it is a level");
        let script = "import sys, numpy, pyloudnorm\n\
                      x = numpy.fromfile(sys.argv[1], dtype='<f4').astype(float)\n\
                      print(pyloudnorm.Meter(48000).integrated_loudness(numpy.stack([x, x], axis=1)))";
        let Some((numbers, _)) = python("pyloudnorm", script, &noise) else { return };
        let ours = Loudness::of(&[&noise, &noise], 48_000).expect("it is long enough");
        let ours = ours.integrated_lufs.value().copied().expect("it is loud enough");
        assert!((ours - numbers[0]).abs() < 0.1, "{level}: {ours} and {} LUFS", numbers[0]);
    }
}
