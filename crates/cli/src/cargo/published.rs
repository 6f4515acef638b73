//! The published Wavecraft SDK, as a plugin's manifest names it.

use cargo_metadata::{Dependency, Package};
use std::path::PathBuf;

/// The packages that a plugin gets its macros from: the current one, and that of the first versions.
const PACKAGES: [&str; 2] = ["wavecraft-nih_plug", "wavecraft-core"];

/// The prefix of its tags. The version after it is that of the published command released with it.
const TAG_PREFIX: &str = "wavecraft-cli-v";

/// The SDK that a plugin depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublishedSdk {
    /// Where it comes from.
    pub(crate) source: Source,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A repository.
    Git {
        /// Its address.
        url: String,
        /// `tag`, `branch` or `rev`, and its value; `None` for the default branch.
        reference: Option<(String, String)>,
    },
    /// A folder.
    Path(PathBuf),
    /// A registry.
    Registry,
}

impl PublishedSdk {
    /// The SDK that `package` depends on.
    pub(super) fn of(package: &Package) -> Option<Self> {
        let named = |name| package.dependencies.iter().find(|one| one.name == name);
        let found = PACKAGES.into_iter().find_map(named)?;
        Some(Self { source: Source::of(found) })
    }

    /// The version of the published command that the SDK's tag names: major, minor, patch.
    pub(crate) fn version(&self) -> Option<(u64, u64, u64)> {
        let Source::Git { reference: Some((kind, tag)), .. } = &self.source else { return None };
        let mut parts =
            tag.strip_prefix(TAG_PREFIX).filter(|_| kind == "tag")?.split('.').map(|part| part.parse().ok());
        let version = (parts.next()??, parts.next()??, parts.next()??);
        parts.next().is_none().then_some(version)
    }
}

impl Source {
    fn of(dependency: &Dependency) -> Self {
        if let Some(path) = &dependency.path {
            return Self::Path(path.into());
        }
        // `git+https://host/repository?tag=x#commit`; the last two are optional.
        let source = dependency.source.as_ref().and_then(|source| source.repr.strip_prefix("git+"));
        let Some(source) = source else { return Self::Registry };
        let source = source.split('#').next().unwrap_or(source);
        let (url, query) = source.split_once('?').map_or((source, None), |(url, query)| (url, Some(query)));
        let reference = query.and_then(|query| query.split('&').next()?.split_once('='));
        Self::Git { url: url.into(), reference: reference.map(|(kind, value)| (kind.into(), value.into())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::samples;
    use serde_json::{Value, json};

    fn of(dependency: &Value) -> Option<PublishedSdk> {
        let with_rest = |dependency: &Value| {
            let mut whole = json!({"req": "*", "kind": null, "optional": false, "uses_default_features": true, "features": []});
            whole.as_object_mut()?.extend(dependency.as_object()?.clone());
            Some(whole)
        };
        let mut package = samples::package("mine", &[]);
        package["dependencies"] =
            json!([with_rest(&json!({"name": "serde", "source": "registry+x"}))?, with_rest(dependency)?]);
        PublishedSdk::of(&serde_json::from_value(package).unwrap())
    }

    #[test]
    fn it_is_known_by_its_package_wherever_that_comes_from() {
        let git = |query: &str| {
            let source = format!("git+https://example.org/wavecraft{query}");
            of(&json!({"name": "wavecraft-nih_plug", "rename": "wavecraft", "source": source})).unwrap()
        };
        let tagged = git("?tag=wavecraft-cli-v0.9.39");
        assert_eq!(tagged.version(), Some((0, 9, 39)));
        let reference = Some(("tag".into(), "wavecraft-cli-v0.9.39".into()));
        assert_eq!(tagged.source, Source::Git { url: "https://example.org/wavecraft".into(), reference });
        for query in [
            "",
            "?branch=wavecraft-cli-v0.9.39",
            "?rev=abc",
            "?tag=v1",
            "?tag=wavecraft-cli-v1.2",
            "?tag=wavecraft-cli-v1.2.3.4",
        ] {
            assert_eq!(git(query).version(), None, "{query}");
        }
        let path = of(&json!({"name": "wavecraft-core", "source": null, "path": "/sdk/core"})).unwrap();
        assert_eq!((path.version(), path.source), (None, Source::Path("/sdk/core".into())));
        assert_eq!(of(&json!({"name": "wavecraft-dsp", "source": "registry+x"})), None, "a project of ours");
    }
}
