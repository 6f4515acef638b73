//! `wavecraft measure-latency`: measures how long sound takes from the output back to the input.

use crate::{
    cli::JsonArgs,
    companion,
    output::out,
    report::{audio, json_line},
};
use std::time::Duration;
use wavecraft_companion_protocol::latency::{MeasureLatency, MeasuredLatency};

/// More than the companion takes, which ends a measurement by itself after 30 s.
const MEASURING: Duration = Duration::from_secs(40);

/// Measures, and prints the result beside the reported latency; with `--json` the protocol's own `MeasuredLatency`. If
/// no companion is running, one is started for this and ended.
pub(crate) async fn run(args: JsonArgs) -> anyhow::Result<()> {
    let measured =
        companion::ask_once(async |connection| Ok(connection.call(&MeasureLatency {}, MEASURING).await?))
            .await?;
    if args.json {
        out!("{}", json_line(&measured));
    } else {
        table(&measured).lines().for_each(|line| out!("{line}"));
    }
    Ok(())
}

/// The result as text for the user.
fn table(measured: &MeasuredLatency) -> String {
    let time = |frames: f64| frames * 1000.0 / f64::from(measured.sample_rate.max(1));
    let row = |name: &str, frames: f64| format!("{name:<18}{frames:>9.1} frames {:>8.2} ms\n", time(frames));
    let whole = |name: &str, frames: u32| row(name, f64::from(frames));
    let reported = &measured.reported;
    let difference = measured.difference_frames;
    let mut text = row("Measured", measured.frames);
    text += &whole("Reported", reported.total_frames());
    text += &whole("  output device", reported.output_device);
    text += &whole("  input device", reported.input_device);
    text += &whole("  input buffer", reported.input_buffer);
    text += &format!("Difference        {difference:>+9.1} frames {:>+8.2} ms\n", time(difference));
    let [first, second, third] = measured.chirps;
    let inverted = if measured.inverted { ", upside down" } else { "" };
    text += &format!(
        "\nThree chirps took {first:.1}, {second:.1} and {third:.1} frames and came back at {:+.1} dB{inverted}.\n{}\n",
        measured.gain_db,
        audio(&measured.devices)
    );
    if !measured.projects.is_empty() {
        text += "\nNot in that loop: what each project adds to its own sound\n";
    }
    for project in &measured.projects {
        text += &whole(&format!("{}, {}", project.session, project.mode), project.pipeline);
        text += &whole("  its processor", project.processor);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::{
        latency::{ProjectLatency, ReportedLoop},
        session::{AudioDevices, Mode},
    };

    #[test]
    fn the_table_reads_well() {
        let measured = MeasuredLatency {
            sample_rate: 48_000,
            frames: 780.3,
            chirps: [780.2, 780.3, 780.4],
            gain_db: -3.25,
            inverted: true,
            reported: ReportedLoop { output_device: 256, input_device: 256, input_buffer: 256 },
            difference_frames: 12.3,
            projects: vec![ProjectLatency {
                session: "demo-1".into(),
                mode: Mode::Pipelined,
                pipeline: 256,
                processor: 0,
            }],
            devices: AudioDevices {
                backend: "PipeWire".into(),
                input: Some("Desk".into()),
                output: Some("Desk".into()),
                sample_rate: 48_000,
                buffer_frames: 256,
                ..AudioDevices::default()
            },
        };
        let expected = "\
Measured              780.3 frames    16.26 ms
Reported              768.0 frames    16.00 ms
  output device       256.0 frames     5.33 ms
  input device        256.0 frames     5.33 ms
  input buffer        256.0 frames     5.33 ms
Difference            +12.3 frames    +0.26 ms

Three chirps took 780.2, 780.3 and 780.4 frames and came back at -3.2 dB, upside down.
PipeWire · in Desk · out Desk · 48000 Hz / 256 frames

Not in that loop: what each project adds to its own sound
demo-1, pipelined     256.0 frames     5.33 ms
  its processor         0.0 frames     0.00 ms
";
        assert_eq!(table(&measured), expected);
    }
}
