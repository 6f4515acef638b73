use super::*;

#[test]
fn sources_survive_the_command_lines_form() {
    for text in
        ["mic", "tone", "noise", "sweep", "silence", "tone:440@-20", "twotone:60,7000", "file:/a b/c.wav"]
    {
        assert_eq!(text.parse::<Source>().unwrap().to_string(), text);
    }
    for path in ["loop.wav", "sounds/drums", "/a b/c", "./tone", "tones.wav", "sweep/20", "./tone:440"] {
        assert_eq!(path.parse(), Ok(Source::File { path: path.into() }), "{path}");
    }
    for bad in ["", "file:", "loud", "microphone", "tone.", ".tone", "mic:1", "mic@-3"] {
        assert!(bad.parse::<Source>().unwrap_err().to_string().contains("use mic"), "{bad}");
    }
    for bad in ["tone:", "tone:440.wav", "sweep:20-20000/0", "noise:pink@3"] {
        let told = bad.parse::<Source>().unwrap_err().to_string();
        assert!(told.contains("is no signal") && told.contains("Write "), "{told}");
    }
}

#[test]
fn a_message_has_a_source_as_an_object_and_the_command_lines_form_is_read_too() {
    let read = |json: &str| serde_json::from_str::<Source>(json).map_err(|error| error.to_string());
    for json in [
        r#"{"kind":"microphone"}"#,
        r#"{"kind":"tone"}"#,
        r#"{"kind":"tone","signal":"tone:440@-20"}"#,
        r#"{"kind":"twotone","signal":"twotone:60,7000"}"#,
        r#"{"kind":"silence"}"#,
        r#"{"kind":"file","path":"/loop.wav"}"#,
    ] {
        assert_eq!(serde_json::to_string(&read(json).unwrap()).unwrap(), json);
    }
    assert_eq!(read(r#""tone:440@-20""#), read(r#"{"kind":"tone","signal":"tone:440@-20"}"#));
    assert_eq!(read(r#""/loop.wav""#), read(r#"{"kind":"file","path":"/loop.wav"}"#));
    for (json, said) in [
        (r#"{"kind":"file"}"#, "missing field `path`"),
        (r#"{"kind":"tone","signal":"noise"}"#, "the signal `noise` is no tone"),
        (r#"{"kind":"file","signal":"noise"}"#, "missing field `path`"),
        (r#"{"kind":"tone","signal":"tone:0"}"#, "a frequency is 0.1 to 192000 Hz"),
        (r#"{"kind":"radio"}"#, "unknown variant `radio`"),
        (r#"{"signal":"tone"}"#, "missing field `kind`"),
        (r#""radio""#, "use mic"),
        ("440", "expected a source"),
        ("[\"tone\"]", "expected a source"),
    ] {
        let told = read(json).unwrap_err();
        assert!(told.contains(said), "{json}: {told}");
    }
}

#[test]
fn modes_survive_the_command_lines_form() {
    for text in ["pipelined", "direct"] {
        assert_eq!(text.parse::<Mode>().unwrap().to_string(), text);
    }
    assert!("Direct".parse::<Mode>().unwrap_err().to_string().contains("pipelined or direct"));
}

#[test]
fn latency_is_the_sum_of_its_parts() {
    let latency = Latency { input_device: 1, input_buffer: 2, pipeline: 4, processor: 8, output_device: 16 };
    assert_eq!(latency.total_frames(), 31);
    assert!((latency.total_ms(31_000) - 1.0).abs() < 1e-9);
    assert_eq!(latency.total_ms(0), 0.0);
}

#[test]
fn a_project_is_told_of_the_microphone_only_if_it_hears_it() {
    let notices = |rest: &[&str], microphone: Option<&str>| AudioDevices {
        notice: Some(rest.iter().copied().chain(microphone).collect::<Vec<_>>().join(NOTICE_GAP)),
        microphone_notice: microphone.map(str::to_owned),
        ..AudioDevices::default()
    };
    let both = notices(&["no output"], Some("the headset is used instead"));
    assert_eq!(both.notice_for(SourceName::Tone), Some("no output"));
    assert_eq!(both.notice_for(SourceName::Microphone), Some("no output; the headset is used instead"));
    assert_eq!(notices(&[], Some("a; b")).notice_for(SourceName::File), None);
    assert_eq!(notices(&["no output"], None).notice_for(SourceName::File), Some("no output"));
    assert_eq!(AudioDevices::default().notice_for(SourceName::Microphone), None);
}
