//! `wavecraft stop`: ends projects that other terminals started.

use crate::{
    ansi,
    companion::{self, QUICK},
    output::out,
    running,
};
use anyhow::bail;
use wavecraft_companion_protocol::control::{Detach, GetStatus};

/// What `wavecraft stop` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct StopArgs {
    /// The project's or the session's name [default: this folder's project, else the only one]
    #[arg(conflicts_with = "all")]
    name: Option<String>,
    /// End every project
    #[arg(long)]
    all: bool,
}

/// Ends them; returns when their children are gone.
pub(crate) async fn run(args: StopArgs) -> anyhow::Result<()> {
    let Some(mut companion) = companion::find(&companion::paths()?).await? else {
        return nothing_runs(&args);
    };
    let status = companion.connection.call(&GetStatus {}, QUICK).await?;
    if status.sessions.is_empty() {
        return nothing_runs(&args);
    }
    let chosen = if args.all {
        status.sessions.iter().collect()
    } else {
        vec![running::choose(args.name.as_deref(), &status.sessions, ", or --all")?]
    };
    for session in chosen {
        let detach = Detach { session: session.session.clone() };
        companion.connection.call(&detach, QUICK).await?;
        out!("Stopped {}.", ansi::line(&session.name));
    }
    Ok(())
}

fn nothing_runs(args: &StopArgs) -> anyhow::Result<()> {
    match &args.name {
        Some(name) => bail!("no project `{name}` is running: none is"),
        None => {
            out!("No project is running.");
            Ok(())
        }
    }
}
