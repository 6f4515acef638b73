//! The companion: its files, its program, whether it is running, and what only it can find out.

use super::check::{attention, failed, fine, said, version_in};
use crate::{
    companion::{self, QUICK},
    platform,
};
use rustix::process::getuid;
use std::{os::unix::fs::MetadataExt, path::Path, time::Duration};
use wavecraft_companion_protocol::{
    control::{Device, DeviceList, GetStatus, ListDevices, Status},
    doctor::Check,
    paths::{MAX_SOCKET_PATH_BYTES, Paths},
    system::{LoginState, Permission},
};

/// How long listing the devices may take: it may have to wake a sound server.
const LISTING: Duration = Duration::from_secs(15);
const START: &str = "wavecraft start --with-audio in a project starts it";

/// The checks, and what the running companion said.
pub(super) async fn checks() -> (Vec<Check>, Option<Status>) {
    let paths = match companion::paths() {
        Ok(paths) => paths,
        Err(error) => {
            return (vec![failed("files", format!("{error:#}"), "export HOME=<your folder>")], None);
        }
    };
    let mut checks = vec![files(&paths)];
    let program = companion::program();
    match &program {
        Ok(program) => checks.extend(of_program(program).await),
        Err(error) => {
            let text = format!("{error:#}");
            let (what, mend) = split(&text);
            checks.push(failed("companion", what, mend));
        }
    }
    let (running, seen) = match companion::find(&paths).await {
        Ok(None) => {
            let seen = if program.is_ok() { look().await } else { None };
            (fine("running", format!("no; {START}")), seen)
        }
        Ok(Some(mut companion)) => {
            let welcome = &companion.welcome;
            let menu = if welcome.headless { "without a menu" } else { "with a menu" };
            let text = format!(
                "version {}, process {}, {menu}; it logs to {}",
                welcome.app_version,
                welcome.pid,
                welcome.log.display()
            );
            (fine("running", text), Some(ask(&mut companion.connection).await))
        }
        Err(error) => (failed("running", format!("{error:#}"), "wavecraft-companion --quit"), None),
    };
    checks.push(running);
    let status = match seen {
        Some(Ok((status, devices))) => {
            checks.extend(status.microphone.map(microphone));
            checks.push(menu(status.companion.headless));
            checks.extend(status.login_item.map(login_item));
            checks.push(sound(&devices));
            Some(status)
        }
        Some(Err(error)) => {
            checks.push(failed("devices", format!("{error:#}"), log_tells(&paths)));
            None
        }
        None => None,
    };
    (checks, status)
}

type Seen = anyhow::Result<(Status, DeviceList)>;

/// Starts a companion for this and ends it; not if it is an app, which would keep running.
async fn look() -> Option<Seen> {
    if companion::would_stay() {
        return None;
    }
    Some(companion::ask_once(ask).await)
}

async fn ask(connection: &mut companion::Connection) -> Seen {
    let devices = connection.call(&ListDevices {}, LISTING).await?;
    Ok((connection.call(&GetStatus {}, QUICK).await?, devices))
}

/// Where the socket belongs, and whether others could reach it.
fn files(paths: &Paths) -> Check {
    let (name, socket) = ("files", paths.socket());
    let bytes = socket.as_os_str().len();
    if bytes > MAX_SOCKET_PATH_BYTES {
        return failed(
            name,
            format!(
                "the socket's path {} has {bytes} bytes, and {MAX_SOCKET_PATH_BYTES} fit",
                socket.display()
            ),
            "export WAVECRAFT_HOME=<a shorter folder>",
        );
    }
    let folder = &paths.run_dir;
    match folder.metadata() {
        Ok(meta) if meta.uid() != getuid().as_raw() => failed(
            name,
            format!("{} belongs to another user", folder.display()),
            "export WAVECRAFT_HOME=<a folder of your own>",
        ),
        Ok(meta) if meta.mode() & 0o077 != 0 => {
            failed(name, format!("{} is open to others", folder.display()), mode_of(folder))
        }
        // The companion creates a missing one.
        _ => fine(name, format!("{} ({bytes} of {MAX_SOCKET_PATH_BYTES} bytes)", socket.display())),
    }
}

fn mode_of(folder: &Path) -> String {
    format!("chmod 700 '{}'", folder.display())
}

async fn of_program(program: &Path) -> Vec<Check> {
    let (name, ours) = ("companion", env!("CARGO_PKG_VERSION"));
    let said = said(program, &["--version"], Path::new("/")).await;
    let Some(version) = said.as_deref().and_then(version_in) else {
        return vec![failed(
            name,
            format!("{} doesn't tell its version", program.display()),
            format!("run `{} --version`: it says why", program.display()),
        )];
    };
    let text = format!("{}, at {}", said.unwrap_or_default(), program.display());
    let first = if Some(version) == version_in(ours) {
        fine(name, text)
    } else {
        attention(
            name,
            format!("{text}; this command is {ours}"),
            "update the older of the two: they come together",
        )
    };
    let signature = platform::signature(program).map(|signature| match signature {
        Ok(text) => fine("signature", text),
        Err(trouble) => failed("signature", trouble, "install Wavecraft Companion anew"),
    });
    [Some(first), signature].into_iter().flatten().collect()
}

fn microphone(permission: Permission) -> Check {
    let name = "microphone";
    match permission {
        Permission::NotNeeded => fine(name, "this system asks for no permission"),
        Permission::Authorized => fine(name, "allowed"),
        Permission::NotDetermined => {
            fine(name, "not asked for yet; the first project that listens to it asks")
        }
        Permission::Denied => attention(
            name,
            "the system doesn't let the companion use it",
            "turn it on in System Settings > Privacy & Security > Microphone",
        ),
        Permission::Restricted => attention(
            name,
            "this computer's rules keep it from the companion",
            "use another source: wavecraft start --with-audio --input tone",
        ),
    }
}

/// Where its icon is. Only the user can see whether it is there.
fn menu(headless: bool) -> Check {
    let name = "menu";
    match headless {
        true => fine(
            name,
            "the companion runs without one; `wavecraft status` and `wavecraft microphone` do without",
        ),
        false => fine(name, platform::ICON_PLACE),
    }
}

fn login_item(state: LoginState) -> Check {
    let name = "login";
    match state {
        LoginState::Enabled => fine(name, "the companion starts at login"),
        LoginState::NotRegistered | LoginState::NotFound => {
            fine(name, "the companion starts when it is needed, not at login; its menu changes that")
        }
        LoginState::RequiresApproval => attention(
            name,
            "the companion is to start at login, and the system waits for your word",
            "allow it in System Settings > General > Login Items",
        ),
    }
}

/// Which devices a start would use.
fn sound(list: &DeviceList) -> Check {
    let name = "devices";
    if let Some(notice) = &list.notice {
        return attention(name, notice.clone(), "wavecraft devices");
    }
    let used = |devices: &[Device], chosen: &Option<String>| {
        let of = |device: &&Device| match chosen {
            Some(id) => device.id == *id,
            None => device.is_default,
        };
        devices
            .iter()
            .find(of)
            .or(devices.first())
            .map(|device| format!("{} at {} Hz", device.name, device.sample_rate))
    };
    let input = used(&list.inputs, &list.chosen.input);
    match used(&list.outputs, &list.chosen.output) {
        Some(output) => fine(name, format!("out {output}, in {}", input.as_deref().unwrap_or("nothing"))),
        None => attention(
            name,
            "there is no output: processors run on a timer and nothing is heard",
            "connect a loudspeaker or headphones, then `wavecraft devices`",
        ),
    }
}

fn log_tells(paths: &Paths) -> String {
    format!("{} may tell more", paths.log().display())
}

/// Splits a message of ours into what happened and how to fix it.
fn split(message: &str) -> (&str, &str) {
    message.rsplit_once("; ").or_else(|| message.rsplit_once(": ")).unwrap_or((message, START))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use wavecraft_companion_protocol::doctor::Verdict;

    #[test]
    fn a_folder_that_others_can_enter_is_named_with_what_mends_it() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().to_path_buf();
        let paths = Paths::linux(|name| (name == "WAVECRAFT_HOME").then(|| home.clone().into())).unwrap();
        assert_eq!(files(&paths).verdict, Verdict::Fine, "not there yet");
        std::fs::create_dir(&paths.run_dir).unwrap();
        for (mode, verdict) in [(0o755, Verdict::Failed), (0o700, Verdict::Fine)] {
            std::fs::set_permissions(&paths.run_dir, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(files(&paths).verdict, verdict, "{mode:o}");
        }
    }

    #[test]
    fn what_the_system_withholds_is_no_failure_and_is_told() {
        for (permission, verdict) in [
            (Permission::NotNeeded, Verdict::Fine),
            (Permission::Authorized, Verdict::Fine),
            (Permission::NotDetermined, Verdict::Fine),
            (Permission::Denied, Verdict::Attention),
            (Permission::Restricted, Verdict::Attention),
        ] {
            assert_eq!(microphone(permission).verdict, verdict, "{permission:?}");
        }
        assert!(
            menu(true).found.contains("wavecraft microphone") && menu(false).found == platform::ICON_PLACE
        );
        assert_eq!(login_item(LoginState::RequiresApproval).verdict, Verdict::Attention);
        assert_eq!(login_item(LoginState::Enabled).verdict, Verdict::Fine);
    }

    #[test]
    fn the_devices_are_those_that_a_start_would_use() {
        let device = |id: &str, is_default| Device {
            id: id.into(),
            name: id.to_uppercase(),
            channels: 2,
            sample_rate: 48_000,
            sample_rates: vec![],
            buffer_frames: None,
            transport: None,
            is_default,
        };
        let mut list = DeviceList::default();
        assert_eq!(sound(&list).verdict, Verdict::Attention);
        list.outputs = vec![device("a", false), device("b", true)];
        assert_eq!(sound(&list).found, "out B at 48000 Hz, in nothing");
        list.chosen.output = Some("a".into());
        assert_eq!(sound(&list).found, "out A at 48000 Hz, in nothing");
        list.notice = Some("C is away".into());
        assert_eq!((sound(&list).verdict, sound(&list).found), (Verdict::Attention, "C is away".into()));
    }
}
