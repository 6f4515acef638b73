use super::*;
use std::os::unix::fs::PermissionsExt;

/// A home with a companion in it, the command in a bundle's `Helpers`, and a shell that takes its `PATH` from a file.
struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        // The path without links: a Mac's temporary folder is behind one.
        let home = Self { dir: tempfile::tempdir().unwrap() };
        home.executable("App/Helpers/wavecraft", "exit 0");
        fs::create_dir_all(home.at("App/MacOS")).unwrap();
        fs::create_dir_all(home.at("local")).unwrap();
        home.executable(
            "zsh",
            &format!("PATH=$(cat '{}'); for last; do :; done; eval \"$last\"", home.at("path").display()),
        );
        home.path(&["local", OWN]);
        home
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(path)
    }

    fn executable(&self, path: &str, script: &str) {
        let file = self.at(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Sets the shell's `PATH`; cat(1) and others are found there too.
    fn path(&self, folders: &[&str]) {
        let folders = folders.iter().map(|folder| self.at(folder)).chain(["/bin".into(), "/usr/bin".into()]);
        let path = env::join_paths(folders).unwrap();
        fs::write(self.at("path"), path.as_encoded_bytes()).unwrap();
    }

    fn link(&self) -> CommandLink {
        let (own, home) = (self.at("App/MacOS"), self.at(""));
        CommandLink::new(Some(&own), Some(home), self.at("local"), self.at("zsh"))
    }

    fn state(&self) -> CommandLinkState {
        self.link().state()
    }
}

fn made(at: &str) -> CommandLinkState {
    CommandLinkState::Made { at: at.into(), advice: None }
}

fn advice(state: CommandLinkState) -> String {
    match state {
        CommandLinkState::Made { advice: Some(advice), .. } => advice,
        other => panic!("no advice: {other:?}"),
    }
}

#[test]
fn the_link_is_made_where_terminals_look_and_taken_away() {
    let home = Home::new();
    assert_eq!(home.state(), CommandLinkState::Absent);
    home.link().make().unwrap();
    assert_eq!(home.state(), made("~/local/wavecraft"));
    assert_eq!(fs::read_link(home.at("local/wavecraft")).unwrap(), home.at("App/Helpers/wavecraft"));
    // Doing it again is no error, and doesn't make a second link.
    home.link().make().unwrap();
    assert!(!home.at(OWN).exists());
    home.link().remove().unwrap();
    assert_eq!(home.state(), CommandLinkState::Absent);
    home.link().remove().unwrap();
}

#[test]
fn where_the_first_folder_refuses_it_is_the_persons_own() {
    let home = Home::new();
    // A folder that even an administrator can't write to: it is a file.
    fs::remove_dir(home.at("local")).unwrap();
    fs::write(home.at("local"), "").unwrap();
    home.link().make().unwrap();
    assert_eq!(home.state(), made("~/.local/bin/wavecraft"));
}

#[test]
fn a_folder_that_is_not_on_the_path_is_told_with_the_line_for_the_profile() {
    let home = Home::new();
    home.path(&["elsewhere"]);
    home.link().make().unwrap();
    let advice = advice(home.state());
    let line = format!("export PATH=\"{}:$PATH\"", home.at(OWN).display());
    assert!(advice.contains(&line) && advice.contains("~/.zshrc"), "{advice}");
    home.path(&[OWN]);
    assert_eq!(home.state(), made("~/.local/bin/wavecraft"));
}

#[test]
fn another_command_of_the_name_that_comes_first_is_told_and_left_alone() {
    let home = Home::new();
    home.executable("cargo/bin/wavecraft", "echo 0.9");
    home.path(&["cargo/bin", OWN]);
    home.link().make().unwrap();
    let advice = advice(home.state());
    assert!(advice.contains("~/cargo/bin/wavecraft") && advice.contains("comes first"), "{advice}");
    home.link().remove().unwrap();
    assert!(home.at("cargo/bin/wavecraft").exists());
    home.path(&[OWN, "cargo/bin"]);
    home.link().make().unwrap();
    assert_eq!(home.state(), made("~/.local/bin/wavecraft"));
}

#[test]
fn what_is_in_the_way_stays_unless_it_leads_nowhere() {
    let home = Home::new();
    home.executable("local/wavecraft", "echo another");
    home.executable(".local/bin/wavecraft", "echo another");
    let refused = home.link().make().unwrap_err();
    assert!(refused.contains("~/local/wavecraft") && refused.contains("remove it first"), "{refused}");
    home.link().remove().unwrap();
    assert!(home.at("local/wavecraft").exists() && home.at(".local/bin/wavecraft").exists());

    fs::remove_file(home.at(".local/bin/wavecraft")).unwrap();
    symlink(home.at("an/app/that/was/moved"), home.at(".local/bin/wavecraft")).unwrap();
    fs::remove_file(home.at("local/wavecraft")).unwrap();
    fs::remove_dir(home.at("local")).unwrap();
    home.path(&[OWN]);
    home.link().make().unwrap();
    assert_eq!(home.state(), made("~/.local/bin/wavecraft"));
}

#[test]
fn a_package_that_has_linked_it_needs_nothing_from_us() {
    let home = Home::new();
    fs::create_dir_all(home.at("brew/bin")).unwrap();
    symlink(home.at("App/Helpers/wavecraft"), home.at("brew/bin/wavecraft")).unwrap();
    home.path(&["brew/bin"]);
    assert_eq!(home.state(), CommandLinkState::NotNeeded);
}

#[test]
fn a_companion_without_the_command_has_nothing_to_link() {
    let home = Home::new();
    fs::remove_file(home.at("App/Helpers/wavecraft")).unwrap();
    assert_eq!(home.state(), CommandLinkState::NotNeeded);
    assert!(home.link().make().unwrap_err().contains("install both together"));
    // On Linux the command is beside the companion.
    home.executable("App/MacOS/wavecraft", "exit 0");
    assert_eq!(home.state(), CommandLinkState::Absent);
}

#[test]
fn without_a_home_only_everybodys_folder_is_left() {
    let home = Home::new();
    let link =
        |everybodys| CommandLink::new(Some(&home.at("App/MacOS")), None, home.at(everybodys), home.at("zsh"));
    link("local").make().unwrap();
    assert!(home.at("local/wavecraft").is_symlink());
    link("local").remove().unwrap();
    assert!(link("not/on/the/path").make().unwrap_err().contains("set HOME"));
}

#[test]
fn an_app_that_was_not_moved_yet_is_not_linked() {
    let home = Home::new();
    home.executable("AppTranslocation/d/App/Helpers/wavecraft", "exit 0");
    let own = home.at("AppTranslocation/d/App/MacOS");
    fs::create_dir_all(&own).unwrap();
    let link = CommandLink::new(Some(&own), Some(home.at("")), home.at("local"), home.at("zsh"));
    assert!(link.make().unwrap_err().contains("move it to Applications"));
    assert_eq!(link.state(), CommandLinkState::Absent);
}
