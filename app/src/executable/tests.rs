use super::*;
use std::os::unix::fs::{PermissionsExt, chown, symlink};

struct Place {
    dir: tempfile::TempDir,
    person: Person,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), person: Person::of_this_process() }
    }

    /// Creates a file with this mode, and its folders.
    fn file(&self, name: &str, mode: u32) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn check(&self, path: &Path) -> Result<PathBuf, String> {
        check_file(path, &self.person).map_err(|refused| refused.to_string())
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_is_no_program_is_refused_with_its_reason() {
    let place = Place::new();
    let path = place.file("program", 0o700);
    assert_eq!(place.check(&path), Ok(path.canonicalize().unwrap()));
    assert!(matches!(
        check_file(&place.dir.path().join("none"), &place.person),
        Err(Refused::Unreadable { .. })
    ));
    assert!(place.check(place.dir.path()).unwrap_err().contains("not a regular file"));
    assert!(place.check(Path::new("program")).unwrap_err().contains("absolute"));
    assert!(place.check(&place.dir.path().join("x/../program")).unwrap_err().contains("`..`"));
    set_mode(&path, 0o600);
    assert!(place.check(&path).unwrap_err().contains("chmod u+x"));
}

#[test]
fn what_everybody_may_write_to_is_refused_and_so_is_what_lies_in_such_a_folder() {
    let place = Place::new();
    let path = place.file("a/b/program", 0o702);
    assert!(place.check(&path).unwrap_err().contains("chmod o-w"));
    set_mode(&path, 0o755);
    let folder = place.dir.path().join("a");
    for (mode, right) in [(0o777, false), (0o1777, true), (0o755, true)] {
        set_mode(&folder, mode);
        let checked = place.check(&path);
        assert_eq!(checked.is_ok(), right, "{mode:o}: {checked:?}");
        if let Err(text) = checked {
            assert!(text.contains(&folder.display().to_string()), "{text}");
        }
    }
}

#[test]
fn a_link_is_followed_and_what_it_leads_to_is_what_is_run() {
    let place = Place::new();
    let path = place.file("real/program", 0o755);
    let link = place.dir.path().join("link");
    symlink(&path, &link).unwrap();
    assert_eq!(place.check(&link), Ok(path.canonicalize().unwrap()));
    set_mode(&path, 0o757);
    assert!(place.check(&link).is_err(), "a link makes nothing better");
}

#[test]
fn another_persons_file_is_refused_and_the_systems_is_right() {
    let place = Place::new();
    let path = place.file("program", 0o755);
    let uid = rustix::process::getuid().as_raw();
    let refused = |person| check_file(&path, &person).map_err(|refused| refused.to_string());
    // The file belongs to this user: to a stranger it is another user's, unless this user is the system.
    let stranger = Person { uid: uid + 1, system: 0 };
    assert_eq!(refused(stranger).is_ok(), uid == 0);
    assert!(refused(Person { uid: uid + 1, system: uid }).is_ok());
    // If the test may give a file away, the message is checked too.
    if chown(&path, Some(uid + 1), None).is_ok() {
        let text = refused(place.person).unwrap_err();
        assert!(text.contains("belongs to another user") && text.contains(&(uid + 1).to_string()), "{text}");
    }
}

#[test]
fn the_plugin_host_that_came_with_the_companion_is_as_right_as_the_companion() {
    let of = |companion: &str, host: &str| is_plugin_host_of(Path::new(companion), Path::new(host));
    assert!(of("/opt/w/wavecraft-companion", "/opt/w/wavecraft-plugin-host"));
    assert!(of(
        "/Applications/W.app/Contents/MacOS/wavecraft-companion",
        "/Applications/W.app/Contents/Helpers/wavecraft-plugin-host"
    ));
    assert!(!of("/opt/w/wavecraft-companion", "/opt/v/wavecraft-plugin-host"));
    assert!(!of("/opt/w/wavecraft-companion", "/opt/w/other"));
}

#[test]
fn a_library_is_checked_as_the_program_is() {
    let place = Place::new();
    let (good, open) = (place.file("good", 0o700), place.file("open", 0o777));
    let checked = |executable: &PathBuf, library: Option<&PathBuf>| {
        check(&ProjectProgram {
            executable: executable.clone(),
            library: library.cloned(),
            loader_path: Vec::new(),
        })
        .map(drop)
        .map_err(|refused| refused.to_string())
    };
    assert_eq!(checked(&good, None), Ok(()));
    assert_eq!(checked(&good, Some(&good)), Ok(()));
    for refused in [checked(&open, Some(&good)), checked(&good, Some(&open))] {
        let text = refused.unwrap_err();
        assert!(text.contains(&open.display().to_string()) && text.contains("chmod o-w"), "{text}");
    }
}

#[test]
fn only_folders_that_nobody_else_can_change_are_searched_for_libraries() {
    let dir = tempfile::tempdir().unwrap();
    let folder = |name: &str, mode| {
        let path = dir.path().join(name);
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    };
    let (own, open) = (folder("own", 0o755), folder("open", 0o777));
    let program = ProjectProgram {
        executable: "/p".into(),
        library: None,
        loader_path: vec![own.clone(), open, "relative".into(), "/nowhere".into(), "/usr".into()],
    };
    assert_eq!(loader_path(&program), [own.as_path(), Path::new("/usr")]);
}

#[test]
fn a_missing_library_is_named() {
    for line in [
        "/b/1/dev-audio: error while loading shared libraries: libg.so: cannot open shared object file: No such file",
        "Error loading shared library libg.so: No such file or directory (needed by /b/1/dev-audio)",
        "dyld[123]: Library not loaded: libg.so",
    ] {
        assert!(missing_library(line).unwrap().contains("library libg.so can't"), "{line}");
    }
    assert_eq!(missing_library("hello"), None);
}
