//! The listeners, and the handle to them.

use std::{
    convert::Infallible,
    io,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc, watch},
    task::yield_now,
    time::sleep,
};
use wavecraft_companion_protocol::{
    browser::{
        AUDIO_STATUS_CHANGED, AudioRuntimeStatus, COMPARISON_CHANGED, LAB_CHANGED, ParameterChanged,
        SOURCE_CHANGED, SourceChanged, Topic, notification,
    },
    comparison::Comparison,
    control::ChildLog,
    lab::Lab,
    session::{Build, StateChange},
    token::{PATH_PREFIX, Token},
    transport::{TRANSPORT_CHANGED, Transport},
};

use crate::{
    access_policy::AccessPolicy,
    bind::{BindError, bind},
    close_reason::End,
    config::Config,
    connection,
    handshakes::Handshakes,
    host::Host,
    hub::Hub,
    opening::OPENING_PREFIX,
    outbox::Lane,
    presets::Presets,
    pump,
    refusal_limiter::RefusalLimiter,
    shared::Shared,
};

/// How long to wait when a connection can't be accepted because this process has too many files open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The handle to a project's dev server.
///
/// All methods may be called from any thread, and never block: notifications are queued for each client. Dropping it
/// ends the server like [`Server::shutdown`] with [`End::Session`], without waiting.
pub struct Server {
    shared: Arc<Shared>,
    token: Token,
    /// Dropping it ends everything.
    stop: watch::Sender<()>,
    /// Every task holds a sender, so that this closes when the last of them ends.
    ended: mpsc::Receiver<Infallible>,
}

/// Starts a project's dev server on the current tokio runtime.
///
/// It listens on 127.0.0.1 and, if there is IPv6, on `[::1]`, on the same port: the first one from [`Config::port`]
/// upward that is free on both, or with [`Config::strict_port`] only that one.
///
/// # Errors
/// See [`BindError`].
///
/// # Panics
/// Outside of a tokio runtime with I/O and time.
pub async fn serve(config: Config, host: Arc<dyn Host>) -> Result<Server, BindError> {
    let Config { port, strict_port, token, audio_token, origins, limits } = config;
    let (port, listeners) = bind(port, strict_port).await?;
    let shared = Arc::new(Shared {
        port,
        end: OnceLock::new(),
        access: AccessPolicy::new(port, token.clone(), audio_token, origins),
        refusals: Mutex::new(RefusalLimiter::new(limits.refusals_per_minute)),
        openings: Mutex::default(),
        told_of_page: Mutex::default(),
        hub: Arc::new(Hub::new(host, limits.clone())),
        places: Arc::new(Semaphore::new(limits.clients)),
        leaving: Arc::new(Semaphore::new(limits.clients)),
        handshakes: Arc::new(Handshakes::new(limits.handshakes)),
        limits,
    });
    let (stop, stopped) = watch::channel(());
    let (running, ended) = mpsc::channel(1);
    for listener in listeners {
        tokio::spawn(accept(listener, Arc::clone(&shared), stopped.clone(), running.clone()));
    }
    let hub = Arc::clone(&shared.hub);
    tokio::spawn(async move {
        pump::run(hub, stopped).await;
        drop(running);
    });
    let server = Server { shared, token, stop, ended };
    // What pages and the menu show before anybody asks. A project without a folder has none to read.
    tokio::spawn(server.presets().read_first());
    Ok(server)
}

impl Server {
    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.shared.port
    }

    /// The WebSocket's address, with the project's token in its path: for this user only, and never for a log.
    #[must_use]
    pub fn ws_url(&self) -> String {
        format!("ws://127.0.0.1:{}{PATH_PREFIX}{}", self.port(), self.token.as_str())
    }

    /// An address of this server that leads to `address` once, within two minutes, for a browser of this user. It is
    /// meant for the arguments of the program that opens the browser, which every user of the machine can read. Any
    /// other user, or a late request, gets a page that says what to do.
    ///
    /// # Errors
    /// The system provides no random numbers.
    pub fn open_once(&self, address: &str) -> io::Result<String> {
        let mut openings = self.shared.openings.lock().unwrap_or_else(PoisonError::into_inner);
        let code = openings.add(address.into(), Instant::now())?;
        Ok(format!("http://127.0.0.1:{}{OPENING_PREFIX}{code}", self.port()))
    }

    /// Replaces the pages that may connect, `scheme://host:port` each. Pages already connected stay.
    pub fn set_origins(&self, origins: Vec<String>) {
        self.shared.access.set_origins(origins);
    }

    /// Reports that a parameter changed by itself or from elsewhere. (The server itself reports a client's
    /// `setParameter`.)
    pub fn parameter_changed(&self, id: &str, value: f32) {
        self.shared.hub.parameter_changed(ParameterChanged { id: id.into(), value });
    }

    /// Reports that the set of parameters changed.
    pub fn parameters_changed(&self) {
        self.shared.hub.parameters_changed();
    }

    /// Reports that the state of the audio side changed.
    pub fn audio_status_changed(&self, status: &AudioRuntimeStatus) {
        self.shared.hub.to_pages(Lane::Kept, &notification(AUDIO_STATUS_CHANGED, status).into());
    }

    /// Reports that the source, its loop or the recent files changed.
    pub fn source_changed(&self) {
        self.shared.hub.to_pages(Lane::Kept, &notification(SOURCE_CHANGED, &SourceChanged {}).into());
    }

    /// Reports what is known of the builds of the session.
    pub fn lab_changed(&self, lab: &Lab) {
        self.shared.hub.to_subscribers(Topic::Lab, Lane::Kept, &notification(LAB_CHANGED, lab).into());
    }

    /// Reports what is heard of the session's builds.
    pub fn comparison_changed(&self, comparison: &Comparison) {
        self.shared.hub.to_pages(Lane::Kept, &notification(COMPARISON_CHANGED, comparison).into());
    }

    /// Reports the time, after it was changed.
    pub fn transport_changed(&self, transport: &Transport) {
        self.shared.hub.to_pages(Lane::Kept, &notification(TRANSPORT_CHANGED, transport).into());
    }

    /// Reports the build's status. The last one is also sent to a page that subscribes later.
    pub fn build_status(&self, build: &Build) {
        self.shared.hub.build(build);
    }

    /// Reports the project's state. The last one is also sent to a page that subscribes later.
    pub fn state(&self, change: &StateChange) {
        self.shared.hub.state(change);
    }

    /// Reports a line written by the child. The last ones are kept for who asks for them later.
    pub fn log(&self, line: &ChildLog) {
        self.shared.hub.log(line);
    }

    /// The project's presets.
    #[must_use]
    pub fn presets(&self) -> Presets {
        Presets::new(Arc::clone(&self.shared.hub))
    }

    /// Closes every client with `end` as the reason, and returns when all are gone and the port is free. A client that
    /// doesn't respond has one second.
    pub async fn shutdown(self, end: End) {
        let Self { shared, stop, mut ended, .. } = self;
        let _ = shared.end.set(end);
        drop(stop);
        // Nothing is ever sent.
        ended.recv().await;
    }
}

async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<()>,
    running: mpsc::Sender<Infallible>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let (place, full) = shared.handshakes.enter();
                let connection = connection::serve(stream, Arc::clone(&shared), place, stop.clone());
                let running = running.clone();
                tokio::spawn(async move {
                    connection.await;
                    drop(running);
                });
                if full {
                    // Admitted clients read what they were sent before another connection is accepted.
                    yield_now().await;
                }
            }
            Err(error) => {
                tracing::warn!(%error, port = shared.port, "a connection to the dev server could not be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    // Before `running`, so that a caller waiting for the end finds the port free.
    drop(listener);
    drop(running);
}
