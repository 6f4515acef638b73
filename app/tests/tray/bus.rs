//! A desktop session made of nothing but its message bus, with a panel that only records which programs want an icon.

use crate::support::eventually;
use std::{
    os::unix::net::UnixStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
};
use tempfile::TempDir;
use zbus::{
    blocking::{Connection, fdo::DBusProxy},
    interface,
};

/// A message bus. It starts no service by itself, unless SERVICES is replaced.
const CONFIGURATION: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:path=BUS</listen>
  SERVICES
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

/// The panels' service for icons: <https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/>, with the name
/// that all of them use.
pub(crate) const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// The bus. Ended when dropped.
pub(crate) struct Bus {
    daemon: Child,
    dir: TempDir,
}

impl Bus {
    pub(crate) fn start() -> Self {
        Self::start_with("")
    }

    /// A bus that starts what a real panel needs, above all its settings.
    pub(crate) fn with_services() -> Self {
        Self::start_with("<standard_session_servicedirs/>")
    }

    fn start_with(services: &str) -> Self {
        let dir = tempfile::Builder::new().prefix("wc").tempdir().expect("a folder");
        let socket = dir.path().join("bus");
        let configuration = dir.path().join("bus.conf");
        let text = CONFIGURATION.replace("BUS", socket.to_str().expect("text")).replace("SERVICES", services);
        std::fs::write(&configuration, text).expect("its configuration");
        let daemon = Command::new("dbus-daemon")
            .arg("--nofork")
            .arg("--config-file")
            .arg(&configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("dbus-daemon");
        eventually("the bus is there", || UnixStream::connect(&socket).ok());
        Self { daemon, dir }
    }

    /// The value for `DBUS_SESSION_BUS_ADDRESS`.
    pub(crate) fn address(&self) -> String {
        format!("unix:path={}", self.dir.path().join("bus").display())
    }

    /// The session's folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.dir.path().into()
    }

    /// Does this name have an owner on the bus?
    pub(crate) fn has_owner(&self, name: &'static str) -> bool {
        let connection = self.connect();
        DBusProxy::new(&connection).unwrap().name_has_owner(name.try_into().unwrap()).unwrap()
    }

    /// The number of connections to the bus, including the one that asks.
    pub(crate) fn connections(&self) -> usize {
        let connection = self.connect();
        let names = DBusProxy::new(&connection).unwrap().list_names().unwrap();
        names.iter().filter(|name| name.starts_with(':')).count()
    }

    pub(crate) fn connect(&self) -> Connection {
        connect(&self.address())
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

fn connect(address: &str) -> Connection {
    zbus::blocking::connection::Builder::address(address).unwrap().build().unwrap()
}

/// The panel: its connection, and the names of the programs that want an icon.
pub(crate) struct Panel {
    pub(crate) connection: Connection,
    pub(crate) registered: Receiver<String>,
}

impl Panel {
    pub(crate) fn start(bus: &Bus) -> Self {
        Self::start_on(&bus.address())
    }

    /// Starts on the bus at this address.
    pub(crate) fn start_on(address: &str) -> Self {
        let (sender, registered) = channel();
        let connection = connect(address);
        connection.object_server().at("/StatusNotifierWatcher", Watcher { sender }).unwrap();
        connection.request_name(WATCHER).unwrap();
        Self { connection, registered }
    }
}

struct Watcher {
    sender: Sender<String>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(
        &self,
        service: String,
        #[zbus(header)] header: zbus::message::Header<'_>,
    ) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        // What is registered is a name on the bus, or a path at the sender.
        let name = if service.starts_with('/') { sender } else { service };
        let _ = self.sender.send(name);
    }

    fn register_status_notifier_host(&self, _service: String) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        Vec::new()
    }
}
