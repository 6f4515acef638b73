//! The cargo workspaces around a new project. A pattern in their `members` may match the project's folders, which are
//! no members: its engine is its own workspace. cargo then reads neither workspace, until the outer one excludes the
//! project.

use super::template::File;
use crate::write;
use glob::{MatchOptions, Pattern};
use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};
use toml_edit::{DocumentMut, Item, Value};

/// The same matching as cargo uses for its patterns.
const AS_CARGO: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// Excludes `project`, just written with `files`, from every workspace around it that would include it. Returns notes
/// for the user: one line for each workspace.
pub(super) fn leave_out(project: &Path, files: &[File]) -> Vec<String> {
    let folders: BTreeSet<&Path> =
        files.iter().flat_map(|(file, _)| Path::new(file).ancestors().skip(1)).collect();
    let around = project.ancestors().skip(1).map(|folder| folder.join("Cargo.toml"));
    around.filter_map(|manifest| leave_out_of(&manifest, project, &folders)).collect()
}

fn leave_out_of(manifest: &Path, project: &Path, folders: &BTreeSet<&Path>) -> Option<String> {
    // A file that can't be read as a manifest is no workspace for cargo either.
    let mut document: DocumentMut = fs::read_to_string(manifest).ok()?.parse().ok()?;
    let outside = manifest.parent()?;
    let inside = project.strip_prefix(outside).ok()?;
    let shown = manifest.display();
    match hit(&document, inside, folders)? {
        Hit::Named(member) => Some(format!(
            "The workspace {shown} names `{member}` as a member, and can't be built so: take that line out. The project is a \
             workspace of its own."
        )),
        Hit::ByPattern(pattern) => {
            let inside = inside.to_str()?;
            let line = format!("exclude = [\"{inside}\"]");
            match write::exclude(&mut document, inside)
                .and_then(|()| write::atomically(manifest, document.to_string().as_bytes()))
            {
                Ok(()) => Some(format!(
                    "It lies in the workspace {shown}, whose pattern `{pattern}` would take it for a member: that file now \
                     has `{line}`. The project is a workspace of its own."
                )),
                Err(error) => Some(format!(
                    "It lies in the workspace {shown}, whose pattern `{pattern}` takes it for a member, so that cargo can \
                     read neither: add `{line}` to its [workspace] ({error:#})."
                )),
            }
        }
    }
}

/// How a workspace includes the project.
enum Hit {
    /// A pattern matches one of the project's folders.
    ByPattern(String),
    /// By its name, which takes precedence over `exclude`.
    Named(String),
}

/// How the workspace includes the project, if it does; `inside` is the project's path relative to the workspace's
/// folder.
fn hit(document: &DocumentMut, inside: &Path, folders: &BTreeSet<&Path>) -> Option<Hit> {
    let workspace = document.get("workspace")?;
    let list = |name: &str| {
        let list = workspace.get(name).and_then(Item::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>()
    };
    let named = list("members").into_iter().find(|member| plain(member).starts_with(inside));
    if let Some(named) = named {
        return Some(Hit::Named(named.into()));
    }
    if list("exclude").into_iter().any(|left_out| inside.starts_with(plain(left_out))) {
        return None;
    }
    let matches = |pattern: &&str| {
        let Ok(pattern) = Pattern::new(&plain(pattern).to_string_lossy()) else { return false };
        folders.iter().any(|folder| pattern.matches_path_with(&plain_path(&inside.join(folder)), AS_CARGO))
    };
    list("members").into_iter().find(matches).map(|pattern| Hit::ByPattern(pattern.into()))
}

/// Without `./` and trailing slashes.
fn plain(path: &str) -> PathBuf {
    plain_path(Path::new(path))
}

fn plain_path(path: &Path) -> PathBuf {
    path.components().filter(|component| *component != Component::CurDir).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(workspace: &str) -> Option<&'static str> {
        let document: DocumentMut = format!("[workspace]\n{workspace}\n").parse().unwrap();
        let folders = ["", "engine", "engine/src", "sdk", "sdk/ring"].map(Path::new).into();
        hit(&document, Path::new("plugins/foo"), &folders).map(|hit| match hit {
            Hit::ByPattern(_) => "pattern",
            Hit::Named(_) => "name",
        })
    }

    /// Each case was tried with cargo 1.95.
    #[test]
    fn what_counts_a_project_in_is_what_cargo_says() {
        for (workspace, hit) in [
            (r#"members = ["plugins/*"]"#, Some("pattern")),
            (r#"members = ["./plugins/*/"]"#, Some("pattern")),
            (r#"members = ["plugins/[!x]*"]"#, Some("pattern")),
            (r#"members = ["plugins/*/engine"]"#, Some("pattern")),
            (r#"members = ["*/*/sdk/*"]"#, Some("pattern")),
            (r#"members = ["plugins/**"]"#, Some("pattern")),
            (r#"members = ["plugins/foo"]"#, Some("name")),
            ("members = [\"plugins/foo/engine\"]\nexclude = [\"plugins/foo\"]", Some("name")),
            ("members = [\"plugins/*\"]\nexclude = [\"plugins/foo\"]", None),
            ("members = [\"plugins/*\"]\nexclude = [\"./plugins/\"]", None),
            (r#"members = ["plugins/bar", "*"]"#, None),
            (r#"members = ["plugins/*/*/*/*"]"#, None),
            ("", None),
        ] {
            assert_eq!(found(workspace), hit, "{workspace}");
        }
        let alone = "[package]\nname = \"x\"\n".parse().unwrap();
        assert!(hit(&alone, Path::new("plugins/foo"), &BTreeSet::new()).is_none());
    }
}
