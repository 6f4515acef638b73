//! Events as the systems send them, for simulated files.

use super::*;
use std::time::{Duration, UNIX_EPOCH};

/// Files by their paths, with their content and time. A folder exists if a file is below it.
#[derive(Default, Clone)]
struct Fake {
    files: BTreeMap<PathBuf, (String, Stamp)>,
    clock: u64,
}

impl Fake {
    fn with(files: &[&str]) -> Self {
        let mut fake = Self { clock: 100, ..Self::default() };
        files.iter().for_each(|file| fake.write(file, "one"));
        fake
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn write(&mut self, path: &str, content: &str) {
        self.clock += 1;
        let inode = self.files.get(Path::new(path)).map_or(self.clock, |(_, stamp)| stamp.inode);
        self.put(path, content, self.clock, inode);
    }

    fn put(&mut self, path: &str, content: &str, seconds: u64, inode: u64) {
        self.clock += 1;
        let len = content.len().try_into().unwrap();
        let stamp =
            Stamp { written: Self::at(seconds), len, inode, touched: nanoseconds(Self::at(self.clock)) };
        self.files.insert(path.into(), (content.into(), stamp));
    }

    fn rename(&mut self, from: &str, to: &str) {
        self.clock += 1;
        let moved: Vec<_> = self.files.keys().filter(|path| path.starts_with(from)).cloned().collect();
        for path in moved {
            let mut file = self.files.remove(&path).unwrap();
            file.1.touched = nanoseconds(Self::at(self.clock));
            let rest = path.strip_prefix(from).unwrap();
            let to = if rest.as_os_str().is_empty() { to.into() } else { Path::new(to).join(rest) };
            self.files.insert(to, file);
        }
    }
}

impl Files for Fake {
    fn stamp(&self, path: &Path) -> Option<Stamp> {
        self.files.get(path).map(|(_, stamp)| *stamp)
    }

    fn digest(&self, path: &Path) -> Option<u64> {
        let (content, _) = self.files.get(path)?;
        Some(content.bytes().fold(7, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())))
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.files.keys().any(|file| file != path && file.starts_with(path))
    }

    fn below(&self, folder: &Path, inputs: &Inputs) -> Vec<PathBuf> {
        let inside = |file: &&PathBuf| {
            file.starts_with(folder)
                && file
                    .ancestors()
                    .skip(1)
                    .take_while(|up| up.starts_with(folder))
                    .all(|up| inputs.holds_sources(up))
        };
        self.files.keys().filter(inside).cloned().collect()
    }

    fn is_cache(&self, folder: &Path) -> bool {
        self.files.contains_key(&folder.join("CACHEDIR.TAG"))
    }
}

const LIB: &str = "/p/engine/src/lib.rs";
const FAR: &str = "/p/assets/t.txt";
const LOCK: &str = "/p/Cargo.lock";
const LOG: &str = "/p/engine/run.log";

fn inputs() -> Inputs {
    Inputs {
        files: [LIB, FAR, "/p/engine/src/dsp/filter.rs"].map(PathBuf::from).into(),
        packages: [PathBuf::from("/p/engine")].into(),
        outputs: [PathBuf::from("/p/engine/target")].into(),
        lock: Some(LOCK.into()),
        ..Inputs::default()
    }
}

/// A project that was built at second 500, and then checked.
struct Project {
    fake: Fake,
    seen: Seen,
    inputs: Inputs,
    building: bool,
}

impl Project {
    fn new() -> Self {
        let fake = Fake::with(&[LIB, FAR, LOCK, LOG, "/p/engine/src/dsp/filter.rs"]);
        let mut seen = Seen::default();
        seen.learn(&inputs(), &Inputs::default(), Fake::at(500), &fake);
        Self { fake: Fake { clock: 1000, ..fake }, seen, inputs: inputs(), building: false }
    }

    /// The changes that count after events at these paths.
    fn told(&mut self, hints: &[&str]) -> Vec<String> {
        self.changes(hints).into_iter().map(|change| change.path.display().to_string()).collect()
    }

    fn changes(&mut self, hints: &[&str]) -> BTreeSet<Change> {
        let hints = hints.iter().map(PathBuf::from).collect();
        let when = When { building: self.building, built: Fake::at(500) };
        self.seen.changes(&hints, &self.inputs, &self.fake, when)
    }
}

#[test]
fn events_of_before_the_start_come_to_nothing() {
    // FSEvents also reports what happened just before a stream began.
    let mut project = Project::new();
    assert!(project.told(&[LIB, "/p/engine/src", "/p/engine", FAR]).is_empty());
}

#[test]
fn a_change_is_told_once_however_often_it_is_reported() {
    let mut project = Project::new();
    project.fake.write(LIB, "two");
    assert_eq!(project.told(&[LIB, "/p/engine/src"]), [LIB]);
    // The same flags again, with the file's next event (they are merged, and never cleared).
    assert!(project.told(&[LIB]).is_empty());
    project.fake.write(LIB, "two");
    assert_eq!(project.told(&[LIB]), [LIB], "a save without a change is a save");
}

#[test]
fn an_event_of_a_folder_stands_for_all_below() {
    // MustScanSubDirs, or a system that only reports folders.
    let mut project = Project::new();
    project.fake.write("/p/engine/src/dsp/filter.rs", "two");
    project.fake.write("/p/engine/target/debug/x.rs", "x");
    assert_eq!(project.told(&["/p/engine"]), ["/p/engine/src/dsp/filter.rs"]);
    // Dropped events: everything is checked.
    project.fake.write(FAR, "two");
    assert_eq!(project.told(&["/p/engine", LIB, FAR, LOCK]), [FAR]);
}

#[test]
fn an_editor_that_swaps_files_is_one_change() {
    // TextEdit: renames with the new file's name and the old one's, without saying which is which.
    let mut project = Project::new();
    project.fake.write("/p/engine/src/lib.rs.sb-1f2e", "two");
    project.fake.rename("/p/engine/src/lib.rs.sb-1f2e", LIB);
    assert_eq!(project.told(&["/p/engine/src/lib.rs.sb-1f2e", LIB]), [LIB]);
    // Vim: tests a name, moves the file away, writes a new one, removes the old one.
    project.fake.rename(LIB, "/p/engine/src/lib.rs~");
    project.fake.write(LIB, "three");
    project.fake.files.remove(Path::new("/p/engine/src/lib.rs~"));
    assert_eq!(project.told(&["/p/engine/src/4913", LIB, "/p/engine/src/lib.rs~"]), [LIB]);
}

#[test]
fn folders_that_are_moved_take_their_files_along() {
    let mut project = Project::new();
    project.fake.rename("/p/engine/src/dsp", "/p/engine/src/old");
    let moved = project.told(&["/p/engine/src/dsp", "/p/engine/src/old"]);
    assert_eq!(moved, ["/p/engine/src/dsp/filter.rs", "/p/engine/src/old/filter.rs"]);
    project.fake.rename("/p/engine/src/old", "/p/engine/src/dsp");
    assert_eq!(project.told(&["/p/engine/src/dsp"]), ["/p/engine/src/dsp/filter.rs"]);
}

#[test]
fn logs_recordings_and_what_cargo_builds_come_to_nothing() {
    let mut project = Project::new();
    for file in [LOG, "/p/engine/take.wav", "/p/engine/target/debug/x.rs", "/p/engine/src/notes.txt"] {
        project.fake.write(file, "two");
        assert!(project.told(&[file]).is_empty(), "{file}");
    }
    project.fake.write("/p/engine/mine/CACHEDIR.TAG", "");
    project.fake.write("/p/engine/mine/debug/y.rs", "");
    assert!(project.told(&["/p/engine/mine/debug/y.rs"]).is_empty());
    project.fake.write("/p/engine/src/new.rs", "");
    assert_eq!(project.told(&["/p/engine/src/new.rs"]), ["/p/engine/src/new.rs"]);
    project.fake.write("/p/engine/src/new.rs", "that nothing reads");
    assert!(project.told(&["/p/engine/src/new.rs"]).is_empty());
}

#[test]
fn after_a_failure_anything_may_be_missing_but_not_for_ever() {
    let mut project = Project::new();
    project.inputs.failed = true;
    project.fake.write("/p/engine/src/table.csv", "1");
    assert_eq!(project.told(&["/p/engine/src/table.csv"]), ["/p/engine/src/table.csv"]);
    for (strike, left_out) in [(1, false), (2, true)] {
        project.fake.write(LOG, &format!("{strike}"));
        let changes = project.changes(&[LOG]);
        assert_eq!(changes.len(), 1, "{strike}");
        let vain = project.seen.judge(&changes, true, false);
        assert_eq!(vain.contains(&PathBuf::from(LOG)), left_out, "{strike}");
    }
    project.fake.write(LOG, "3");
    assert!(project.told(&[LOG]).is_empty());
    project.fake.write(LIB, "two");
    let changes = project.changes(&[LIB]);
    assert!(project.seen.judge(&changes, false, false).is_empty());
    project.fake.write(LOG, "4");
    assert_eq!(project.told(&[LOG]), [LOG], "something else came of a build");
}

#[test]
fn a_guess_is_left_out_too_where_each_build_differs_and_follows_the_last_at_once() {
    // A script that names nothing and writes the time, and a log beside it.
    let mut project = Project::new();
    project.inputs.unnamed = project.inputs.packages.clone();
    let mut build = |number: u32, soon| {
        project.fake.write(LOG, &number.to_string());
        let changes = project.changes(&[LOG]);
        (changes.len(), project.seen.judge(&changes, false, soon))
    };
    for number in 0..20 {
        assert_eq!(build(number, false), (1, Vec::new()), "a person's table");
    }
    let left_out = (0..20).find(|number| !build(*number, true).1.is_empty());
    assert_eq!(left_out, Some(7));
    assert_eq!(build(0, true).0, 0);
}

#[test]
fn a_guess_ends_no_build_that_runs_but_a_new_file_does() {
    let mut project = Project::new();
    (project.inputs.failed, project.building) = (true, true);
    project.fake.write(LOG, "more");
    assert!(project.told(&[LOG]).is_empty());
    project.fake.write("/p/engine/src/missing.txt", "");
    assert_eq!(project.told(&["/p/engine/src/missing.txt"]), ["/p/engine/src/missing.txt"]);
    project.building = false;
    assert_eq!(project.told(&[LOG]), [LOG]);
}

#[test]
fn other_content_with_an_older_time_is_a_change_that_cargo_would_miss() {
    let mut project = Project::new();
    project.fake.put(LIB, "restored", 50, 7777);
    let changes = project.changes(&[LIB]);
    assert!(changes.iter().all(|change| change.unseen_by_cargo) && changes.len() == 1, "{changes:?}");
    // cargo doesn't miss the same content with an older time.
    project.fake.put(LIB, "restored", 40, 8888);
    assert!(project.changes(&[LIB]).iter().all(|change| !change.unseen_by_cargo));
    project.fake.write(LIB, "new");
    assert!(project.changes(&[LIB]).iter().all(|change| !change.unseen_by_cargo));
}

#[test]
fn what_cargo_and_build_scripts_write_while_they_run_is_no_change() {
    let mut project = Project::new();
    project.building = true;
    project.fake.write(LOCK, "two");
    project.fake.write(LIB, "one");
    assert!(project.told(&[LOCK, LIB]).is_empty());
    project.fake.write(LIB, "two");
    assert_eq!(project.told(&[LIB]), [LIB], "a person's");
    project.building = false;
    project.fake.write(LOCK, "three");
    assert_eq!(project.told(&[LOCK]), [LOCK], "as `cargo update` does");
    project.fake.write(LOCK, "four");
    project.seen.learn_lock(&project.inputs, &project.fake);
    assert!(project.told(&[LOCK]).is_empty());
}

#[test]
fn a_word_about_a_file_is_no_change_of_it() {
    // Finder and Spotlight set extended attributes; a backup makes links.
    let mut project = Project::new();
    let (_, stamp) = project.fake.files.get_mut(Path::new(LIB)).unwrap();
    stamp.touched += 1;
    assert!(project.told(&[LIB]).is_empty());
}

#[test]
fn what_changed_while_the_first_build_ran_is_told_when_it_is_known_to_count() {
    let mut fake = Fake::with(&[LIB, FAR]);
    let mut seen = Seen::default();
    let first = Inputs::of_package("/p/engine".into());
    seen.learn(&first, &Inputs::default(), Fake::at(500), &fake);
    fake.clock = 600;
    fake.write(LIB, "two");
    fake.write("/p/assets/late.txt", "written since the build began");
    let inputs = inputs();
    let read = Inputs { files: [LIB, FAR, "/p/assets/late.txt"].map(PathBuf::from).into(), ..inputs };
    seen.learn(&read, &first, Fake::at(550), &fake);
    let when = When { building: false, built: Fake::at(550) };
    let hints = BTreeSet::from(["/p/engine".into(), FAR.into(), "/p/assets/late.txt".into()]);
    let changes = seen.changes(&hints, &read, &fake, when);
    let changed: Vec<_> = changes.iter().map(|change| change.path.as_path()).collect();
    assert_eq!(changed, ["/p/assets/late.txt", LIB].map(Path::new));
}
