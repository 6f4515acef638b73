//! A plugin with the layout of the published Wavecraft's `create`: a workspace, the package in `engine`, the page in
//! `ui`, and the SDK from a git repository by a tag. The SDK is an empty stand-in.

use super::World;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The exports of `wavecraft_plugin!`, without a crate.
pub(crate) const SOURCE: &str = include_str!("../../../../plugin-host/tests/plugin/lib.rs");

/// The page's package.
const PAGE: &str = r#"{"scripts": {"dev": "vite"}, "dependencies": {"@wavecraft/core": "^0.7.29"}, "devDependencies": {"vite": "^6.0.5"}}"#;

impl World {
    /// Adds a plugin in `here` whose SDK has the tag of this version of the published command, and a page that isn't
    /// installed.
    pub(crate) fn with_published_plugin(self, version: &str) -> Self {
        let sdk = self.path("sdk");
        let world = self
            .file("sdk/Cargo.toml", "[package]\nname = \"wavecraft-nih_plug\"\nversion = \"0.12.48\"\nedition = \"2021\"\n")
            .file("sdk/src/lib.rs", "")
            .file("here/Cargo.toml", "[workspace]\nmembers = [\"engine\"]\nresolver = \"2\"\n\n[workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\n")
            .file("here/engine/src/lib.rs", SOURCE)
            .file("here/ui/package.json", PAGE)
            .file("here/ui/src/main.tsx", "import './generated/processors';\n")
            .file(
                "here/engine/Cargo.toml",
                &format!(
                    "[package]\nname = \"demo\"\nversion.workspace = true\nedition.workspace = true\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n\
                     [dependencies]\nwavecraft = {{ package = \"wavecraft-nih_plug\", git = \"file://{}\", tag = \
                     \"wavecraft-cli-v{version}\" }}\n\n[features]\n_param-discovery = []\n",
                    sdk.display()
                ),
            );
        git(&sdk, &["init", "--quiet"]);
        commit(&sdk);
        git(&sdk, &["tag", &format!("wavecraft-cli-v{version}")]);
        // cargo fetches the repository, which is on this machine, and no crate: into a separate home.
        let cargo_home = world.path("cargo");
        world.env("CARGO_HOME", cargo_home).env("CARGO_NET_OFFLINE", "false")
    }
}

/// Commits everything in a folder under a made-up name.
pub(crate) fn commit(folder: &Path) {
    git(folder, &["add", "--all"]);
    git(
        folder,
        &["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "--message", "All"],
    );
}

/// Runs git and returns what it prints.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").args(arguments).current_dir(folder).output().expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Where cargo keeps a crate of this repository.
pub(crate) fn crate_folder(name: &str) -> PathBuf {
    let output = Command::new("cargo")
        // Crates for other systems only may be missing on this machine.
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--filter-platform",
            env!("WAVECRAFT_TARGET"),
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    let found = packages.iter().find(|package| package["name"] == name).expect(name);
    Path::new(found["manifest_path"].as_str().expect("a path")).parent().expect("a folder").into()
}
