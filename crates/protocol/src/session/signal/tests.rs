use super::*;
use fastrand::Rng;

fn told(text: &str) -> String {
    text.parse::<TestSignal>().expect_err(text).to_string()
}

#[test]
fn a_name_alone_is_the_usual_signal() {
    for (text, signal) in [
        ("tone", TestSignal::TONE),
        ("noise", TestSignal::NOISE),
        ("sweep", TestSignal::SWEEP),
        ("impulse", TestSignal::IMPULSE),
        ("step", TestSignal::STEP),
        ("twotone", TestSignal::TWO_TONE),
        ("silence", TestSignal::Silence),
    ] {
        assert_eq!(text.parse(), Ok(signal));
        assert_eq!((signal.to_string().as_str(), signal.kind().name()), (text, text));
        assert_eq!(signal.kind().example().parse::<TestSignal>().unwrap().kind(), signal.kind());
        assert!(signal.fits(8000).is_ok(), "{text}: at every rate");
    }
}

#[test]
fn the_shortest_text_is_printed() {
    for (text, printed) in [
        ("tone:440", "tone:440"),
        ("tone:1000@-12", "tone"),
        ("tone:747.802734375@-20.50", "tone:747.802734375@-20.5"),
        ("tone@−6", "tone@-6"),
        ("tone@+0", "tone@0"),
        ("tone@-0", "tone@0"),
        ("noise:white@-20", "noise"),
        ("noise:pink", "noise:pink"),
        ("noise:pink@-12", "noise:pink@-12"),
        ("sweep:20-20000/10@-12", "sweep:20-20000"),
        ("sweep:8000-100/0.5", "sweep:8000-100/0.5"),
        ("sweep@-30", "sweep@-30"),
        ("impulse:1", "impulse"),
        ("impulse:0.25@0", "impulse:0.25@0"),
        ("step@-40", "step@-40"),
        ("twotone:1000,1100", "twotone"),
        ("twotone:60,7000@-6", "twotone:60,7000@-6"),
    ] {
        assert_eq!(text.parse::<TestSignal>().unwrap().to_string(), printed, "{text}");
    }
}

#[test]
fn what_is_wrong_is_told_with_how_to_write_it() {
    let frequency = "a frequency is 0.1 to 192000 Hz, as a plain number";
    let many = format!("tone:{}", "9".repeat(400));
    for (text, what, form) in [
        ("tone:", frequency, "Write tone[:HZ][@DB], such as tone:440@-20"),
        ("tone:0", frequency, "tone[:HZ]"),
        ("tone:-5", frequency, "tone[:HZ]"),
        ("tone:nan", frequency, "tone[:HZ]"),
        ("tone:inf", frequency, "tone[:HZ]"),
        ("tone:1e3", frequency, "tone[:HZ]"),
        ("tone:440 ", frequency, "tone[:HZ]"),
        ("tone:4.4.0", frequency, "tone[:HZ]"),
        ("tone:192000.1", frequency, "tone[:HZ]"),
        (&many, frequency, "tone[:HZ]"),
        ("tone:440@", "a level is −120 to 0 dBFS", "[@DB]"),
        ("tone:440@1", "a level is −120 to 0 dBFS", "[@DB]"),
        ("tone:440@-121", "a level is −120 to 0 dBFS", "[@DB]"),
        ("tone:440@NaN", "a level is −120 to 0 dBFS", "[@DB]"),
        ("tone:440@-6@-6", "a level is −120 to 0 dBFS", "[@DB]"),
        ("noise:brown", "noise is white or pink", "Write noise[:white|pink][@DB]"),
        ("noise@-4", "the level of white noise is −120 to −5 dBFS", "noise"),
        ("noise:pink@-11.9", "the level of pink noise is −120 to −12 dBFS", "noise"),
        ("sweep:20", "two frequencies with a - between", "Write sweep[:FROM-TO[/SECONDS]][@DB]"),
        ("sweep:-20000", frequency, "sweep"),
        ("sweep:20-", frequency, "sweep"),
        ("sweep:20-20", "ends at another frequency", "sweep"),
        ("sweep:20-20000/", "a time is 0.001 to 3600 seconds", "sweep"),
        ("sweep:20-20000/0", "a time is 0.001 to 3600 seconds", "sweep"),
        ("impulse:0", "a time is 0.001 to 3600 seconds", "Write impulse[:SECONDS][@DB]"),
        ("impulse:3601", "a time is 0.001 to 3600 seconds", "impulse"),
        ("step:1", "a step has a level alone", "Write step[@DB]"),
        ("twotone:1", "two frequencies with a comma between", "Write twotone[:HZ,HZ][@DB]"),
        ("twotone:1,", frequency, "twotone"),
        ("twotone:1,2,3", frequency, "twotone"),
        ("silence:1", "silence has no numbers", "Write silence"),
        ("silence@-3", "silence has no numbers", "Write silence"),
        ("", "there is none of this name", "tone[:HZ][@DB], noise[:white|pink][@DB], sweep"),
        ("tones", "there is none of this name", "impulse[:SECONDS][@DB], step[@DB]"),
        ("Tone", "there is none of this name", "silence"),
    ] {
        let told = told(text);
        assert!(told.contains(what) && told.contains(form), "{text}: {told}");
        assert!(told.len() < 300, "{told}");
    }
    assert!(told(&many).starts_with(&format!("`tone:{}…` is no signal", "9".repeat(35))));
}

#[test]
fn a_frequency_stays_below_half_of_the_rate() {
    let fits =
        |text: &str, rate| text.parse::<TestSignal>().unwrap().fits(rate).map_err(|error| error.to_string());
    assert_eq!(fits("tone:23999.9", 48_000), Ok(()));
    assert_eq!(
        fits("tone:24000@-6", 48_000).unwrap_err(),
        "`tone:24000@-6` can't be played at 48000 Hz: its frequencies must be below half of that, 24000 Hz"
    );
    assert!(fits("sweep:20-20000", 32_000).is_err() && fits("sweep", 32_000).is_ok());
    assert!(fits("sweep:20000-20", 32_000).is_err());
    assert!(fits("twotone:19000,20000", 44_100).is_ok() && fits("twotone:20000,100", 32_000).is_err());
    assert!(fits("tone:440", 0).is_err());
}

#[test]
fn a_label_has_the_numbers() {
    for (text, label) in [
        ("tone", "Tone 1 kHz, −12 dBFS"),
        ("tone:440", "Tone 440 Hz, −12 dBFS"),
        ("tone:999.999@0", "Tone 999.999 Hz, 0 dBFS"),
        ("tone:12345.678@-3.5", "Tone 12.345678 kHz, −3.5 dBFS"),
        ("tone:1050", "Tone 1.05 kHz, −12 dBFS"),
        ("noise", "White noise, −20 dBFS"),
        ("noise:pink@-30", "Pink noise, −30 dBFS"),
        ("sweep", "Sweep 20 Hz to 20 kHz in 10 s, −12 dBFS"),
        ("sweep:100-5000.5/0.5", "Sweep 100 Hz to 5.0005 kHz in 0.5 s, −12 dBFS"),
        ("impulse", "Impulse every 1 s, −12 dBFS"),
        ("step@-20", "Step, −20 dBFS"),
        ("twotone:19000,20000", "Two tones 19 kHz and 20 kHz, −12 dBFS"),
        ("silence", "Silence"),
    ] {
        assert_eq!(text.parse::<TestSignal>().unwrap().label(), label);
    }
}

/// A number of up to three decimals in a range.
fn number(rng: &mut Rng, least: f64, most: f64) -> f64 {
    let span = most - least;
    let value = match rng.u8(0..4) {
        0 => least,
        1 => most,
        _ => (least + span * rng.f64().powi(3) * 1000.0 / 1000.0).clamp(least, most),
    };
    let scale = [1.0, 10.0, 1000.0][rng.usize(0..3)];
    ((value * scale).round() / scale).clamp(least, most)
}

fn any(rng: &mut Rng) -> TestSignal {
    let hz = |rng: &mut Rng| Hertz::new(number(rng, 0.1, 192_000.0)).unwrap();
    let time = Seconds::new(number(rng, 0.001, 3600.0)).unwrap();
    let colour = if rng.bool() { Colour::White } else { Colour::Pink };
    let level = Level::new(number(rng, -120.0, 0.0)).unwrap();
    match SIGNALS[rng.usize(0..SIGNALS.len())] {
        SignalKind::Tone => TestSignal::Tone { hz: hz(rng), level },
        SignalKind::Noise => {
            let level = Level::new(level.get().min(colour.loudest().get())).unwrap();
            TestSignal::Noise { colour, level }
        }
        SignalKind::Sweep => {
            let span = [hz(rng), hz(rng)];
            if span[0] == span[1] {
                TestSignal::SWEEP
            } else {
                TestSignal::Sweep { span: Some(span), time, level }
            }
        }
        SignalKind::Impulse => TestSignal::Impulse { period: time, level },
        SignalKind::Step => TestSignal::Step { level },
        SignalKind::TwoTone => TestSignal::TwoTone { hz: [hz(rng), hz(rng)], level },
        SignalKind::Silence => TestSignal::Silence,
    }
}

#[test]
fn every_signal_is_read_back_as_it_was_printed() {
    let mut rng = Rng::with_seed(57);
    for _ in 0..20_000 {
        let signal = any(&mut rng);
        let text = signal.to_string();
        assert_eq!(text.parse(), Ok(signal), "{text}");
        let json = serde_json::to_string(&signal).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<TestSignal>(&json).unwrap(), signal);
    }
}

#[test]
fn whatever_is_typed_is_read_or_refused_with_a_short_sentence() {
    const PARTS: [&str; 22] = [
        "tone",
        "noise",
        "sweep",
        "impulse",
        "step",
        "twotone",
        "silence",
        ":",
        "@",
        "-",
        "−",
        "/",
        ",",
        ".",
        "0",
        "1",
        "440",
        "20000",
        "white",
        "nan",
        "é",
        "999999999999999999",
    ];
    let mut rng = Rng::with_seed(7);
    let mut read = 0;
    for _ in 0..50_000 {
        let text: String = (0..rng.usize(0..8)).map(|_| PARTS[rng.usize(0..PARTS.len())]).collect();
        match text.parse::<TestSignal>() {
            Ok(signal) => {
                read += 1;
                assert_eq!(signal.to_string().parse(), Ok(signal), "{text}");
            }
            Err(error) => assert!(error.to_string().contains("Write "), "{text}: {error}"),
        }
    }
    assert!(read > 500, "{read}");
}
