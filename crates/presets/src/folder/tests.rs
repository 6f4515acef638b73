use super::*;
use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
};

struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// One whose folder has these files.
    fn with(files: &[(&str, &str)]) -> Self {
        let project = Self::new();
        fs::create_dir(project.path("presets")).unwrap();
        for (name, text) in files {
            fs::write(project.path("presets").join(name), text).unwrap();
        }
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn folder(&self) -> Folder {
        Folder::of(self.0.path())
    }

    /// The files of the folder, sorted.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("presets")).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path("presets").join(file)).unwrap()
    }

    fn save(&self, text: &str, value: f32, replace: bool) -> Result<Saved, Failed> {
        self.folder().save(&name(text), None, values(value), replace)
    }
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn values(value: f32) -> BTreeMap<String, f32> {
    BTreeMap::from([("drive".into(), value)])
}

fn of(value: f32) -> String {
    Preset { note: String::new(), values: values(value) }.text().unwrap()
}

fn names(listing: &Listing) -> Vec<&str> {
    listing.presets.iter().map(|entry| entry.name.as_str()).collect()
}

fn trouble(listing: &Listing, name: &str) -> String {
    let entry = listing.presets.iter().find(|entry| entry.name == name);
    entry.and_then(|entry| entry.trouble.clone()).unwrap_or_default()
}

#[test]
fn what_is_saved_is_listed_read_renamed_and_deleted() {
    let project = Project::new();
    let folder = project.folder();
    assert_eq!(folder.list().unwrap(), Listing::default(), "no folder is none, and none is made");
    assert!(!project.path("presets").exists());
    let saved = folder.save(&name("Warm"), Some("soft".into()), values(0.25), false).unwrap();
    assert_eq!(saved, Saved { name: name("Warm"), kept: Vec::new() });
    project.save("bright", 0.75, false).unwrap();
    let listing = folder.list().unwrap();
    assert_eq!(names(&listing), ["bright", "Warm"], "as a person sorts");
    assert_eq!(listing.presets[1].note.as_deref(), Some("soft"));
    let (own, preset) = folder.read(&name("WARM")).unwrap();
    assert_eq!((own, preset.values), (name("Warm"), values(0.25)));
    assert_eq!(folder.rename(&name("warm"), &name("Cold")).unwrap(), (name("Warm"), name("Cold")));
    assert_eq!(folder.delete(&name("BRIGHT")).unwrap(), name("bright"));
    assert_eq!(project.files(), ["Cold.json"], "and nothing is left beside");
    assert_eq!(folder.rename(&name("cold"), &name("COLD")).unwrap(), (name("Cold"), name("COLD")));
    assert_eq!(project.files(), ["COLD.json"], "another case is another name for the same");
}

#[test]
fn nothing_is_replaced_unasked() {
    let project = Project::new();
    project.folder().save(&name("Warm"), Some("soft".into()), values(0.25), false).unwrap();
    let before = project.text("Warm.json");
    let refused = project.save("warm", 0.5, false).unwrap_err();
    assert!(matches!(&refused, Failed::Exists(there) if there.as_str() == "Warm"), "{refused}");
    assert!(refused.to_string().contains("--replace"), "{refused}");
    assert_eq!(project.text("Warm.json"), before);
    assert_eq!(project.save("warm", 0.5, true).unwrap().name, name("Warm"), "under its own name");
    assert_eq!(project.files(), ["Warm.json"]);
    let (_, after) = project.folder().read(&name("Warm")).unwrap();
    assert_eq!((after.note.as_str(), &after.values), ("soft", &values(0.5)), "its note stays");
    project.folder().save(&name("Warm"), Some(String::new()), values(0.5), true).unwrap();
    assert_eq!(project.folder().read(&name("Warm")).unwrap().1.note, "");

    project.save("Cold", 0.1, false).unwrap();
    let refused = project.folder().rename(&name("Cold"), &name("WARM")).unwrap_err();
    assert!(matches!(refused, Failed::Exists(_)), "{refused}");
    assert_eq!(project.files(), ["Cold.json", "Warm.json"]);
}

#[test]
fn values_of_parameters_that_are_away_outlive_a_save() {
    let project =
        Project::with(&[("a.json", r#"{"version":1,"note":"n","values":{"drive":1,"later":0.5}}"#)]);
    let saved = project.save("a", 2.0, true).unwrap();
    assert_eq!(saved.kept, ["later"]);
    let (_, preset) = project.folder().read(&name("a")).unwrap();
    assert_eq!(preset.values, BTreeMap::from([("drive".into(), 2.0), ("later".into(), 0.5)]));
}

#[test]
fn broken_and_foreign_files_are_told_and_passed_over() {
    let project = Project::with(&[
        ("A good.json", &of(1.0)),
        ("b broken.json", "{\"version\":1,"),
        ("c newer.json", "{\"version\":2,\"values\":{}}"),
        ("d number.json", "{\"version\":1,\"values\":{\"drive\":\"x\"}}"),
        ("e: name.json", &of(1.0)),
        ("f .json", &of(1.0)),
        ("Z good.json", &of(2.0)),
        ("a GOOD.json", &of(3.0)),
        (".hidden.json", &of(1.0)),
        ("notes.txt", "not a preset"),
    ]);
    let presets = project.path("presets");
    fs::create_dir(presets.join("g folder.json")).unwrap();
    fs::write(presets.join("h latin.json"), b"\xe9\xff").unwrap();
    let listing = project.folder().list().unwrap();
    assert_eq!(listing.presets.len(), 10, "{:?}", names(&listing));
    for (name, says) in [
        ("A good", ""),
        ("a GOOD", "differs from `A good` in case only"),
        ("b broken", "isn't JSON"),
        ("c newer", "newer Wavecraft"),
        ("d number", "`drive` isn't a number"),
        ("e: name", "can't have ':'"),
        ("f ", "ends with a space"),
        ("g folder", "a link or a folder"),
        ("h latin", "isn't UTF-8"),
        ("Z good", ""),
    ] {
        let told = trouble(&listing, name);
        assert!(told.contains(says) && told.is_empty() == says.is_empty(), "{name}: {told}");
    }
    let step = |from: Option<&str>, back| project.folder().beside(from, back).unwrap().0.as_str().to_owned();
    assert_eq!(step(None, false), "A good");
    assert_eq!(step(None, true), "Z good");
    assert_eq!(step(Some("a GOOD"), false), "Z good", "the broken ones are passed over");
    assert_eq!(step(Some("Z good"), false), "A good", "after the last comes the first");
    assert_eq!(step(Some("b gone"), true), "a GOOD", "one that is gone still has a place");

    // Replacing was asked for; the folder of that name stays.
    assert!(project.save("b broken", 4.0, false).is_err());
    project.save("b broken", 4.0, true).unwrap();
    project.save("c newer", 4.0, true).unwrap();
    assert_eq!(project.text("b broken.json"), of(4.0));
    for failed in [
        project.save("g folder", 1.0, true).unwrap_err(),
        project.folder().delete(&name("g folder")).unwrap_err(),
        project.folder().rename(&name("g folder"), &name("x")).unwrap_err(),
        project.folder().read(&name("g folder")).unwrap_err(),
    ] {
        assert!(matches!(failed, Failed::NotPlain(_)), "{failed}");
    }
    assert!(presets.join("g folder.json").is_dir());
}

#[test]
fn no_link_leads_out_of_the_folder() {
    let project = Project::with(&[]);
    let secret = project.path("secret");
    fs::write(&secret, of(9.0)).unwrap();
    symlink(&secret, project.path("presets/link.json")).unwrap();
    symlink("nowhere", project.path("presets/loose.json")).unwrap();
    for link in ["link", "loose"] {
        assert!(trouble(&project.folder().list().unwrap(), link).contains("a link"));
        for replace in [false, true] {
            assert!(project.save(link, 1.0, replace).is_err());
        }
        assert!(project.folder().read(&name(link)).is_err());
        assert!(project.folder().delete(&name(link)).is_err());
        assert!(project.folder().rename(&name(link), &name("other")).is_err());
    }
    assert_eq!(fs::read_to_string(&secret).unwrap(), of(9.0));
    assert_eq!(project.files(), ["link.json", "loose.json"]);

    // The folder itself.
    let elsewhere = Project::with(&[("theirs.json", &of(1.0))]);
    let linked = Project::new();
    symlink(elsewhere.path("presets"), linked.path("presets")).unwrap();
    for failed in [
        linked.folder().list().map(drop).unwrap_err(),
        linked.save("mine", 1.0, false).map(drop).unwrap_err(),
        linked.folder().delete(&name("theirs")).map(drop).unwrap_err(),
        linked.folder().beside(None, false).map(drop).unwrap_err(),
    ] {
        assert!(failed.to_string().contains("isn't a folder of the project itself"), "{failed}");
    }
    assert_eq!(elsewhere.files(), ["theirs.json"]);
}

#[test]
fn a_pipe_and_an_endless_file_hold_nobody_up() {
    let project = Project::with(&[]);
    let pipe = project.path("presets/pipe.json");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // A hole: a gigabyte that takes no room.
    fs::File::create(project.path("presets/huge.json")).unwrap().set_len(1 << 30).unwrap();
    let listing = project.folder().list().unwrap();
    assert!(trouble(&listing, "pipe").contains("not a plain file"), "{listing:?}");
    assert!(trouble(&listing, "huge").contains("larger than 256 KiB"), "{listing:?}");
    assert!(project.folder().beside(None, false).is_err());
}

#[test]
fn of_ten_thousand_some_are_listed_and_the_others_counted() {
    let project = Project::with(&[]);
    let note = "n".repeat(900);
    let text = Preset { note, values: values(1.0) }.text().unwrap();
    for number in 0..10_000 {
        let file = project.path("presets").join(format!("p{number:05}.json"));
        if number < MAX_PRESETS { fs::write(file, &text) } else { fs::write(file, "") }.unwrap();
    }
    let listing = project.folder().list().unwrap();
    assert_eq!((listing.presets.len(), listing.omitted), (MAX_PRESETS, 10_000 - MAX_PRESETS));
    let notes: usize = listing.presets.iter().filter_map(|entry| entry.note.as_ref()).map(String::len).sum();
    assert!(notes > 0 && notes <= TEXTS_BYTES, "{notes}");
    assert!(matches!(project.save("one more", 1.0, false), Err(Failed::Full)));
    project.save("p00001", 2.0, true).unwrap();
    assert_eq!(project.folder().beside(Some("p00000"), false).unwrap().1.values, values(2.0));
}

#[test]
fn a_folder_that_can_not_be_written_is_told() {
    let project = Project::with(&[("a.json", &of(1.0))]);
    let presets = project.path("presets");
    fs::set_permissions(&presets, fs::Permissions::from_mode(0o555)).unwrap();
    let may_anyway = fs::write(presets.join("probe"), "").is_ok();
    if !may_anyway {
        for failed in [
            project.save("b", 1.0, false).map(drop).unwrap_err(),
            project.save("a", 2.0, true).map(drop).unwrap_err(),
            project.folder().rename(&name("a"), &name("b")).map(drop).unwrap_err(),
            project.folder().delete(&name("a")).map(drop).unwrap_err(),
        ] {
            let told = failed.to_string();
            assert!(told.contains("ermission denied") && told.contains("as they were"), "{told}");
        }
        assert_eq!(project.folder().read(&name("a")).unwrap().1.values, values(1.0));
    }
    fs::set_permissions(&presets, fs::Permissions::from_mode(0o755)).unwrap();

    // A file where the folder should be, for every user.
    let other = Project::new();
    fs::write(other.path("presets"), "").unwrap();
    let told = other.save("a", 1.0, false).unwrap_err().to_string();
    assert!(told.contains("isn't a folder of the project itself"), "{told}");
    let gone = Folder::of(&other.path("no such project"));
    let told = gone.save(&name("a"), None, values(1.0), false).unwrap_err().to_string();
    assert!(told.contains("the folder presets of the project can't be made"), "{told}");
}

#[test]
fn a_preset_that_is_not_there_is_told_with_those_that_are() {
    let project = Project::with(&[("Warm.json", &of(1.0)), ("bad:.json", "")]);
    let told = project.folder().read(&name("Wram")).unwrap_err().to_string();
    assert_eq!(told, "there is no preset `Wram`. There are: `Warm`");
    let none = Project::new().folder().delete(&name("x")).unwrap_err().to_string();
    assert!(none.contains("none yet: save one"), "{none}");
    let none = Project::new().folder().beside(None, false).unwrap_err().to_string();
    assert!(none.contains("none yet"), "{none}");
}
