//! The login item: a file that the desktop's session reads.
//! <https://specifications.freedesktop.org/autostart-spec/latest/>

use crate::login::{LoginItem, LoginState};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// The file's name: the program's identifier.
const NAME: &str = "dev.wavecraft.companion.desktop";

/// This program's file.
pub(crate) struct Autostart {
    /// Its path; none without a home.
    file: Option<PathBuf>,
    /// The command line that starts this program.
    exec: String,
}

/// The login item of this program, for this user.
pub(crate) fn login_item() -> Autostart {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let config = folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")));
    let program = env::current_exe().unwrap_or_else(|_| "wavecraft-companion".into());
    Autostart { file: config.map(|config| config.join("autostart").join(NAME)), exec: exec(&program) }
}

impl LoginItem for Autostart {
    fn state(&self) -> LoginState {
        let Some(file) = &self.file else { return LoginState::NotFound };
        let text = fs::read_to_string(file).unwrap_or_default();
        // A desktop's own settings turn an item off with one of these lines, or remove the file.
        let says = |line: &str| text.lines().any(|found| found.trim() == line);
        let off = says("Hidden=true") || says("X-GNOME-Autostart-enabled=false");
        // Another program of this name, or an old path of this program, doesn't start this one.
        if says(&self.exec) && !off { LoginState::Enabled } else { LoginState::NotRegistered }
    }

    fn set(&self, on: bool) -> Result<(), String> {
        let Some(file) = &self.file else {
            return Err("nothing opens at login without a home: set HOME".into());
        };
        let done = if on { self.write(file) } else { remove(file) };
        done.map_err(|error| format!("{} can't be changed: {error}", file.display()))
    }

    fn open_settings(&self) {}
}

impl Autostart {
    fn write(&self, file: &Path) -> io::Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let text = format!(
            "[Desktop Entry]\nType=Application\nName=Wavecraft Companion\nComment=Plays Wavecraft projects\n{}\n\
             Terminal=false\n",
            self.exec
        );
        fs::write(file, text)
    }
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// `Exec` takes a quoted path with these four characters escaped, in a string in which a backslash is written as two
/// and a percent sign, which begins a field code, is doubled.
fn exec(program: &Path) -> String {
    let mut quoted = String::new();
    for character in program.display().to_string().chars() {
        match character {
            '"' | '`' | '$' => quoted.extend(["\\\\", character.encode_utf8(&mut [0; 4])]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            other => quoted.push(other),
        }
    }
    format!("Exec=\"{quoted}\" --at-login")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_and_off_are_a_file_and_a_persons_no_is_heard() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("autostart").join(NAME);
        let item = Autostart { file: Some(file.clone()), exec: exec(Path::new("/opt/wave craft/companion")) };
        assert_eq!(item.state(), LoginState::NotRegistered);
        // Turning it off again is no error.
        item.set(false).unwrap();
        item.set(true).unwrap();
        assert_eq!(item.state(), LoginState::Enabled);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains("\nExec=\"/opt/wave craft/companion\" --at-login\n"), "{text}");
        for no in ["Hidden=true\n", "X-GNOME-Autostart-enabled=false\n"] {
            fs::write(&file, format!("{text}{no}")).unwrap();
            assert_eq!(item.state(), LoginState::NotRegistered);
        }
        item.set(true).unwrap();
        assert_eq!(item.state(), LoginState::Enabled);
        item.set(false).unwrap();
        assert!(!file.exists());
        fs::write(&file, text.replace("/opt/", "/old/")).unwrap();
        assert_eq!(item.state(), LoginState::NotRegistered);
    }

    #[test]
    fn what_cannot_be_written_is_told() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("autostart"), "").unwrap();
        let file = dir.path().join("autostart").join(NAME);
        let item = Autostart { file: Some(file), exec: exec(Path::new("/c")) };
        assert!(item.set(true).unwrap_err().contains(NAME));
        let homeless = Autostart { file: None, exec: exec(Path::new("/c")) };
        assert_eq!(homeless.state(), LoginState::NotFound);
        assert!(homeless.set(true).unwrap_err().contains("HOME"));
    }

    #[test]
    fn any_path_can_be_written() {
        assert_eq!(exec(Path::new(r#"/a"$`\100%"#)), r#"Exec="/a\\"\\$\\`\\\\100%%" --at-login"#);
    }
}
