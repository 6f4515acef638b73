use super::*;

#[test]
fn sources_survive_the_command_lines_form() {
    for text in ["mic", "tone", "noise", "sweep", "silence", "file:/a b/c.wav"] {
        assert_eq!(text.parse::<Source>().unwrap().to_string(), text);
    }
    for bad in ["", "file:", "loud", "microphone"] {
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
