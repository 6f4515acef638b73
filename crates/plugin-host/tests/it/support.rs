//! A library built for a test, and the program run with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The source of a working plugin library.
const SOURCE: &str = include_str!("../plugin/lib.rs");

/// A folder with a library.
pub(crate) struct Plugin {
    folder: TempDir,
}

impl Plugin {
    /// Compiles the plugin with parts of its source replaced: each of these texts must occur at least once.
    pub(crate) fn with(changes: &[(&str, &str)]) -> Self {
        Self::compiled(changes, &[])
    }

    /// The same, linked with `wavecraft-probe`.
    pub(crate) fn with_probes(changes: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let library = folder.path().join("libwavecraft_probe.rlib");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../probe/src/lib.rs");
        let compiled = Command::new("rustc")
            .args(["--crate-name", "wavecraft_probe", "--crate-type", "rlib", "--edition", "2024", "-o"])
            .args([&library, &source])
            .output()
            .unwrap();
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        Self::compiled(changes, &["--extern", &format!("wavecraft_probe={}", library.display())])
    }

    /// The same as [`with`](Self::with), with line tables.
    pub(crate) fn with_lines(changes: &[(&str, &str)]) -> Self {
        Self::compiled(changes, &["-C", "opt-level=2", "-C", "debuginfo=line-tables-only"])
    }

    fn compiled(changes: &[(&str, &str)], options: &[&str]) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut source = SOURCE.to_owned();
        for (text, other) in changes {
            assert!(source.contains(text), "`{text}` isn't in the plugin's source");
            source = source.replace(text, other);
        }
        let file = folder.path().join("lib.rs");
        fs::write(&file, source).unwrap();
        let plugin = Self { folder };
        let compiled = Command::new("rustc")
            .args(["--crate-type", "cdylib", "--edition", "2024", "-o"])
            .arg(plugin.library())
            .args(options)
            .arg(file)
            .output()
            .unwrap();
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        plugin
    }

    /// The library's path.
    pub(crate) fn library(&self) -> PathBuf {
        use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
        self.folder.path().join(format!("{DLL_PREFIX}demo{DLL_SUFFIX}"))
    }

    /// The file that it was compiled from.
    pub(crate) fn source(&self) -> PathBuf {
        self.folder.path().join("lib.rs")
    }

    /// Describes it.
    pub(crate) fn describe(&self) -> Described {
        describe(&self.library())
    }
}

/// What `--describe` printed.
#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `--describe` on any file.
pub(crate) fn describe(library: &Path) -> Described {
    run(Command::new(env!("CARGO_BIN_EXE_wavecraft-plugin-host")).arg(library).arg("--describe"))
}

/// Runs the program by hand.
pub(crate) fn run(command: &mut Command) -> Described {
    let Output { status, stdout, stderr } = command.env_remove("WAVECRAFT_LINK").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Described { code: status.code(), out: text(stdout), err: text(stderr) }
}
