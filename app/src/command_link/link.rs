//! The link that puts the `wavecraft` command, which comes with the companion, on the `PATH` of the user's terminals.
//! Only a click creates or removes it, and only with the user's own privileges.

use super::shell;
use std::{
    env, fs, io,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

/// The command's name, and the link's.
const NAME: &str = "wavecraft";

/// The command's path relative to the companion's folder: beside it on Linux, in the bundle on a Mac.
const PLACES: [&str; 2] = [NAME, "../Helpers/wavecraft"];

/// The folder for all users, on the `PATH` of every shell of both systems. Often only an administrator may write there.
const EVERYBODYS: &str = "/usr/local/bin";

/// The user's own folder, relative to the home.
const OWN: &str = ".local/bin";

/// Part of the path of an app that a Mac runs from a temporary copy, because it was downloaded by a browser and the
/// user hasn't moved it yet.
const TRANSLOCATED: &str = "AppTranslocation";

/// The state of the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CommandLinkState {
    /// A terminal finds this companion's command without our link, because a package has put it there; or there is no
    /// command beside this companion, as when only the companion was built.
    NotNeeded,
    /// There is no link.
    Absent,
    /// There is a link.
    Made {
        /// The link, with `~` for the home.
        at: String,
        /// Why a terminal doesn't find it nevertheless, and what to do.
        advice: Option<String>,
    },
}

/// What the link depends on. Its calls take a moment, so none of them is made on the app's thread.
pub(crate) struct CommandLink {
    /// The command's path without any links; none if it is missing.
    program: Option<PathBuf>,
    home: Option<PathBuf>,
    /// The folders in which a link may be, the best first.
    folders: Vec<PathBuf>,
    /// The user's shell.
    shell: PathBuf,
}

impl CommandLink {
    /// The link of this program, for this user.
    pub(crate) fn of_this_user() -> Self {
        let folder = env::current_exe().ok().and_then(|own| own.parent().map(Path::to_owned));
        let home = env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
        Self::new(folder.as_deref(), home, EVERYBODYS.into(), shell::of_this_user())
    }

    fn new(own: Option<&Path>, home: Option<PathBuf>, everybodys: PathBuf, shell: PathBuf) -> Self {
        let program = own.and_then(|own| PLACES.iter().find_map(|place| program(&own.join(place))));
        let folders = [Some(everybodys), home.as_ref().map(|home| home.join(OWN))];
        Self { program, home, folders: folders.into_iter().flatten().collect(), shell }
    }

    /// Its present state: the user may have changed it elsewhere.
    pub(crate) fn state(&self) -> CommandLinkState {
        let Some(wanted) = &self.program else { return CommandLinkState::NotNeeded };
        let path = shell::path(&self.shell);
        let found = path.iter().map(|folder| folder.join(NAME)).find(|file| program(file).is_some());
        let first = found.as_deref().and_then(program);
        let Some(link) = self.link(wanted) else {
            return if first.as_ref() == Some(wanted) {
                CommandLinkState::NotNeeded
            } else {
                CommandLinkState::Absent
            };
        };
        let folder = link.parent().unwrap_or(&link);
        let advice = match found {
            _ if first.as_ref() == Some(wanted) => None,
            Some(other) => Some(format!(
                "a terminal starts {} instead, which comes first on the PATH: remove that, or put {} before it",
                self.short(&other),
                self.short(folder)
            )),
            None => Some(format!(
                "{} isn't on your PATH: {}, then open a new terminal",
                self.short(folder),
                shell::remedy(&self.shell, folder, self.home.as_deref())
            )),
        };
        CommandLinkState::Made { at: self.short(&link), advice }
    }

    /// Creates the link: in the first folder that is on the `PATH` and writable, else in the user's own.
    ///
    /// # Errors
    /// For the user: why not, and what to do.
    pub(crate) fn make(&self) -> Result<(), String> {
        let Some(wanted) = &self.program else {
            return Err("there is no `wavecraft` command beside this companion: install both together".into());
        };
        if self.link(wanted).is_some() {
            return Ok(());
        }
        if wanted.iter().any(|part| part == TRANSLOCATED) {
            return Err("the app runs from a place that goes away with it: move it to Applications, open it there, then \
                 try again"
                .into());
        }
        let path = shell::path(&self.shell);
        let on_path = self.folders.iter().filter(|folder| path.contains(folder));
        let own = self.folders.last().filter(|_| self.home.is_some());
        let mut refused = Vec::new();
        for folder in on_path.chain(own.filter(|own| !path.contains(own))) {
            match put(wanted, &folder.join(NAME)) {
                Ok(()) => return Ok(()),
                Err(error) => refused.push(format!("{}: {error}", self.short(&folder.join(NAME)))),
            }
        }
        if refused.is_empty() {
            return Err("there is no place for the `wavecraft` command without a home: set HOME".into());
        }
        Err(format!("the `wavecraft` command can't be linked ({})", refused.join("; ")))
    }

    /// Removes the link, and returns where it was, if there was one. Anything else with this name stays.
    ///
    /// # Errors
    /// For the user: why not.
    pub(crate) fn remove(&self) -> Result<Option<PathBuf>, String> {
        let Some(link) = self.program.as_deref().and_then(|wanted| self.link(wanted)) else {
            return Ok(None);
        };
        match fs::remove_file(&link) {
            Ok(()) => Ok(Some(link)),
            Err(error) => Err(format!("{} can't be removed: {error}", self.short(&link))),
        }
    }

    /// Our link: a symbolic link that leads to the command.
    fn link(&self, wanted: &Path) -> Option<PathBuf> {
        let links = self.folders.iter().map(|folder| folder.join(NAME));
        links.filter(|link| link.is_symlink()).find(|link| program(link).as_deref() == Some(wanted))
    }

    /// The path as a user would write it.
    fn short(&self, path: &Path) -> String {
        match self.home.as_ref().and_then(|home| path.strip_prefix(home).ok()) {
            Some(rest) => format!("~/{}", rest.display()),
            None => path.display().to_string(),
        }
    }
}

/// The program behind this name, with all links resolved.
fn program(file: &Path) -> Option<PathBuf> {
    let meta = file.metadata().ok()?;
    (meta.is_file() && meta.permissions().mode() & 0o111 != 0).then(|| file.canonicalize().ok())?
}

/// Creates a link where nothing exists, or in place of a link whose program is gone.
fn put(wanted: &Path, link: &Path) -> io::Result<()> {
    if link.is_symlink() && !link.exists() {
        fs::remove_file(link)?;
    }
    if let Some(folder) = link.parent() {
        fs::create_dir_all(folder)?;
    }
    symlink(wanted, link).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => io::Error::other("another program is there; remove it first"),
        _ => error,
    })
}

#[cfg(test)]
mod tests;
