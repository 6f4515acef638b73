//! Sends meters, scope, spectrum and stats at their rates.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval, sleep_until},
};
use wavecraft_companion_protocol::browser::{
    MAX_HZ, METER_UPDATE, SCOPE_UPDATE, SPECTRUM_UPDATE, STATS, Topic, notification, rounded,
};

use crate::{
    hub::{Demand, Hub},
    outbox::{Lane, Outbox},
};

/// By how much a host's values may be older than they are when they come: so much more is asked for, lest one is missed.
const LATE: Duration = Duration::from_millis(20);

/// Sends subscribers what is due, until `stop` is signalled. Sleeps while there are no subscribers.
///
/// All clients share one clock of [`MAX_HZ`] ticks a second, so that a frame is created and serialised once for all of
/// them, whatever their rates; meters, which hold what happened in a client's time, once for each rate.
pub(crate) async fn run(hub: Arc<Hub>, mut stop: watch::Receiver<()>) {
    tokio::select! {
        () = pump(&hub) => {}
        _ = stop.changed() => {}
    }
}

async fn pump(hub: &Hub) {
    let mut clock = interval(Duration::from_secs(1) / MAX_HZ);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut tick = 0;
    loop {
        match hub.demand() {
            Demand::Ticks => {
                clock.tick().await;
                send(hub, tick);
                tick += 1;
            }
            Demand::Until(time) => tokio::select! {
                () = sleep_until(time) => {}
                () = hub.demand_changed() => {}
            },
            Demand::Nothing => hub.demand_changed().await,
        }
        hub.review();
    }
}

fn send(hub: &Hub, tick: u64) {
    let host = hub.host();
    for (hz, outboxes) in hub.due_meters(tick) {
        to(outboxes, || {
            let mut meters = host.meters()?;
            meters.probes = host.probes(Duration::from_secs(1) / hz.max(1) + LATE);
            Some(notification(METER_UPDATE, &meters))
        });
    }
    to(hub.due(Topic::Scope, tick), || {
        let mut frame = host.oscilloscope_frame()?;
        frame.points_l.iter_mut().chain(&mut frame.points_r).for_each(|point| *point = rounded(*point));
        Some(notification(SCOPE_UPDATE, &frame))
    });
    for (wanted, outboxes) in hub.due_pictures(tick) {
        to(outboxes, || Some(notification(SCOPE_UPDATE, &host.scope(&wanted)?)));
    }
    to(hub.due(Topic::Spectrum, tick), || Some(notification(SPECTRUM_UPDATE, &host.spectrum()?)));
    to(hub.due(Topic::Stats, tick), || Some(notification(STATS, &host.stats()?)));
}

fn to(outboxes: Vec<Arc<Outbox>>, text: impl FnOnce() -> Option<String>) {
    if outboxes.is_empty() {
        return;
    }
    if let Some(text) = text().map(tokio_tungstenite::tungstenite::Utf8Bytes::from) {
        for outbox in outboxes {
            outbox.push(Lane::Frames, text.clone());
        }
    }
}
