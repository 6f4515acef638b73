//! What to play of a project: its `dev-audio` binary, or else its plugin's library. `cargo metadata` finds it: a
//! manifest's text isn't enough, since cargo also finds targets by their location.

use super::{DEV_AUDIO, published::PublishedSdk};
use crate::{paths::way, places::Places, plugin_host};
use anyhow::{anyhow, bail};
use cargo_metadata::{Artifact, Metadata, Package};
use std::path::{Path, PathBuf};
use wavecraft_companion_protocol::control::ProjectProgram;

/// With this feature Wavecraft's own plugins leave out the code that registers them with plugin formats: on a Mac that
/// code may hang if no DAW loads the library.
const WITHOUT_FORMATS: &str = "_param-discovery";

/// The target to build and play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Its package's name.
    pub(crate) package: String,
    /// Its package's manifest.
    pub(crate) manifest: PathBuf,
    /// Its kind.
    pub(crate) kind: Kind,
    /// The published SDK, if its package is a plugin that uses it.
    pub(crate) published: Option<PublishedSdk>,
    /// Where the files are that the compiler names.
    pub(crate) places: Places,
    /// Where cargo builds it, if not where it builds by itself.
    pub(crate) outputs: Option<PathBuf>,
}

/// The kinds of projects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A binary that is a processor child by itself.
    DevAudio,
    /// A plugin's library, which the plugin host runs.
    Plugin {
        /// Whether the package has the feature [`WITHOUT_FORMATS`].
        formats_can_be_left_out: bool,
    },
}

impl Target {
    /// Its name for the user.
    pub(crate) fn name(&self) -> String {
        match self.kind {
            Kind::DevAudio => DEV_AUDIO.into(),
            Kind::Plugin { .. } => format!("the plugin {}", self.package),
        }
    }

    /// The arguments of `cargo build` that choose it, for a build with `profile`.
    pub(super) fn arguments(&self, profile: &str) -> Vec<String> {
        match self.kind {
            Kind::DevAudio => ["--bin", DEV_AUDIO].map(String::from).to_vec(),
            Kind::Plugin { formats_can_be_left_out } => {
                // The library's own functions would swallow a panic and play on. So a panic does what it does in a
                // `dev-audio`: it ends the process, and is reported.
                let panics_end_it = format!("profile.{profile}.panic=\"abort\"");
                let mut arguments = vec!["--lib".into(), "--config".into(), panics_end_it];
                if formats_can_be_left_out {
                    arguments.extend(["--features".into(), WITHOUT_FORMATS.into()]);
                }
                arguments
            }
        }
    }

    /// The program in `artifact`, if that belongs to the target.
    ///
    /// # Errors
    /// If there is no plugin host.
    pub(super) fn program_in(&self, artifact: &Artifact) -> anyhow::Result<Option<ProjectProgram>> {
        if artifact.manifest_path.as_std_path() != self.manifest {
            return Ok(None);
        }
        let (executable, library) = match self.kind {
            Kind::DevAudio if artifact.target.name == DEV_AUDIO => {
                (artifact.executable.clone().map(PathBuf::from), None)
            }
            Kind::Plugin { .. } if artifact.target.is_cdylib() => {
                let mut files = artifact.filenames.iter();
                match files.find(|file| file.as_str().ends_with(std::env::consts::DLL_SUFFIX)) {
                    Some(library) => (Some(plugin_host::find()?), Some(library.into())),
                    None => (None, None),
                }
            }
            _ => (None, None),
        };
        Ok(executable.map(|executable| ProjectProgram { executable, library, loader_path: Vec::new() }))
    }
}

/// The target of the engine's own package; or if its manifest is only a workspace, of the one member that has one. A
/// binary takes precedence over a library.
///
/// # Errors
/// If there is none, with what to add, or more than one.
pub(super) fn choose(metadata: &Metadata, manifest: &Path) -> anyhow::Result<Target> {
    let candidates = candidates(metadata, manifest);
    let one = |which: fn(&Package) -> Option<Kind>, what| match candidates
        .iter()
        .filter_map(|package| Some(target(package, which(package)?)))
        .collect::<Vec<_>>()
    {
        found if found.len() > 1 => bail!(several(manifest, what, &found)),
        found => Ok(found.into_iter().next()),
    };
    let binary = one(binary, "a `dev-audio` binary")?;
    let found = if binary.is_some() { binary } else { one(library, "a `cdylib` library")? };
    found.ok_or_else(|| anyhow!(missing(manifest, &candidates)))
}

/// The engine's own package; or if its manifest is only a workspace, all members.
pub(super) fn candidates<'a>(metadata: &'a Metadata, manifest: &Path) -> Vec<&'a Package> {
    let mut packages = metadata.packages.iter();
    let own = packages.find(|package| package.manifest_path.as_std_path() == manifest);
    own.map_or_else(|| metadata.packages.iter().collect(), |own| vec![own])
}

fn target(package: &Package, kind: Kind) -> Target {
    Target {
        package: package.name.to_string(),
        manifest: package.manifest_path.clone().into(),
        kind,
        published: PublishedSdk::of(package),
        places: Places::default(),
        outputs: None,
    }
}

/// A `dev-audio` that needs features that aren't enabled isn't a child: older Wavecraft projects have one that opens
/// the audio devices itself.
fn binary(package: &Package) -> Option<Kind> {
    let found = package
        .targets
        .iter()
        .any(|target| target.name == DEV_AUDIO && target.is_bin() && target.required_features.is_empty());
    found.then_some(Kind::DevAudio)
}

fn library(package: &Package) -> Option<Kind> {
    let formats_can_be_left_out = package.features.contains_key(WITHOUT_FORMATS);
    let found = package.targets.iter().any(|target| target.is_cdylib());
    found.then_some(Kind::Plugin { formats_can_be_left_out })
}

fn several(manifest: &Path, what: &str, found: &[Target]) -> String {
    let packages: Vec<_> = found.iter().map(|target| format!("`{}`", target.package)).collect();
    format!(
        "more than one package of the workspace {} has {what}: {}. Only one can be played: leave it to one of them, or \
         make engine/Cargo.toml the manifest of the one that you mean",
        manifest.display(),
        packages.join(", ")
    )
}

/// What to add to a project that has nothing to play: each step as it is to be typed or pasted.
fn missing(manifest: &Path, candidates: &[&Package]) -> String {
    let nothing = format!(
        "this project has nothing that can be played: neither a `{DEV_AUDIO}` binary, which runs your DSP with real audio, nor the \
         library of a Wavecraft plugin"
    );
    let library = candidates.iter().find_map(|package| {
        let library = package.targets.iter().find(|one| one.is_lib() || one.is_rlib())?;
        Some((package.manifest_path.as_std_path(), library.name.replace('-', "_")))
    });
    let Some((own, library)) = library else {
        let source = manifest.with_file_name("src/lib.rs");
        return format!(
            "{nothing}\n\nA `{DEV_AUDIO}` runs a processor of your library, and there is none: put the processor into {}, and run this \
             again. Or make a new project: wavecraft create <name>",
            source.display()
        );
    };
    // The project is the folder that `engine` is in.
    let project = manifest.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
    let package = own.parent().unwrap_or(project);
    let sdk = way(package, &project.join("sdk/dev-audio")).unwrap_or_else(|_| "../sdk/dev-audio".into());
    format!(
        r#"{nothing}

Where `MyProcessor` is your processor, which implements `Processor` of `wavecraft-dsp` 0.12, this adds the binary. It shows
each change first:

  wavecraft adopt --processor MyProcessor

By hand it is this. Take the SDK's sources from a new project into {project}:

  wavecraft create fresh --no-git && mv fresh/sdk . && rm -r fresh

Add this at the end of {own}:

  [dependencies.wavecraft-dev-audio]
  path = "{sdk}"

  [[bin]]
  name = "{DEV_AUDIO}"
  path = "src/bin/dev-audio.rs"

And make {source} with one line:

  wavecraft_dev_audio::run!({library}::MyProcessor);

(A library that `wavecraft_plugin!` of Wavecraft 0.12 made is played as it is, with `crate-type = ["cdylib"]`.)"#,
        project = project.display(),
        own = own.display(),
        source = own.with_file_name("src/bin/dev-audio.rs").display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::samples;
    use serde_json::{Value, json};

    fn package(name: &str, target: &str, kind: &str) -> Value {
        samples::package(name, &[(target, kind)])
    }

    fn chosen(packages: &[Value], manifest: &str) -> Result<(String, Kind), String> {
        choose(&samples::metadata(packages, &json!([])), Path::new(manifest))
            .map(|found| (found.package, found.kind))
            .map_err(|error| error.to_string())
    }

    const PLUGIN: Kind = Kind::Plugin { formats_can_be_left_out: false };

    #[test]
    fn the_engines_own_binary_is_taken_and_no_other_kind_of_target() {
        let (a, b) = (package("a", "dev-audio", "bin"), package("b", "dev-audio", "bin"));
        let example = package("a", "dev-audio", "example");
        assert_eq!(chosen(&[a.clone(), b.clone()], "/a/Cargo.toml"), Ok(("a".into(), Kind::DevAudio)));
        for lacking in [vec![example.clone()], vec![example, b.clone()], vec![]] {
            let text = chosen(&lacking, "/a/Cargo.toml").unwrap_err();
            assert!(text.contains("nothing that can be played") && text.contains("there is none"), "{text}");
        }
        let library = package("a", "my-dsp", "lib");
        let text = chosen(std::slice::from_ref(&library), "/a/Cargo.toml").unwrap_err();
        for part in
            ["wavecraft adopt", "/a/Cargo.toml", "path = \"../sdk/dev-audio\"", "run!(my_dsp::MyProcessor);"]
        {
            assert!(text.contains(part), "no `{part}` in {text}");
        }
        // A package deeper in a workspace.
        let member = chosen(&[library], "/x/engine/Cargo.toml").unwrap_err();
        assert!(member.contains("path = \"../x/sdk/dev-audio\""), "{member}");
        let member = chosen(std::slice::from_ref(&b), "/engine/Cargo.toml");
        assert_eq!(member, Ok(("b".into(), Kind::DevAudio)), "a workspace's member");
        let both = chosen(&[a, b], "/engine/Cargo.toml").unwrap_err();
        assert!(both.contains("a `dev-audio` binary: `a`, `b`"), "{both}");
    }

    #[test]
    fn a_library_is_taken_where_there_is_no_binary_that_is_a_child() {
        let mut plugin = package("a", "a", "cdylib");
        assert_eq!(chosen(std::slice::from_ref(&plugin), "/a/Cargo.toml"), Ok(("a".into(), PLUGIN)));
        let shared = package("shared", "shared", "lib");
        let member = chosen(&[shared.clone(), plugin.clone()], "/engine/Cargo.toml");
        assert_eq!(member, Ok(("a".into(), PLUGIN)));
        let two = chosen(&[plugin.clone(), package("b", "b", "cdylib")], "/engine/Cargo.toml").unwrap_err();
        assert!(two.contains("a `cdylib` library: `a`, `b`"), "{two}");
        let own = json!({"name": "dev-audio", "kind": ["bin"], "src_path": "/d.rs", "required-features": ["audio-dev"]});
        plugin["targets"].as_array_mut().unwrap().push(own);
        assert_eq!(chosen(std::slice::from_ref(&plugin), "/a/Cargo.toml"), Ok(("a".into(), PLUGIN)));
        plugin["targets"][1]["required-features"] = json!([]);
        assert_eq!(chosen(&[plugin], "/a/Cargo.toml"), Ok(("a".into(), Kind::DevAudio)));
        assert!(chosen(&[shared], "/engine/Cargo.toml").is_err());
    }

    #[test]
    fn a_plugin_is_built_without_formats_where_it_can_be_and_panics_end_it() {
        let mut plugin = package("a", "a", "cdylib");
        let arguments = |plugin: &Value| {
            let metadata = samples::metadata(std::slice::from_ref(plugin), &json!([]));
            let target = choose(&metadata, Path::new("/a/Cargo.toml")).unwrap();
            target.arguments("release").join(" ")
        };
        assert_eq!(arguments(&plugin), r#"--lib --config profile.release.panic="abort""#);
        plugin["features"][WITHOUT_FORMATS] = json!([]);
        assert!(arguments(&plugin).ends_with("--features _param-discovery"));
    }
}
