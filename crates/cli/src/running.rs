//! Finds the running project that is meant.

use crate::{failure::Usage, project::Project};
use anyhow::bail;
use wavecraft_companion_protocol::control::SessionStatus;

/// The project or session with this name; without a name this folder's project, or outside of any project the only one.
/// `or` ends the advice if it isn't clear which.
///
/// # Errors
/// If there is none, or more than one is possible.
pub(crate) fn choose<'a>(
    name: Option<&str>,
    sessions: &'a [SessionStatus],
    or: &str,
) -> anyhow::Result<&'a SessionStatus> {
    let names: Vec<_> = sessions.iter().map(|session| session.session.as_str()).collect();
    let names = names.join(", ");
    if let Some(name) = name {
        if let Some(session) = sessions.iter().find(|session| session.session == name) {
            return Ok(session);
        }
        let named: Vec<_> = sessions.iter().filter(|session| session.name == name).collect();
        return match named[..] {
            [] => bail!("no project `{name}` is running. These are: {names}"),
            [session] => Ok(session),
            _ => Err(Usage(format!("several projects are named `{name}`: say which of {names}")).into()),
        };
    }
    let here = std::env::current_dir().ok().and_then(|folder| Project::find(&folder).ok());
    match (here, sessions) {
        // In a project's folder nobody means another one.
        (Some(here), _) => {
            sessions.iter().find(|session| session.project_dir == here.folder).ok_or_else(|| {
                Usage(format!("this folder's project doesn't play. Another can be named: {names}{or}")).into()
            })
        }
        (None, [session]) => Ok(session),
        (None, _) => Err(Usage(format!("several projects are running: say which of {names}{or}")).into()),
    }
}
