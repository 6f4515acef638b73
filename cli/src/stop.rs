//! `wavecraft stop`: ends projects that other terminals started.

use crate::{
    companion::{self, QUICK},
    failure::Usage,
    project::Project,
};
use anyhow::bail;
use wavecraft_companion_protocol::control::{DETACH, OfSession, STATUS, SessionStatus, Status};

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
    let status: Status = companion.connection.call(STATUS, &serde_json::json!({}), QUICK).await?;
    if status.sessions.is_empty() {
        return nothing_runs(&args);
    }
    for session in choose(&args, &status.sessions)? {
        let detach = OfSession { session: session.session.clone() };
        companion.connection.call::<serde_json::Value>(DETACH, &detach, QUICK).await?;
        println!("Stopped {}.", session.name);
    }
    Ok(())
}

fn nothing_runs(args: &StopArgs) -> anyhow::Result<()> {
    match &args.name {
        Some(name) => bail!("no project `{name}` is running: none is"),
        None => {
            println!("No project is running.");
            Ok(())
        }
    }
}

fn choose<'a>(args: &StopArgs, sessions: &'a [SessionStatus]) -> anyhow::Result<Vec<&'a SessionStatus>> {
    if args.all {
        return Ok(sessions.iter().collect());
    }
    let names: Vec<_> = sessions.iter().map(|session| session.session.as_str()).collect();
    let names = names.join(", ");
    if let Some(name) = &args.name {
        let by_session = sessions.iter().filter(|session| session.session == *name).collect::<Vec<_>>();
        let named = match by_session.is_empty() {
            true => sessions.iter().filter(|session| session.name == *name).collect(),
            false => by_session,
        };
        return match named.len() {
            0 => bail!("no project `{name}` is running. These are: {names}"),
            1 => Ok(named),
            _ => Err(Usage(format!("several projects are named `{name}`: say which of {names}")).into()),
        };
    }
    let here = std::env::current_dir().ok().and_then(|folder| Project::find(&folder).ok());
    let of_here = here.and_then(|here| sessions.iter().find(|session| session.project_dir == here.folder));
    match (of_here, sessions) {
        (Some(session), _) | (None, [session]) => Ok(vec![session]),
        _ => Err(Usage(format!("several projects are running: say which of {names}, or --all")).into()),
    }
}
