//! The two ports that a start here tries first, and who has them.

use super::check::{attention, fine};
use crate::{
    platform::{self, Process},
    project::Project,
};
use std::{num::NonZeroU16, path::Path};
use wavecraft_companion_protocol::{
    control::{SessionStatus, Status},
    doctor::Check,
};
use wavecraft_companion_server::is_port_free;

/// The ports that a start tries first, unless a variable or the project's `wavecraft.toml` names others.
const WEBSOCKET: u16 = 9000;
const PAGE: u16 = 5173;

/// The names of our programs. A Mac shortens the second.
const COMMAND: &str = "wavecraft";
const COMPANION: &str = "wavecraft-compan";

/// How many processes a start may be above its page's server: a guard, npm, a shell, and the like.
const MOST_ABOVE: usize = 16;

pub(super) async fn checks(folder: &Path, status: Option<&Status>) -> Vec<Check> {
    let defaults = Project::find(folder).map(|project| project.defaults).unwrap_or_default();
    let sessions = status.map(|status| &status.sessions[..]).unwrap_or_default();
    let first = |variable: &str, default: Option<NonZeroU16>, usual: u16| {
        let asked = std::env::var(variable).ok().and_then(|port| port.parse().ok());
        asked.or(default).map_or(usual, NonZeroU16::get)
    };
    vec![
        port(first("WAVECRAFT_PORT", defaults.port, WEBSOCKET), "--port", sessions).await,
        port(first("WAVECRAFT_UI_PORT", defaults.ui_port, PAGE), "--ui-port", sessions).await,
    ]
}

async fn port(port: u16, flag: &str, sessions: &[SessionStatus]) -> Check {
    let name = format!("port {port}");
    if is_port_free(port).await {
        return fine(&name, "free");
    }
    if let Some(session) = sessions.iter().find(|session| session.port == port) {
        return fine(
            &name,
            ours(&format!("{}, which plays from {}", session.session, session.project_dir.display())),
        );
    }
    if let Some(session) = sessions.iter().find(|session| page_port(session) == Some(port)) {
        return fine(
            &name,
            ours(&format!("the page of {}, in {}", session.session, session.project_dir.display())),
        );
    }
    match owner(port).await {
        Owner::Start(Some(project)) => fine(&name, ours(&format!("`wavecraft start` in {project}"))),
        Owner::Start(None) => fine(&name, ours("a `wavecraft start`")),
        Owner::Companion => fine(&name, ours("a Wavecraft Companion")),
        Owner::Other(Process { pid, program, folder, .. }) => {
            let place = folder.map_or(String::new(), |folder| format!(", in {}", folder.display()));
            attention(
                &name,
                format!(
                    "taken by {program} (process {pid}{place}): a start uses the next free one, unless --strict-port"
                ),
                format!("nothing has to be done; {flag} chooses another"),
            )
        }
        Owner::Unknown => attention(
            &name,
            "taken: a start uses the next free one, unless --strict-port",
            format!("sudo lsof -nP -iTCP:{port} -sTCP:LISTEN shows who; {flag} chooses another"),
        ),
    }
}

fn ours(who: &str) -> String {
    format!("in use by {who}; another start takes the next free one")
}

/// The port in the address of a project's page.
fn page_port(session: &SessionStatus) -> Option<u16> {
    let (_, behind) = session.ui_url.as_deref()?.split_once("://")?;
    let host = behind.split(['/', '#', '?']).next()?;
    host.rsplit_once(':')?.1.parse().ok()
}

/// Who listens at a port.
#[derive(Debug, PartialEq, Eq)]
enum Owner {
    /// A `wavecraft start` or a program that it started, with the project's folder.
    Start(Option<String>),
    /// A companion that this command doesn't reach.
    Companion,
    /// A program that has nothing to do with us.
    Other(Process),
    /// The system doesn't tell: another user's, mostly.
    Unknown,
}

async fn owner(port: u16) -> Owner {
    let Some(pid) = platform::listener(port).await else { return Owner::Unknown };
    let mut line = Vec::new();
    let mut next = Some(pid);
    while let Some(pid) = next.filter(|_| line.len() < MOST_ABOVE) {
        let process = platform::process(pid).await;
        next = process.as_ref().and_then(|process| process.parent);
        line.extend(process);
    }
    of(line)
}

/// Who it is, by the process that listens and those above it.
fn of(line: Vec<Process>) -> Owner {
    let project = |process: &Process| Project::folder_of(process.folder.as_deref()?).ok().flatten();
    if line.first().is_some_and(|first| first.program.starts_with(COMPANION)) {
        return Owner::Companion;
    }
    if line.iter().any(|process| process.program == COMMAND) {
        return Owner::Start(line.iter().find_map(project).map(|folder| folder.display().to_string()));
    }
    line.into_iter().next().map_or(Owner::Unknown, Owner::Other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, net::TcpListener};
    use wavecraft_companion_protocol::doctor::Verdict;

    #[tokio::test]
    async fn a_strangers_port_is_told_with_its_program() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let number = taken.local_addr().unwrap().port();
        let check = port(number, "--port", &[]).await;
        let own = std::env::current_exe().unwrap();
        let (own, pid) = (own.file_name().unwrap().to_str().unwrap(), std::process::id());
        assert_eq!(check.verdict, Verdict::Attention);
        // A Mac tells the first 16 bytes of a name.
        let shortened = own.get(..16).unwrap_or(own);
        assert!(check.found.contains(&format!("taken by {shortened}")), "{check:?}");
        assert!(check.found.contains(&format!("process {pid}")) && check.mend.unwrap().contains("--port"));
    }

    #[tokio::test]
    async fn a_running_projects_ports_are_its_own() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let number = taken.local_addr().unwrap().port();
        let session = |port: u16, ui: u16| -> SessionStatus {
            let json = serde_json::json!({"session": "echo-1", "name": "echo", "project_dir": "/projects/echo", "state": "live",
                "ws_url": "ws://127.0.0.1:1/", "audio_token": "B".repeat(43), "port": port,
                "ui_url": format!("http://127.0.0.1:{ui}/#wc=secret")});
            serde_json::from_value(json).unwrap()
        };
        let page = port(number, "--ui-port", &[session(1, 2), session(3, number)]).await;
        assert_eq!(page.verdict, Verdict::Fine);
        assert!(page.found.contains("in use by the page of echo-1, in /projects/echo"), "{page:?}");
        let server = port(number, "--port", &[session(number, 2)]).await;
        assert!(server.found.contains("in use by echo-1, which plays from /projects/echo"), "{server:?}");
        assert!(!format!("{page:?}{server:?}").contains("secret"));
    }

    #[test]
    fn a_start_is_known_by_itself_or_by_what_it_started() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("engine")).unwrap();
        fs::create_dir_all(root.join("ui")).unwrap();
        fs::write(root.join("engine/Cargo.toml"), "").unwrap();
        let process = |program: &str, folder: &str| Process {
            pid: 1,
            program: program.into(),
            parent: None,
            folder: Some(root.join(folder)),
        };
        let found = Owner::Start(Some(root.display().to_string()));
        assert_eq!(of(vec![process("wavecraft", "engine")]), found);
        let vite =
            vec![process("node", "ui"), process("sh", "ui"), process("wavecraft", ""), process("zsh", "")];
        assert_eq!(of(vite), found);
        let node = process("node", "ui");
        assert_eq!(of(vec![node.clone(), process("zsh", "")]), Owner::Other(node));
        assert_eq!(of(vec![process("wavecraft-companion", "")]), Owner::Companion);
        assert_eq!(of(Vec::new()), Owner::Unknown);
    }
}
