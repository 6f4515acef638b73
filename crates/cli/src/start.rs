//! `wavecraft start`: builds a project, plays it and serves its page, and ends everything again.

mod args;
mod attach;
mod claim;
mod comparing;
mod defaults;
mod defaults_watch;
mod devices;
mod end;
mod event_loop;
mod keys;
mod page;
mod prepare;
mod question;
mod rebuilds;
mod session;
mod shown_probe;
mod state;
mod swap;
mod telling;
mod told_notices;
mod told_violations;
mod transport;
mod troubles;

pub(crate) use args::{StartArgs, TransportChoice};

use crate::{
    companion,
    failure::{INTERRUPTED, SUCCESS},
    processes::Processes,
    report::Report,
    secret,
    signals::Signals,
};
use anyhow::Context;
use shown_probe::ShownProbe;
use state::{End, Start};
use std::collections::BTreeSet;
use wavecraft_companion_protocol::event::Event;

/// Runs the project until it is stopped; returns the exit code.
pub(crate) async fn run(args: StartArgs) -> anyhow::Result<i32> {
    let mut signals = Signals::take().context("the system's signals can't be watched")?;
    let mut start = Start {
        report: Report::new(args.json, args.verbose),
        keyboard: None,
        paths: companion::paths()?,
        token: secret::token()?,
        audio_token: secret::token()?,
        processes: Processes::new(),
        builds: None,
        companion: None,
        launched: None,
        preview: None,
        page: None,
        generated: None,
        children: BTreeSet::new(),
        probe: args.probe.as_deref().map(ShownProbe::named),
        claim: None,
        folder: None,
        args,
    };
    let outcome = tokio::select! {
        outcome = start.work() => outcome,
        () = signals.next() => Ok(End::Interrupted),
    };
    if let Err(error) = &outcome {
        start.report.failure(&format!("{error:#}"));
    }
    let orphans = start.end(&mut signals).await;
    start.report.event(&Event::Stopped { orphans });
    let end = outcome?;
    start.report.say("Stopped.");
    Ok(match end {
        End::Done => SUCCESS,
        End::Interrupted => INTERRUPTED,
    })
}
