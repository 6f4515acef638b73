//! `status`: what runs in the project's folder.

use crate::{
    mcp::{
        call::Call,
        own_command::Commands,
        page::NOT_RUNNING,
        tool::{Answer, Effect, Tool},
    },
    starts,
};
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What gives access to a project: an agent doesn't need it, and what it reads is kept elsewhere.
const SECRETS: [&str; 5] = ["ws_url", "audio_token", "ui_url", "inspector_url", "port"];

/// The arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars", deny_unknown_fields)]
pub(in crate::mcp) struct Status {}

/// What runs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(crate = "rmcp::schemars")]
pub(in crate::mcp) struct Running {
    /// Whether a `wavecraft start` of this folder runs.
    running: bool,
    /// Whether it plays.
    with_audio: bool,
    /// For how many seconds it has been running.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u64>,
    /// The project as `wavecraft status --json` tells it, without its addresses and tokens: state, reason, the processor's process
    /// (child_pid), and figures. Null if it doesn't play.
    session: Value,
    /// The devices in use. Null if there are none.
    devices: Value,
}

impl Tool for Status {
    const NAME: &'static str = "status";
    const TITLE: &'static str = "What runs here";
    const DESCRIPTION: &'static str = "Says whether `wavecraft start` runs in this folder, and of one that plays the state of the processor \
        (live, crashed, held, …) with the reason, its process, load, late blocks, levels, latency and notices. Changes nothing.";
    const EFFECT: Effect = Effect::Reads;
    type Found = Running;

    async fn run(self, commands: &Commands, call: &mut Call) -> Result<Answer<Running>, String> {
        let folder = commands.project()?;
        let start = starts::running(&commands.paths()?, &folder)
            .map_err(|error| format!("it can't be told what runs in this folder: {error}"))?;
        let said = commands.run_beside(&["status".into(), "--json".into()], call).await?;
        let mut status: Value = serde_json::from_str(&said.out).map_err(|_| said.failure())?;
        let sessions = status["sessions"].as_array_mut().map(std::mem::take).unwrap_or_default();
        let ours =
            |session: &Value| session["project_dir"].as_str().map(std::path::Path::new) == Some(&folder);
        let mut session = sessions.into_iter().find(ours).unwrap_or_default();
        if let Some(members) = session.as_object_mut() {
            SECRETS.iter().for_each(|secret| drop(members.remove(*secret)));
        }
        let devices = if session.is_null() { Value::Null } else { status["devices"].take() };
        let text = match (&start, session["state"].as_str()) {
            (_, Some(state)) => {
                let reason =
                    session["reason"].as_str().map(|reason| format!(": {reason}")).unwrap_or_default();
                format!("It plays; the processor is {state}{reason}.")
            }
            (Some(start), None) if start.with_audio => {
                "`wavecraft start --with-audio` runs, and doesn't play yet.".into()
            }
            (Some(_), None) => "`wavecraft start` runs without sound.".into(),
            (None, None) => format!("No: {NOT_RUNNING}."),
        };
        let found = Running {
            running: start.is_some() || !session.is_null(),
            with_audio: !session.is_null() || start.as_ref().is_some_and(|start| start.with_audio),
            seconds: start.map(|start| start.age().as_secs()),
            session,
            devices,
        };
        Ok(Answer::new(text, found))
    }
}
