//! Calls a second, their delay, and the server's CPU for each, from 1, 8 and 32 pages with 1 and 16 calls in flight
//! each. Every page hears of every `setParameter`, so with 32 pages a call is 33 messages.

use super::PUBLISHED;
use crate::Run;
use crate::dev_servers::DevServer;
use crate::figures::{percentile_us, us};
use crate::lines::{Line, Lines};
use crate::pages::{Call, Page, Tally, round};
use crate::platform::usage_of;
use std::time::Duration;

const CALLS: [(&str, &[Call]); 4] = [
    ("ping", &[Call::Ping]),
    ("get", &[Call::Get]),
    ("set", &[Call::Set]),
    ("mixed", &[Call::Ping, Call::Get, Call::Set, Call::Get]),
];

/// One server and what came of its rounds.
struct Side {
    server: DevServer,
    pages: Vec<Page>,
    tally: Tally,
    took_ns: u64,
    cpu_ns: u64,
}

impl Side {
    async fn new(server: DevServer, pages: usize) -> Self {
        let mut side = Self { server, pages: Vec::new(), tally: Tally::default(), took_ns: 0, cpu_ns: 0 };
        for _ in 0..pages {
            side.pages.push(Page::open(side.server.url()).await);
        }
        side
    }

    async fn round(&mut self, calls: &[Call], in_flight: usize, length: Duration) {
        let before = usage_of(self.server.pid()).cpu_ns;
        let (tally, took) = round(&mut self.pages, self.server.url(), calls, in_flight, length).await;
        self.cpu_ns += usage_of(self.server.pid()).cpu_ns - before;
        self.took_ns += took;
        self.tally.delays.extend(tally.delays);
        self.tally.sets += tally.sets;
        self.tally.changes += tally.changes;
        self.tally.cut_off += tally.cut_off;
    }

    fn answers(&self) -> f64 {
        self.tally.delays.len() as f64
    }

    /// Changes that a page should have heard of and didn't.
    fn lost(&self) -> f64 {
        (self.tally.sets * self.pages.len() as u64).saturating_sub(self.tally.changes) as f64
    }
}

pub(crate) async fn measure(run: &Run, lines: &mut Lines) {
    let (rounds, length) = if run.quick { (1, 200) } else { (4, 400) };
    let mut cut_off = [0.0; 2];
    for (name, calls) in CALLS {
        for pages in [1, 8, 32] {
            for in_flight in [1, 16] {
                let mut sides = [
                    Side::new(DevServer::ours(), pages).await,
                    Side::new(DevServer::published(), pages).await,
                ];
                for _ in 0..rounds {
                    for side in &mut sides {
                        side.round(calls, in_flight, Duration::from_millis(length)).await;
                    }
                }
                add(lines, &format!("{name}, {pages} pages × {in_flight}"), &mut sides);
                for (sum, side) in cut_off.iter_mut().zip(&sides) {
                    *sum += side.tally.cut_off as f64;
                }
                if name == "mixed" && pages == 32 && in_flight == 16 {
                    let [value, anchor_value] =
                        sides.each_ref().map(|side| usage_of(side.server.pid()).rss_kib as f64 / 1024.0);
                    lines.add(line("memory after that", "MiB", value, anchor_value));
                }
            }
        }
    }
    lines.add(line("pages cut off, in all rounds", "", cut_off[0], cut_off[1]));
}

fn add(lines: &mut Lines, what: &str, sides: &mut [Side; 2]) {
    let mut both = |name: &str, unit, of: &dyn Fn(&mut Side) -> f64| {
        let [ours, published] = sides.each_mut().map(of);
        lines.add(line(&format!("{what}: {name}"), unit, ours, published));
    };
    both("answers", "1/s", &|side| side.answers() * 1e9 / side.took_ns as f64);
    both("p50", "us", &|side| percentile_us(&mut side.tally.delays, 50));
    both("p99", "us", &|side| percentile_us(&mut side.tally.delays, 99));
    both("server's CPU a call", "us", &|side| us(side.cpu_ns) / side.answers());
    if sides[0].tally.sets > 0 {
        let [ours, published] = sides.each_ref().map(Side::lost);
        lines.add(line(&format!("{what}: changes lost"), "", ours, published));
    }
}

fn line(what: &str, unit: &'static str, value: f64, anchor_value: f64) -> Line {
    Line { id: "P5", what: what.to_owned(), value, unit, anchor: PUBLISHED.into(), anchor_value }
}
