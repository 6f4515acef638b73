//! Uninstalling: removes what the companion keeps outside of its own program.

use crate::{
    command_link::CommandLink,
    desktop,
    instance::{Instance, InstanceError},
    login::{LoginItem, LoginState},
    platform::{self, FORGETTERS},
    quit,
};
use std::{fs, io, path::Path, process::ExitCode, time::Duration};
use wavecraft_companion_protocol::paths::Paths;

/// How often to try the lock of a companion that is quitting.
const TRY_AGAIN: Duration = Duration::from_millis(50);

/// Quits the running companion, then removes its files, the login item, the command's link, and what the system
/// remembers of it. Prints each thing that was there. A failure doesn't keep the rest from being removed.
///
/// # Errors
/// The running companion refuses to quit, or its state can't be determined.
pub(crate) async fn run(paths: Paths) -> anyhow::Result<ExitCode> {
    quit::run(&paths).await?;
    // While this holds the lock no other companion can start and rewrite what is removed here.
    let _lock = loop {
        match Instance::claim(&paths) {
            Err(InstanceError::Running(_)) => tokio::time::sleep(TRY_AGAIN).await,
            // If none could run, none will start.
            claimed => break claimed.ok(),
        }
    };
    let mut troubles = Vec::new();
    match stay_out_of_the_login() {
        Ok(true) => println!("it isn't opened at login any more"),
        Ok(false) => {}
        Err(trouble) => troubles.push(trouble),
    }
    match CommandLink::of_this_user().remove() {
        Ok(removed) => removed.iter().for_each(|link| println!("removed {}", link.display())),
        Err(trouble) => troubles.push(trouble),
    }
    for path in paths.kept() {
        match remove(&path) {
            Ok(true) => println!("removed {}", path.display()),
            Ok(false) => {}
            Err(error) => troubles.push(format!("{} can't be removed: {error}", path.display())),
        }
    }
    for words in FORGETTERS {
        let words: Vec<_> = words.iter().map(AsRef::as_ref).collect();
        // These programs also fail if there is nothing to forget.
        if desktop::run(&words, &[]).is_ok() {
            println!("done: {}", words.join(" ".as_ref()).display());
        }
    }
    for trouble in &troubles {
        eprintln!("wavecraft-companion: {trouble}");
    }
    Ok(if troubles.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Removes the login item. Returns whether it was on.
fn stay_out_of_the_login() -> Result<bool, String> {
    let item = platform::login_item();
    let was_on = matches!(item.state(), LoginState::Enabled | LoginState::RequiresApproval);
    item.set(false).map(|()| was_on)
}

/// Removes a file or a folder, and the folder around it if that is empty then. Returns whether it was there.
fn remove(path: &Path) -> io::Result<bool> {
    let is_folder = path.is_dir() && !path.is_symlink();
    let removed = if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    let was_there = match removed {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(error),
    };
    // A folder that isn't empty, or is gone, stays as it is.
    if let Some(folder) = path.parent() {
        let _ = fs::remove_dir(folder);
    }
    Ok(was_there)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// What Homebrew's `--zap` moves to the trash is exactly what `--uninstall` removes.
    #[test]
    fn homebrew_zaps_the_same() {
        let cask = include_str!("../../bundle/homebrew/wavecraft-companion.rb");
        let (_, zap) = cask.split_once("zap trash: [").expect("a zap stanza");
        let (zap, _) = zap.split_once(']').expect("its end");
        let zapped: Vec<_> = zap
            .split('"')
            .skip(1)
            .step_by(2)
            .map(|path| PathBuf::from(path.replace('~', "/Users/u")))
            .collect();
        let kept = Paths::macos(|name| (name == "HOME").then(|| "/Users/u".into())).unwrap().kept();
        for path in &kept {
            assert!(zapped.iter().any(|zapped| path.starts_with(zapped)), "{path:?} isn't in {zapped:?}");
        }
        for zapped in &zapped {
            assert!(kept.iter().any(|path| path.starts_with(zapped)), "{zapped:?} holds nothing of {kept:?}");
        }
    }

    #[test]
    fn a_folder_goes_with_the_last_that_was_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("wavecraft");
        fs::create_dir_all(folder.join("run")).unwrap();
        fs::write(folder.join("run/companion.lock"), "1").unwrap();
        fs::write(folder.join("settings.json"), "{}").unwrap();
        assert!(remove(&folder.join("run")).unwrap());
        assert!(folder.join("settings.json").exists());
        assert!(remove(&folder.join("settings.json")).unwrap());
        assert!(!folder.exists());
        assert!(!remove(&folder.join("settings.json")).unwrap());
    }
}
