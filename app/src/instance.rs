//! One companion per user: the lock, and the socket that only its holder may replace.

use rustix::fs::{FlockOperation, Mode, OFlags};
use std::{
    fs, io,
    io::{Read, Seek, Write},
    os::{
        fd::OwnedFd,
        unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};
use tokio::net::UnixListener;
use wavecraft_companion_protocol::paths::{MAX_SOCKET_PATH_BYTES, Paths};

/// The lock, held by the user's one companion. Dropping it removes the socket and releases the lock.
#[derive(Debug)]
pub(crate) struct Instance {
    socket: PathBuf,
    _lock: fs::File,
}

/// Why this companion can't run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InstanceError {
    /// Another companion is running.
    #[error(
        "a companion runs already (process {0}) and serves every project; `wavecraft-companion --quit` ends it"
    )]
    Running(String),
    /// The path doesn't fit into a socket's address.
    #[error(
        "the control socket's path is {} bytes long and at most {MAX_SOCKET_PATH_BYTES} fit: {}. Set WAVECRAFT_HOME to \
         a shorter folder",
        path.as_os_str().len(),
        path.display()
    )]
    PathTooLong {
        /// The path.
        path: PathBuf,
    },
    /// A folder or file belongs to another user, or can't be created.
    #[error("{}: {error}", path.display())]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
}

impl Instance {
    /// Takes the lock, creates the folders, and listens on the control socket. A socket left behind by a companion that
    /// was killed is replaced, which only the lock's holder does. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// See [`InstanceError`].
    pub(crate) fn claim(paths: &Paths) -> Result<(Self, UnixListener), InstanceError> {
        let socket = paths.socket();
        if socket.as_os_str().len() > MAX_SOCKET_PATH_BYTES {
            return Err(InstanceError::PathTooLong { path: socket });
        }
        let at = |path: &Path| {
            let path = path.to_path_buf();
            move |error| InstanceError::Io { path, error }
        };
        for folder in [&paths.run_dir, &paths.builds_dir, &paths.log_dir] {
            private_folder(folder).map_err(at(folder))?;
        }
        let mut lock = open_lock(&paths.lock()).map_err(at(&paths.lock()))?;
        match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let mut pid = String::new();
                let _ = lock.read_to_string(&mut pid);
                let pid = pid.trim();
                return Err(InstanceError::Running(if pid.is_empty() { "unknown" } else { pid }.into()));
            }
            Err(errno) => return Err(at(&paths.lock())(errno.into())),
        }
        let write = |lock: &mut fs::File| {
            lock.set_len(0)?;
            lock.rewind()?;
            writeln!(lock, "{}", std::process::id())
        };
        write(&mut lock).map_err(at(&paths.lock()))?;
        match fs::remove_file(&socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&socket)(error)),
            _ => {}
        }
        let listener = UnixListener::bind(&socket).map_err(at(&socket))?;
        fs::set_permissions(&socket, fs::Permissions::from_mode(0o600)).map_err(at(&socket))?;
        Ok((Self { socket, _lock: lock }, listener))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // While the lock is held the socket is ours; the lock's file stays, as removing it would let two companions
        // hold "it".
        let _ = fs::remove_file(&self.socket);
    }
}

fn open_lock(path: &Path) -> io::Result<fs::File> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let lock: OwnedFd = rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)?;
    Ok(lock.into())
}

/// Creates a folder that only this user can enter, or checks that it is one.
fn private_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let meta = fs::symlink_metadata(path)?;
    if !meta.is_dir() || meta.uid() != rustix::process::getuid().as_raw() {
        return Err(io::Error::other("is not a folder of this user: remove it, or set WAVECRAFT_HOME"));
    }
    if meta.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(home: &Path) -> Paths {
        Paths::linux(|name| (name == "WAVECRAFT_HOME").then(|| home.into())).unwrap()
    }

    #[tokio::test]
    async fn there_is_one_companion_and_the_next_takes_over_what_it_left() {
        let dir = tempfile::tempdir().unwrap();
        let paths = paths(dir.path());
        let first = Instance::claim(&paths).unwrap();
        assert_eq!(fs::metadata(paths.socket()).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&paths.run_dir).unwrap().permissions().mode() & 0o777, 0o700);
        let refused = Instance::claim(&paths).unwrap_err().to_string();
        assert!(refused.contains(&std::process::id().to_string()), "{refused}");
        drop(first);
        assert!(!paths.socket().exists());

        // A killed companion leaves its socket behind.
        drop(std::os::unix::net::UnixListener::bind(paths.socket()).unwrap());
        assert!(paths.socket().exists());
        let (_instance, _listener) = Instance::claim(&paths).unwrap();
        tokio::net::UnixStream::connect(paths.socket()).await.unwrap();
    }

    #[tokio::test]
    async fn a_path_that_does_not_fit_is_shown() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("x".repeat(100));
        let error = Instance::claim(&paths(&deep)).unwrap_err().to_string();
        assert!(error.contains("control.sock") && error.contains("WAVECRAFT_HOME"), "{error}");
    }
}
