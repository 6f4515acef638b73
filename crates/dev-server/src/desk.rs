//! Where calls about presets wait for the disk, and how often pages may make it work.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex as InTurn, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore},
    task::{JoinError, spawn_blocking},
    time::Instant,
};
use wavecraft_companion_presets::Folder;
use wavecraft_companion_protocol::{
    browser::NOT_ALLOWED,
    rpc::{ErrorObject, INTERNAL_ERROR},
};

use crate::pace::Pace;

/// The most calls that wait for the one whose files are read or written: as many as a server has clients.
const WAITING: usize = 32;
/// How often pages may change files within [`WINDOW`], and how often the folder is looked at for them.
const CALLS: usize = 8;
const WINDOW: Duration = Duration::from_secs(1);

/// The desk of one project. Files are read and written by one call at a time.
pub(crate) struct Desk {
    folder: Option<Folder>,
    waiting: Arc<Semaphore>,
    one: Arc<InTurn<()>>,
    writes: Mutex<Pace>,
    looks: Mutex<Pace>,
}

impl Desk {
    /// For the presets of this folder; without one there are none.
    pub(crate) fn new(folder: Option<Folder>) -> Self {
        Self {
            folder,
            waiting: Arc::new(Semaphore::new(WAITING)),
            one: Arc::default(),
            writes: Mutex::new(Pace::new(CALLS, WINDOW)),
            looks: Mutex::new(Pace::new(CALLS, WINDOW)),
        }
    }

    /// A page wants to change files.
    ///
    /// # Errors
    /// Pages did that too often just before.
    pub(crate) fn may_write(&self, method: &str) -> Result<(), ErrorObject> {
        let mut writes = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
        writes.pass(method, Instant::now().into_std())
    }

    /// Whether the folder is looked at for a page now; otherwise it is told what is known.
    pub(crate) fn may_look(&self) -> bool {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.pass("getPresets", Instant::now().into_std()).is_ok()
    }

    /// Does a call's work on a blocking thread, after those before it. What was begun is done whoever waits for it.
    ///
    /// # Errors
    /// The work's; there is no folder; too many wait.
    pub(crate) fn work<T, W>(
        &self,
        work: W,
    ) -> impl Future<Output = Result<T, ErrorObject>> + Send + use<T, W>
    where
        T: Send + 'static,
        W: FnOnce(&Folder) -> Result<T, ErrorObject> + Send + 'static,
    {
        let begun = self.place().map(|(folder, place)| {
            let one = Arc::clone(&self.one);
            // A task of its own: a client that goes meanwhile doesn't leave it half done.
            tokio::spawn(async move {
                let one = one.lock_owned().await;
                let done = spawn_blocking(move || {
                    let outcome = work(&folder);
                    leave(one, place);
                    outcome
                });
                done.await
            })
        });
        async move {
            let broke = |error: JoinError| ErrorObject::new(INTERNAL_ERROR, format!("presets: {error}"));
            begun?.await.and_then(|done| done).map_err(broke)?
        }
    }

    fn place(&self) -> Result<(Folder, OwnedSemaphorePermit), ErrorObject> {
        let Some(folder) = &self.folder else {
            return Err(ErrorObject::new(NOT_ALLOWED, "this project has no folder, and so no presets"));
        };
        let full = || {
            format!(
                "presets: {WAITING} calls wait for the disk already; nothing was done, ask again in a moment"
            )
        };
        let place = Arc::clone(&self.waiting).try_acquire_owned();
        let place = place.map_err(|_| ErrorObject::new(INTERNAL_ERROR, full()))?;
        Ok((folder.clone(), place))
    }
}

/// The next call's turn.
fn leave(one: OwnedMutexGuard<()>, place: OwnedSemaphorePermit) {
    drop(one);
    drop(place);
}
