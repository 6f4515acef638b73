//! The server of one agent: which tools there are, and how many of their calls run at once.

use super::{call::Call, own_command::Commands, tool::Entry, tools};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
        ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::{Semaphore, watch};

/// How many calls there may be at once, with those that wait.
const MOST_CALLS: u32 = 16;

const INSTRUCTIONS: &str = "Hear and measure the audio processor (Wavecraft, Rust) of this project. After a change: `measure` gives figures \
    (response, distortion, latency, noise, cost, and what must not happen on an audio thread), `picture` draws them, `compare` with \
    `HEAD` says what the change did to the sound, `check` tries what breaks in the field. `status`, `log`, `list_parameters` and \
    `set_parameters` are of the running `wavecraft start` of this folder, which a person hears. Calls that build run one after another.";

/// The server.
pub(super) struct Server {
    commands: Commands,
    ended: Arc<watch::Sender<bool>>,
    calls: Semaphore,
    tools: Vec<Entry>,
}

impl Server {
    /// A server of the project around this folder.
    pub(super) fn new(folder: PathBuf, limit: Duration) -> Self {
        Self {
            commands: Commands::new(folder, limit),
            ended: Arc::new(watch::Sender::new(false)),
            calls: Semaphore::new(usize::try_from(MOST_CALLS).unwrap_or(usize::MAX)),
            tools: tools::all(),
        }
    }

    /// What is told when the client goes.
    pub(super) fn end(&self) -> Arc<watch::Sender<bool>> {
        Arc::clone(&self.ended)
    }

    /// Ends every call and what it began. Returns when nothing is left.
    pub(super) async fn finish(&self) {
        self.ended.send_replace(true);
        // Calls end by themselves now. The semaphore is never closed.
        let _all = self.calls.acquire_many(MOST_CALLS).await;
        self.commands.finish().await;
    }

    /// Ends without grace what is left.
    pub(super) fn hurry(&self) {
        self.commands.hurry();
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let about = Implementation::new("wavecraft", env!("WAVECRAFT_VERSION"))
            .with_title("Wavecraft: the audio processor of this project");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(about)
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.iter().map(|tool| tool.spec.clone()).collect()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.tools.iter().find(|tool| tool.spec.name == name).map(|tool| tool.spec.clone())
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = self.tools.iter().find(|tool| tool.spec.name == request.name) else {
            let names: Vec<&str> = self.tools.iter().map(|tool| &*tool.spec.name).collect();
            let message = format!("there is no tool `{}`. There are: {}", request.name, names.join(", "));
            return Err(ErrorData::invalid_params(message, None));
        };
        let Ok(_place) = self.calls.try_acquire() else {
            let message = format!("{MOST_CALLS} calls run or wait already: call again when one is answered");
            return Ok(CallToolResult::error(vec![ContentBlock::text(message)]).into());
        };
        let mut call = Call::new(context, self.ended.subscribe());
        Ok((tool.run)(&self.commands, request.arguments.unwrap_or_default(), &mut call).await.into())
    }
}
