//! A copy of the app in which to plant a fault.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;
use wavecraft_bundle_check::{Check, Expected, Finding, Tables, check};

pub(crate) struct Planted {
    app: PathBuf,
    /// The expected properties of the app: all correct until a test changes them.
    pub(crate) expected: Expected,
    _folder: TempDir,
}

impl Planted {
    /// Copies the app that `cargo xtask bundle` made.
    pub(crate) fn new() -> Self {
        let original = root().join("target/bundle/Wavecraft Companion.app");
        assert!(original.is_dir(), "{} isn't there: run cargo xtask bundle", original.display());
        let folder = tempfile::tempdir().expect("a folder");
        let app = folder.path().join("Wavecraft Companion.app");
        run(Command::new("cp").arg("-R").args([&original, &app]));
        let info = plist::Value::from_file(app.join("Contents/Info.plist")).expect("its keys");
        let commit = info.as_dictionary().and_then(|info| info.get("WavecraftCommit")?.as_string());
        let expected = Expected {
            version: env!("CARGO_PKG_VERSION").into(),
            commit: commit.expect("a commit").into(),
            tables: Tables::ours().expect("our tables"),
            for_others: false,
            forbidden: vec![root().join("").display().to_string()],
        };
        Self { app, expected, _folder: folder }
    }

    pub(crate) fn read(&self, inside: &str) -> Vec<u8> {
        fs::read(self.app.join(inside)).expect(inside)
    }

    pub(crate) fn write(&self, inside: &str, bytes: &[u8]) {
        fs::write(self.app.join(inside), bytes).expect(inside);
    }

    pub(crate) fn edit(&self, inside: &str, edit: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = self.read(inside);
        edit(&mut bytes);
        self.write(inside, &bytes);
    }

    /// Replaces each occurrence of some bytes with the same number of others; there must be one.
    pub(crate) fn replace(&self, inside: &str, from: &[u8], to: &[u8]) {
        assert_eq!(from.len(), to.len(), "nothing may move");
        let mut found = 0;
        self.edit(inside, |file| {
            for at in 0..=file.len() - from.len() {
                if file[at..].starts_with(from) {
                    file[at..at + to.len()].copy_from_slice(to);
                    found += 1;
                }
            }
        });
        assert!(found > 0, "{inside} doesn't hold {:?}", String::from_utf8_lossy(from));
    }

    /// Swaps two install names of the same length.
    pub(crate) fn swap(&self, inside: &str, one: &str, other: &str) {
        let aside = "?".repeat(one.len());
        for (from, to) in [(one, &*aside), (other, one), (&aside, other)] {
            self.replace(inside, from.as_bytes(), to.as_bytes());
        }
    }

    /// Replaces each occurrence of some text; there must be one.
    pub(crate) fn replace_text(&self, inside: &str, from: &str, to: &str) {
        let text = String::from_utf8(self.read(inside)).expect("text");
        assert!(text.contains(from), "{inside} doesn't hold {from}");
        self.write(inside, text.replace(from, to).as_bytes());
    }

    /// Signs the app again, so that the signature is valid and doesn't reveal the fault.
    pub(crate) fn sign(&self) {
        self.sign_from(&root().join("bundle"));
    }

    /// Signs it again with other entitlements in one of the files.
    pub(crate) fn sign_with(&self, file: &str, entitlements: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        run(Command::new("cp").arg("-R").arg(root().join("bundle/.")).arg(folder.path()));
        fs::write(folder.path().join(file), entitlements).expect(file);
        self.sign_from(folder.path());
    }

    fn sign_from(&self, entitlements: &Path) {
        run(Command::new(root().join("scripts/sign-mac")).arg(&self.app).arg(entitlements));
    }

    pub(crate) fn findings(&self) -> Vec<Finding> {
        check(&self.app, &self.expected)
    }

    /// The checks that found something, each once.
    pub(crate) fn checks(&self) -> Vec<Check> {
        let mut checks: Vec<_> = self.findings().into_iter().map(|finding| finding.check).collect();
        checks.dedup();
        checks
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn run(command: &mut Command) {
    let output = command.output().expect("it can be started");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
