//! What 32 pages with meters at 60 Hz cost the companion that plays a project, beside the same companion without pages:
//! in CPU of all its threads but the audio thread, and of the audio thread by itself.

use crate::Run;
use crate::companion::Companion;
use crate::figures::us;
use crate::lines::{Line, Lines};
use crate::pages::Page;
use crate::platform::thread_cpu_ns;
use futures_util::future::join_all;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

const PAGES: usize = 32;
/// The virtual device's.
const AUDIO_THREAD: &str = "virtual-audio";

pub(crate) async fn measure(run: &Run, lines: &mut Lines) {
    let length = Duration::from_secs(if run.quick { 2 } else { 10 });
    let companion = Companion::start(&run.programs);
    let mut control = companion.control();
    let own = std::env::current_exe().expect("this program");
    let attached = control.attach(&own, &["gain-child"]);
    let url = attached["ws_url"].as_str().expect("an address");

    let alone = used(&companion, sleep(length)).await;
    let mut pages = Vec::new();
    for _ in 0..PAGES {
        let mut page = Page::open(url).await;
        page.send(
            r#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["meters"],"hz":60}}"#.into(),
        )
        .await;
        pages.push(page);
    }
    let mut heard = Vec::new();
    let watched = used(&companion, async {
        heard = join_all(pages.iter_mut().map(|page| count(page, length))).await;
    })
    .await;

    let rate = |meters: &u32| f64::from(*meters) / length.as_secs_f64();
    let least = heard.iter().min().map_or(0.0, rate);
    let mut add = |what: &str, value: f64, unit, anchor: &str, anchor_value| {
        let what = format!("{PAGES} pages with meters at 60 Hz: {what}");
        lines.add(Line { id: "P5", what, value, unit, anchor: anchor.into(), anchor_value });
    };
    add("meters a page, the least", least, "1/s", "asked for", 60.0);
    add("companion's CPU, of a core", (watched.0 - alone.0) * 100.0, "%", "goal", 10.0);
    add("audio thread's CPU, of a core", watched.1 * 100.0, "%", "without pages", alone.1 * 100.0);
}

/// The shares of a core that the companion's other threads and its audio thread use meanwhile.
async fn used(companion: &Companion, meanwhile: impl Future<Output = ()>) -> (f64, f64) {
    let now = || {
        let threads = thread_cpu_ns(companion.pid());
        let audio: u64 = threads.iter().filter(|(name, _)| name == AUDIO_THREAD).map(|(_, ns)| ns).sum();
        let all: u64 = threads.iter().map(|(_, ns)| ns).sum();
        (all - audio, audio)
    };
    let (start, before) = (Instant::now(), now());
    meanwhile.await;
    let after = now();
    let share = |used: u64| us(used) / start.elapsed().as_secs_f64() / 1e6;
    (share(after.0.saturating_sub(before.0)), share(after.1.saturating_sub(before.1)))
}

/// The meters that come to a page in a time.
async fn count(page: &mut Page, length: Duration) -> u32 {
    let mut meters = 0;
    let counting = async {
        while let Some(text) = page.receive().await {
            meters += u32::from(text.contains("meterUpdate"));
        }
    };
    // It ends by the time alone.
    let _ = timeout(length, counting).await;
    meters
}
