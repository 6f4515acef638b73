//! How long after a page's `setParameter` the others hear of it, and how many don't: 31 pages that listen, and one that
//! sets, at the pace of a dragged knob and in a burst.

use super::PUBLISHED;
use crate::Run;
use crate::dev_servers::DevServer;
use crate::figures::percentile_us;
use crate::lines::{Line, Lines};
use crate::pages::{Page, set_text};
use futures_util::future::{join, join_all};
use std::time::Duration;
use tokio::time::sleep;
use wavecraft_ring::clock::now_ns;

/// With the one that sets, as many as there may be.
const LISTENERS: usize = 31;

pub(crate) async fn measure(run: &Run, lines: &mut Lines) {
    for (what, changes, pause) in [
        ("100 a second", if run.quick { 50 } else { 500 }, Duration::from_millis(10)),
        ("1,000 at once", 1_000, Duration::ZERO),
    ] {
        let ours = heard(DevServer::ours(), changes, pause).await;
        let published = heard(DevServer::published(), changes, pause).await;
        let mut sides = [ours, published];
        let mut add = |name: &str, unit, of: &dyn Fn(&mut Vec<u64>) -> f64| {
            let [value, anchor_value] = sides.each_mut().map(of);
            let what = format!("change heard by {LISTENERS} pages, {what}: {name}");
            lines.add(Line { id: "P5", what, value, unit, anchor: PUBLISHED.into(), anchor_value });
        };
        add("p50", "us", &|delays| percentile_us(delays, 50));
        add("p99", "us", &|delays| percentile_us(delays, 99));
        add("lost", "", &|delays| (changes as usize * LISTENERS - delays.len()) as f64);
    }
}

/// The delays of all changes that were heard.
async fn heard(server: DevServer, changes: u64, pause: Duration) -> Vec<u64> {
    let mut setter = Page::open(server.url()).await;
    let mut listeners = Vec::new();
    for _ in 0..LISTENERS {
        listeners.push(Page::open(server.url()).await);
    }
    let mut sent = Vec::new();
    let setting = async {
        for step in 0..changes {
            sent.push(now_ns());
            setter.send(set_text(step + 1, step)).await;
            if !pause.is_zero() {
                sleep(pause).await;
            }
        }
        // It hears of them too. It reads them only now, so its own delays count for nothing.
        listen(&mut setter, changes).await;
    };
    let listening = join_all(listeners.iter_mut().map(|page| listen(page, changes)));
    let ((), heard) = join(setting, listening).await;
    heard.into_iter().flatten().map(|(step, time)| time - sent[step as usize]).collect()
}

/// The steps that a page hears of, and when; to the last, or until nothing comes any more.
async fn listen(page: &mut Page, changes: u64) -> Vec<(u64, u64)> {
    let mut heard = Vec::new();
    while let Some(text) = page.receive().await {
        let Some(step) = step_of(&text) else { continue };
        heard.push((step, now_ns()));
        if step + 1 == changes {
            break;
        }
    }
    heard
}

/// The step that a `parameterChanged` tells of.
fn step_of(text: &str) -> Option<u64> {
    if !text.contains("parameterChanged") {
        return None;
    }
    let value = text.split_once(r#""value":"#)?.1;
    let value: f64 = value.split(['}', ',']).next()?.parse().ok()?;
    Some((value * 1024.0).round() as u64)
}
