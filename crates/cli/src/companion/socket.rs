//! The companion's socket and its owner: its messages give access to the project, so only this user's own companion
//! gets them.

use anyhow::{Context, bail};
use rustix::process::getuid;
use std::{
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};
use tokio::net::UnixStream;
use wavecraft_companion_protocol::paths::{MAX_SOCKET_PATH_BYTES, Paths};

/// No companion could be reached, but another try may work: one that was just ending may have taken the connection.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unreachable(pub String);

/// Tries the socket once. `None` if nobody answers.
///
/// # Errors
/// If its path is too long, or it belongs to another user, who is sent nothing.
pub(super) async fn connect(paths: &Paths) -> anyhow::Result<Option<UnixStream>> {
    let socket: PathBuf = paths.socket();
    let bytes = socket.as_os_str().len();
    if bytes > MAX_SOCKET_PATH_BYTES {
        bail!(
            "the companion's socket would be {}, which has {bytes} bytes, and a socket's path has room for \
             {MAX_SOCKET_PATH_BYTES}: set WAVECRAFT_HOME to a shorter folder",
            socket.display()
        );
    }
    check_folder(&paths.run_dir)?;
    let Ok(stream) = UnixStream::connect(&socket).await else { return Ok(None) };
    check_peer(&stream, &socket)?;
    Ok(Some(stream))
}

/// Whether the socket's folder belongs to this user. A missing one belongs to nobody.
///
/// # Errors
/// If it belongs to another user, who could put any socket there.
fn check_folder(folder: &Path) -> anyhow::Result<()> {
    match folder.metadata() {
        Ok(meta) => check(&format!("the folder {}", folder.display()), meta.uid(), getuid().as_raw()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{} can't be looked at", folder.display())),
    }
}

/// Whether the listening process belongs to this user. The system recorded its user when the socket began to listen
/// (unix(7): `SO_PEERCRED`; on a Mac getpeereid(3)).
///
/// # Errors
/// If it is another user, or the system doesn't say.
fn check_peer(stream: &UnixStream, socket: &Path) -> anyhow::Result<()> {
    let peer = stream.peer_cred().context("the system doesn't say whose companion this is")?;
    check(&format!("the companion at {}", socket.display()), peer.uid(), getuid().as_raw())
}

fn check(what: &str, owner: u32, own: u32) -> anyhow::Result<()> {
    if owner == own {
        return Ok(());
    }
    bail!(
        "{what} is another user's ({owner}, and you are {own}), so nothing was sent there. Set WAVECRAFT_HOME to a \
         folder of your own, or run `wavecraft` as the user whose it is"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_is_spoken_to() {
        assert!(check("x", 501, 501).is_ok());
        // This includes root: neither root's command nor another user's talks to the other's companion.
        for (owner, own) in [(502, 501), (0, 501), (501, 0)] {
            let told = check("the folder /x", owner, own).unwrap_err().to_string();
            assert!(told.contains(&format!("another user's ({owner}, and you are {own})")), "{told}");
        }
    }

    #[tokio::test]
    async fn a_folder_and_a_listener_of_ones_own_pass() {
        let dir = tempfile::tempdir().unwrap();
        assert!(check_folder(dir.path()).is_ok() && check_folder(&dir.path().join("none")).is_ok());
        let socket = dir.path().join("s");
        let _listener = tokio::net::UnixListener::bind(&socket).unwrap();
        check_peer(&UnixStream::connect(&socket).await.unwrap(), &socket).unwrap();
    }
}
