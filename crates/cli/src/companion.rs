//! The command's view of the companion: the connection to it, and how to start it if it isn't running.

mod connection;
mod launch;
mod socket;

pub(crate) use connection::{Answer, Connection, Error, Incoming, Ticket};
pub(crate) use launch::{Launched, program, would_stay};
pub(crate) use socket::Unreachable;

use crate::platform;
use anyhow::{Context, bail};
use socket::connect;
use std::{
    collections::BTreeMap,
    io::{self, Write},
    time::Duration,
};
use tokio::{
    net::UnixStream,
    time::{Instant, sleep},
};
use wavecraft_companion_protocol::{
    PROTOCOL_VERSION,
    control::{Hello, Shutdown, ShuttingDown, VERSION_MISMATCH, Welcome},
    paths::Paths,
};

/// Timeout for an answer that needs no device and no child.
pub(crate) const QUICK: Duration = Duration::from_secs(5);

/// Environment variables that a processor may want to see.
const PASSED_ON: [&str; 3] = ["RUST_BACKTRACE", "RUST_LOG", "WAVECRAFT_REALTIME"];
/// How many more attempts are made to reach a companion, and the pause before each.
const TRIES: u32 = 4;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);
/// How long a companion started for a single call may take to end.
const ENDING: Duration = Duration::from_secs(2);

/// A connected companion that speaks our protocol version.
pub(crate) struct Companion {
    /// Requests and notifications.
    pub(crate) connection: Connection,
    /// What it said about itself.
    pub(crate) welcome: Welcome,
}

/// Connects to the running companion; `None` if there is none.
pub(crate) async fn find(paths: &Paths) -> anyhow::Result<Option<Companion>> {
    let mut tries = Tries::new();
    loop {
        let Some(stream) = connect(paths).await? else { return Ok(None) };
        match greet(stream).await {
            Err(error) if tries.again(&error).await => {}
            outcome => return outcome.map(Some),
        }
    }
}

/// Connects to the running companion, or starts one. A started companion is stored in `launched` at once, so that
/// cancelling the wait doesn't lose it. A long wait is reported by `tell`.
pub(crate) async fn find_or_start(
    paths: &Paths,
    launched: &mut Option<Launched>,
    tell: &dyn Fn(&str),
) -> anyhow::Result<Companion> {
    let mut tries = Tries::new();
    loop {
        if let Some(companion) = find(paths).await? {
            return Ok(companion);
        }
        let started = async { greet(launch::start(paths, launched, tell).await?).await };
        match started.await {
            Err(error) if tries.again(&error).await => {}
            outcome => return outcome,
        }
    }
}

/// A companion that was just ending may have taken the connection, or kept the one that was started from running: no
/// request was made then, so the next one is asked.
struct Tries {
    left: u32,
    begun: Instant,
}

impl Tries {
    fn new() -> Self {
        Self { left: TRIES, begun: Instant::now() }
    }

    /// Whether to try again, after a short pause. A companion that hangs won't be better the next time.
    async fn again(&mut self, error: &anyhow::Error) -> bool {
        let again = error.is::<Unreachable>() && self.left > 0 && self.begun.elapsed() < QUICK;
        if again {
            self.left -= 1;
            sleep(BETWEEN_TRIES).await;
        }
        again
    }
}

/// Calls the running companion. If there is none, starts one and ends it again, unless it has other users by then.
pub(crate) async fn ask_once<T>(
    ask: impl AsyncFnOnce(&mut Connection) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut launched = None;
    let tell = |text: &str| drop(writeln!(io::stderr(), "{text}"));
    let mut companion = find_or_start(&paths()?, &mut launched, &tell).await?;
    let answer = ask(&mut companion.connection).await;
    if let Some(launched) = &mut launched {
        let end = Shutdown { if_idle: true };
        let answer = companion.connection.call(&end, QUICK).await;
        // Others may use it by now. It ends by itself after the last of them.
        if !matches!(answer, Ok(ShuttingDown { ending: false })) {
            launched.gone_within(ENDING).await;
        }
    }
    answer
}

async fn greet(stream: UnixStream) -> anyhow::Result<Companion> {
    let mut connection = Connection::new(stream);
    let answer = connection.call(&Hello { version: PROTOCOL_VERSION }, QUICK).await;
    let welcome: Welcome = match answer {
        Err(Error::Refused(error)) if error.code == VERSION_MISMATCH => {
            bail!("{error} (this `wavecraft` is version {})", env!("CARGO_PKG_VERSION"))
        }
        Err(error @ (Error::Gone | Error::Late { .. })) => {
            return Err(Unreachable(format!("the companion doesn't answer as one: {error}")).into());
        }
        other => other.context("the companion doesn't answer as one")?,
    };
    if welcome.version != PROTOCOL_VERSION {
        bail!(
            "the companion that runs is version {} and speaks protocol {}; this `wavecraft` is version {} and speaks \
             protocol {PROTOCOL_VERSION}. Quit the companion, update the older of the two, and start again",
            welcome.app_version,
            welcome.version,
            env!("CARGO_PKG_VERSION")
        );
    }
    Ok(Companion { connection, welcome })
}

/// The environment variables of this command that a processor gets.
pub(crate) fn environment() -> BTreeMap<String, String> {
    PASSED_ON.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?))).collect()
}

/// Where the companion keeps its files on this system.
pub(crate) fn paths() -> anyhow::Result<Paths> {
    platform::paths()
}
