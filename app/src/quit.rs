//! Quitting the companion that runs, from another process of the same program.

use anyhow::Context;
use std::process::ExitCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wavecraft_companion_protocol::{PROTOCOL_VERSION, control, paths::Paths, rpc};

/// Asks the companion that runs to quit, and waits until it has.
///
/// # Errors
/// It refused, or the connection broke.
pub(crate) async fn run(paths: &Paths) -> anyhow::Result<ExitCode> {
    let Ok(mut socket) = tokio::net::UnixStream::connect(paths.socket()).await else {
        eprintln!("wavecraft-companion: none is running");
        return Ok(ExitCode::SUCCESS);
    };
    let calls = [
        rpc::request(1, control::HELLO, &control::Hello { version: PROTOCOL_VERSION }),
        rpc::request(2, control::SHUTDOWN, &control::Shutdown::default()),
    ];
    let said = "the companion that runs doesn't answer; end its process, then try again";
    socket.write_all(format!("{}\n{}\n", calls[0], calls[1]).as_bytes()).await.context(said)?;
    let mut answers = String::new();
    // The end of the stream is the end of the companion.
    socket.read_to_string(&mut answers).await.context(said)?;
    for answer in answers.lines() {
        if let Ok(rpc::FromServer::Answer { outcome: Err(error), .. }) = rpc::decode_from_server(answer) {
            anyhow::bail!("the companion that runs refused: {error}");
        }
    }
    Ok(ExitCode::SUCCESS)
}
