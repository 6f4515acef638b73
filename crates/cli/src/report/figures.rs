//! Latency and load, split into their parts.

use super::{Report, clocks, latency, latency_parts, percent, probes};
use wavecraft_companion_protocol::session::{LateBlocks, Load, Stats};

impl Report {
    /// Prints the parts of a project's latency and load.
    pub(crate) fn figures(&self, stats: &Stats) {
        let rate = stats.devices.sample_rate;
        let whole = latency(stats.latency.total_ms(rate), stats.mode);
        self.item("Latency", &format!("{whole}: {}", latency_parts(&stats.latency, rate)));
        let of_thread = Load {
            average: stats.load,
            max: stats.load_max,
            p99: stats.load_p99,
            last_second: stats.load_last_second,
        };
        self.item(
            "Load",
            &format!("{} of a block's time; awake after {:.0} µs", load(stats.processor_load), stats.wake_us),
        );
        self.item("Engine", &format!("{} of the audio thread's time", load(of_thread)));
        self.item("Late", &late_by_cause(&stats.late_blocks, stats.blocks));
        self.item("NaN/Inf", &samples(stats.nonfinite));
        self.item("Restarts", &stats.respawns.to_string());
        let total = &stats.total;
        self.item(
            "In all",
            &format!(
                "{}, {}, {}, {}",
                counted(total.builds, "build", "builds"),
                late_by_cause(&total.late_blocks, total.blocks),
                samples(total.nonfinite),
                counted(total.respawns, "restart", "restarts")
            ),
        );
        self.item("Xruns", &format!("{} of the device's own", stats.xruns));
        for (index, probe) in stats.probes.iter().enumerate() {
            let text = format!("{} {}", probes::probe_name(probe, &stats.probes), probes::values(probe));
            self.item(if index == 0 { "Probes" } else { "" }, &text);
        }
        if let Some(drift) = &stats.drift {
            self.item("Clocks", &format!("microphone and output are {}", clocks(drift)));
        }
    }
}

fn load(load: Load) -> String {
    format!(
        "{}; of the last ten seconds 99 % below {}, at most {}",
        percent(load.average),
        percent(load.p99),
        percent(load.max)
    )
}

fn samples(count: u64) -> String {
    match count {
        0 => "no sample was NaN, infinite or too large".into(),
        count => format!("{} NaN, infinite or too large", counted(count, "sample was", "samples were")),
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn late_by_cause(late: &LateBlocks, blocks: u64) -> String {
    let causes = [
        ("the system didn't run the processor", late.not_scheduled),
        ("the processor was too slow", late.too_slow),
        ("its queue was full", late.queue_full),
        ("the device asked for several at once", late.device),
    ];
    let told = causes.iter().filter(|(_, count)| *count > 0);
    let told: Vec<_> = told.map(|(cause, count)| format!("{count} because {cause}")).collect();
    match told.is_empty() {
        true => format!("none of {blocks} blocks"),
        false => format!("{} of {blocks} blocks: {}", late.total(), told.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_blocks_have_causes() {
        assert_eq!(late_by_cause(&LateBlocks::default(), 7), "none of 7 blocks");
        let late = LateBlocks { not_scheduled: 1, device: 2, ..LateBlocks::default() };
        assert_eq!(
            late_by_cause(&late, 9),
            "3 of 9 blocks: 1 because the system didn't run the processor, 2 because the device asked for several at once"
        );
    }
}
