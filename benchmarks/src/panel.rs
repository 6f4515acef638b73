//! A desktop session that is nothing but a message bus, and somebody on it who takes icons: a place for the menu.

use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use zbus::blocking::{Connection, connection::Builder};

/// Nothing here takes so long, but what has failed.
const LIMIT: Duration = Duration::from_secs(30);

const CONFIGURATION: &str = r#"<busconfig>
  <type>session</type>
  <listen>ADDRESS</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

/// The session. Ended when dropped.
pub(crate) struct Panel {
    daemon: Child,
    address: String,
    _connection: Connection,
    _dir: tempfile::TempDir,
}

struct Watcher;

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, _service: String) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

impl Panel {
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let socket = dir.path().join("bus");
        let address = format!("unix:path={}", socket.display());
        let configuration = dir.path().join("bus.conf");
        std::fs::write(&configuration, CONFIGURATION.replace("ADDRESS", &address))
            .expect("the folder is ours");
        let daemon = Command::new("dbus-daemon")
            .arg("--nofork")
            .arg("--config-file")
            .arg(&configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("dbus-daemon");
        let given_up = Instant::now() + LIMIT;
        while UnixStream::connect(&socket).is_err() {
            assert!(Instant::now() < given_up, "dbus-daemon doesn't listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        let connection = Builder::address(address.as_str())
            .and_then(|builder| builder.serve_at("/StatusNotifierWatcher", Watcher))
            .and_then(|builder| builder.name("org.kde.StatusNotifierWatcher"))
            .and_then(Builder::build)
            .expect("a place on the bus");
        Self { daemon, address, _connection: connection, _dir: dir }
    }

    /// For `DBUS_SESSION_BUS_ADDRESS`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Panel {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}
