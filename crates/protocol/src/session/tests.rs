use super::*;

#[test]
fn sources_survive_the_command_lines_form() {
    for text in ["mic", "tone", "noise", "sweep", "silence", "file:/a b/c.wav"] {
        assert_eq!(text.parse::<Source>().unwrap().to_string(), text);
    }
    for path in ["loop.wav", "sounds/drums", "/a b/c", "./tone"] {
        assert_eq!(path.parse(), Ok(Source::File { path: path.into() }), "{path}");
    }
    for bad in ["", "file:", "loud", "microphone", "tone.", ".tone"] {
        assert!(bad.parse::<Source>().unwrap_err().to_string().contains("use mic"), "{bad}");
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
