//! What building a plugin's window on Linux needs: the headers of WebKitGTK. A project without a window doesn't need
//! them; a project of the published SDK has one, even if it is only played.

use super::check::{attention, failed, fine, said};
use crate::{platform, programs, project::Project};
use std::{fs, path::Path};
use toml_edit::DocumentMut;
use wavecraft_companion_protocol::doctor::Check;

/// The crate that links WebKitGTK; wry depends on it.
const LINKING: &str = "webkit2gtk-sys";

/// Checks only the project of `folder`, and only if that depends on it. `published`: it uses the published SDK.
pub(super) async fn check(folder: &Path, published: bool) -> Option<Check> {
    if !platform::WEB_VIEWS_ARE_WEBKITGTKS {
        return None;
    }
    let project = Project::folder_of(folder).ok()??;
    let locks = [project.join("engine/Cargo.lock"), project.join("Cargo.lock")];
    let locked = locks.iter().find_map(|lock| fs::read_to_string(lock).ok());
    let library = match &locked {
        Some(lock) => library(lock)?,
        // Not built here yet: this is the SDK's own dependency.
        None if published => "webkit2gtk-4.1",
        None => return None,
    };
    let name = "webview";
    let Some(pkg_config) = programs::find("pkg-config") else {
        return Some(failed(
            name,
            format!("pkg-config is not on the PATH, and the plugin's build finds {library} with it"),
            "sudo apt install pkg-config (Debian, Ubuntu), or your system's package of that name",
        ));
    };
    if let Some(version) = said(&pkg_config, &["--modversion", library], folder).await {
        return Some(fine(name, format!("{library} {version}")));
    }
    let found = format!("the headers of {library} are missing, and the plugin's window is built with them");
    let series = library.trim_start_matches("webkit2gtk-");
    let mend = format!(
        "sudo apt install libwebkit2gtk-{series}-dev (Debian, Ubuntu); sudo dnf install webkit2gtk{series}-devel (Fedora); \
         sudo pacman -S {library} (Arch)"
    );
    Some(if locked.is_some() { failed(name, found, mend) } else { attention(name, found, mend) })
}

/// The pkg-config name of the library that a crate in the lock file links; `None` if it has no such crate.
fn library(lock: &str) -> Option<&'static str> {
    let document: DocumentMut = lock.parse().ok()?;
    let packages = document.get("package")?.as_array_of_tables()?;
    let found = packages
        .iter()
        .find(|package| package.get("name").and_then(|name| name.as_str()) == Some(LINKING))?;
    // Its versions below 1 are for the series with libsoup 2.
    let old = found.get("version")?.as_str()?.starts_with("0.");
    Some(if old { "webkit2gtk-4.0" } else { "webkit2gtk-4.1" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_tells_which_one_is_linked() {
        let lock =
            |package: &str| format!("version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n{package}");
        let with =
            |version: &str| lock(&format!("[[package]]\nname = \"{LINKING}\"\nversion = \"{version}\"\n"));
        assert_eq!(library(&lock("")), None);
        assert_eq!(library(&with("2.0.1")), Some("webkit2gtk-4.1"));
        assert_eq!(library(&with("0.18.0")), Some("webkit2gtk-4.0"));
    }
}
