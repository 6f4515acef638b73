//! `wavecraft mcp`: what coding agents may ask for, over standard input and output by the Model Context Protocol.
//!
//! Whatever builds or measures is this program's own command, run in the project's folder: an agent may do what the command may, and
//! standard output is the protocol's alone.

mod call;
mod cut;
mod own_command;
mod page;
mod server;
mod stdio;
mod tool;
mod tools;
mod values;

use crate::{
    failure::{INTERRUPTED, SUCCESS, Usage},
    signals::Signals,
};
use anyhow::Context;
use rmcp::ServiceExt;
use server::Server;
use std::{path::PathBuf, sync::Arc, time::Duration};
use stdio::Stdio;

/// What `wavecraft mcp` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct McpArgs {
    /// The project's folder, or one inside of it [default: the current folder]
    #[arg(long, value_name = "FOLDER")]
    project: Option<PathBuf>,
    /// End what a call began after so many seconds, 1 to 86400
    #[arg(long, value_name = "SECONDS", default_value_t = 1800, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    limit: u32,
}

/// Serves one agent until standard input ends or a signal comes, and ends all that its calls began. Returns the exit code.
pub(crate) async fn run(args: McpArgs) -> anyhow::Result<i32> {
    let folder = match &args.project {
        Some(folder) => folder.canonicalize().map_err(|error| {
            Usage(format!("--project {}: {error}. Name the project's folder", folder.display()))
        })?,
        None => std::env::current_dir().context("the current folder is gone")?,
    };
    let mut signals = Signals::take().context("the system's signals can't be watched")?;
    let server = Arc::new(Server::new(folder, Duration::from_secs(args.limit.into())));
    let serving = async {
        // One that goes before it has said what it wants is no trouble.
        if let Ok(service) = Arc::clone(&server).serve(Stdio::open(server.end())).await {
            let _ = service.waiting().await;
        }
    };
    let code = tokio::select! {
        () = serving => SUCCESS,
        () = signals.next() => INTERRUPTED,
    };
    let mut ending = std::pin::pin!(server.finish());
    loop {
        tokio::select! {
            () = &mut ending => return Ok(code),
            // On a second signal the grace ends.
            () = signals.next() => server.hurry(),
        }
    }
}
