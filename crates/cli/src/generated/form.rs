//! The form of the generated files: that of the project's SDK.

use crate::cargo::{PublishedSdk, Source};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The first version of the published command that writes the processors too.
const WITH_PROCESSORS: (u64, u64, u64) = (0, 9, 17);
/// The first version that writes [`Form::Global`].
const GLOBAL: (u64, u64, u64) = (0, 9, 39);

/// How many files of an installed package are searched at most.
const MOST_FILES: usize = 256;

/// How the ids are declared, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Parameters in the module `@wavecraft/core`; processors in one file, together with the code that registers them.
    Module,
    /// Both in the global scope; the processors' types in a separate file.
    Global,
    /// Parameters alone, as a type that our own template's page imports.
    Ids,
}

impl Form {
    /// The form of an SDK. If its version isn't known, as with a folder or a branch, the declarations of the page's
    /// `@wavecraft/core` decide, and without those it is the newest. `None` for an SDK from before the processors were
    /// written.
    pub(super) fn of(sdk: &PublishedSdk, page: &Path) -> Option<Self> {
        match sdk.version() {
            Some(version) if version < WITH_PROCESSORS => None,
            Some(version) if version < GLOBAL => Some(Self::Module),
            Some(_) => Some(Self::Global),
            None => Some(declared(sdk, page).unwrap_or(Self::Global)),
        }
    }

    /// Files that the other form has, and this one doesn't.
    pub(super) fn replaced(self) -> &'static [&'static str] {
        match self {
            Self::Module => &["processors.types.d.ts"],
            // Its name in some earlier versions.
            Self::Global => &["processors.d.ts"],
            Self::Ids => &[],
        }
    }
}

/// The declarations of `@wavecraft/core`: as installed in the page's folder or one above; else as in the SDK's
/// checkout.
fn declared(sdk: &PublishedSdk, page: &Path) -> Option<Form> {
    let installed = page.ancestors().map(|folder| folder.join("node_modules/@wavecraft/core/dist"));
    let checkout = match &sdk.source {
        Source::Path(path) => path.as_path(),
        Source::Git { .. } | Source::Registry => Path::new(""),
    };
    let sources = checkout.ancestors().map(|folder| folder.join("ui/packages/core/src/types"));
    let mut texts =
        installed.chain(sources).find(|folder| folder.is_dir()).into_iter().flat_map(declarations);
    let is_global = |text: String| {
        let global = text.contains("WavecraftParameterIdMap").then_some(Form::Global);
        global.or_else(|| text.contains("interface ParameterIdMap").then_some(Form::Module))
    };
    texts.find_map(|file| is_global(fs::read_to_string(file).ok()?))
}

fn declarations(folder: PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(MOST_FILES);
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "ts"));
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sdk(reference: Option<(&str, &str)>) -> PublishedSdk {
        let reference = reference.map(|(kind, value)| (kind.into(), value.into()));
        PublishedSdk { source: Source::Git { url: "https://example.org/wavecraft".into(), reference } }
    }

    #[test]
    fn the_version_tells_it_and_else_what_the_page_has() {
        let page = tempfile::tempdir().unwrap();
        let (ui, core) = (page.path().join("ui"), page.path().join("node_modules/@wavecraft/core/dist"));
        let of = |sdk: &PublishedSdk| Form::of(sdk, &ui);
        for (tag, form) in [
            ("wavecraft-cli-v0.9.16", None),
            ("wavecraft-cli-v0.9.17", Some(Form::Module)),
            ("wavecraft-cli-v0.9.38", Some(Form::Module)),
            ("wavecraft-cli-v0.9.39", Some(Form::Global)),
            ("wavecraft-cli-v0.10.0", Some(Form::Global)),
        ] {
            assert_eq!(of(&sdk(Some(("tag", tag)))), form, "{tag}");
        }
        let main = sdk(Some(("branch", "main")));
        assert_eq!(of(&main), Some(Form::Global), "nothing is known");
        fs::create_dir_all(&core).unwrap();
        fs::write(core.join("index.js"), "WavecraftParameterIdMap").unwrap();
        fs::write(core.join("index.d.ts"), "export interface ParameterIdMap {}").unwrap();
        assert_eq!(of(&main), Some(Form::Module));
        let text = "interface WavecraftParameterIdMap {}\nexport interface ParameterIdMap extends WavecraftParameterIdMap {}";
        fs::write(core.join("index.d.ts"), text).unwrap();
        assert_eq!(of(&main), Some(Form::Global));

        let checkout = page.path().join("sdk");
        let types = checkout.join("ui/packages/core/src/types");
        fs::create_dir_all(&types).unwrap();
        fs::write(types.join("parameters.ts"), "export interface ParameterIdMap {}").unwrap();
        let inside = PublishedSdk { source: Source::Path(checkout.join("engine/crates/wavecraft-nih_plug")) };
        fs::remove_dir_all(page.path().join("node_modules")).unwrap();
        assert_eq!(of(&inside), Some(Form::Module));
    }
}
