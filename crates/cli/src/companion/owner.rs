//! Whose companion it is. What is sent there opens the project, so it is told to this user's own alone.

use anyhow::{Context, bail};
use rustix::process::getuid;
use std::{io, os::unix::fs::MetadataExt, path::Path};
use tokio::net::UnixStream;

/// Is the socket's folder this user's? One that isn't there yet is nobody's.
///
/// # Errors
/// It is another's, who could put any socket there.
pub(crate) fn check_folder(folder: &Path) -> anyhow::Result<()> {
    match folder.metadata() {
        Ok(meta) => check(&format!("the folder {}", folder.display()), meta.uid(), getuid().as_raw()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{} can't be looked at", folder.display())),
    }
}

/// Is the one who listens this user? The system says who it was when the socket began to listen (unix(7):
/// `SO_PEERCRED`; on a Mac getpeereid(3)).
///
/// # Errors
/// It is another, or the system doesn't say.
pub(crate) fn check_peer(stream: &UnixStream, socket: &Path) -> anyhow::Result<()> {
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
        // Nor does an administrator's command speak to another's, or another's to an administrator's.
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
