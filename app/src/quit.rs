//! Asks the running companion, from another process of the same program, to quit or to show itself.

use anyhow::Context;
use std::process::ExitCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
};
use wavecraft_companion_protocol::{
    PROTOCOL_VERSION,
    control::{Hello, Show, Shutdown},
    method::Method,
    paths::Paths,
    rpc,
};

/// Asks the running companion to quit, and waits until it has.
///
/// # Errors
/// It refused, or the connection broke.
pub(crate) async fn run(paths: &Paths) -> anyhow::Result<ExitCode> {
    let Ok(socket) = UnixStream::connect(paths.socket()).await else {
        eprintln!("wavecraft-companion: none is running");
        return Ok(ExitCode::SUCCESS);
    };
    // The stream ends when the companion does.
    ask(socket, &Shutdown::default(), false).await?;
    Ok(ExitCode::SUCCESS)
}

/// Asks the running companion to show the newest project, as a Mac does by itself when an app is opened again.
///
/// # Errors
/// It refused, or the connection broke.
pub(crate) async fn show(paths: &Paths) -> anyhow::Result<()> {
    match UnixStream::connect(paths.socket()).await {
        Ok(socket) => ask(socket, &Show {}, true).await,
        // A companion that is just starting or ending shows nothing.
        Err(_) => Ok(()),
    }
}

/// `only`: wait for nothing but the answer.
async fn ask(mut socket: UnixStream, params: &impl Method, only: bool) -> anyhow::Result<()> {
    let calls = [Hello { version: PROTOCOL_VERSION }.request(1), params.request(2)];
    let said = "the companion that runs doesn't answer; end its process, then try again";
    socket.write_all(format!("{}\n{}\n", calls[0], calls[1]).as_bytes()).await.context(said)?;
    if only {
        socket.shutdown().await.context(said)?;
    }
    let mut answers = String::new();
    socket.read_to_string(&mut answers).await.context(said)?;
    for answer in answers.lines() {
        if let Ok(rpc::FromServer::Answer { outcome, .. }) = rpc::decode_from_server(answer)
            && let Some(error) = outcome.error()
        {
            anyhow::bail!("the companion that runs refused: {error}");
        }
    }
    Ok(())
}
