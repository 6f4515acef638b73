//! Checks that there is no circle of files: file A uses an item that B defines, and B, directly or indirectly, one that
//! A defines. `mod` lines and `pub use` alone don't count, nor does test code.

use crate::sources::{self, Module, Source};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs,
    path::{Path, PathBuf},
};

/// File → the files whose items it uses, each with one of these items.
type Arrows = BTreeMap<PathBuf, BTreeMap<PathBuf, String>>;

/// Prints each circle of each crate, and returns how many there are.
///
/// # Errors
/// A source can't be read, or isn't Rust.
pub(crate) fn check() -> anyhow::Result<usize> {
    let mut crates = vec![PathBuf::from("app"), "audio-core".into(), "xtask".into()];
    for entry in fs::read_dir("crates")? {
        crates.push(entry?.path());
    }
    crates.sort();
    let mut count = 0;
    for folder in crates.iter().map(|folder| folder.join("src")).filter(|folder| folder.is_dir()) {
        for circle in of_crate(&folder)? {
            count += 1;
            println!("circle: {circle}");
        }
    }
    Ok(count)
}

/// The circles of the files in a crate's source folder.
fn of_crate(folder: &Path) -> anyhow::Result<Vec<String>> {
    let arrows = arrows(&sources::read(folder)?);
    Ok(circles(&arrows).iter().map(|circle| described(circle, &arrows)).collect())
}

fn described(circle: &[PathBuf], arrows: &Arrows) -> String {
    let steps = circle.iter().zip(circle.iter().cycle().skip(1));
    let steps: Vec<_> =
        steps.map(|(from, to)| format!("{} -[{}]->", from.display(), arrows[from][to])).collect();
    format!("{} {}", steps.join(" "), circle[0].display())
}

fn arrows(modules: &BTreeMap<Module, Source>) -> Arrows {
    let mut arrows = Arrows::new();
    for (module, source) in modules {
        let mut uses = |path: &[String]| {
            if let Some((file, item)) = resolve(modules, module, path, 0)
                && file != source.file
            {
                arrows.entry(source.file.clone()).or_default().entry(file).or_insert(item);
            }
        };
        let names: BTreeSet<_> = source.mentions.iter().map(|path| path[0].as_str()).collect();
        for import in &source.imports {
            if !import.passed_on || names.contains(import.name.as_str()) {
                uses(&import.path);
            }
        }
        for mention in &source.mentions {
            uses(mention);
        }
    }
    arrows
}

/// The file that defines what `path` names in `module`, and its name; none if another crate defines it.
fn resolve(
    modules: &BTreeMap<Module, Source>,
    module: &Module,
    path: &[String],
    depth: usize,
) -> Option<(PathBuf, String)> {
    if depth > 16 {
        return None;
    }
    let mut here = module.clone();
    for (index, segment) in path.iter().enumerate() {
        match segment.as_str() {
            "crate" => here.clear(),
            "self" => {}
            "super" => drop(here.pop()),
            name => {
                let mut inner = here.clone();
                inner.push(name.into());
                let source = modules.get(&here)?;
                if source.defines.contains(name) {
                    return Some((source.file.clone(), name.into()));
                }
                if modules.contains_key(&inner) {
                    here = inner;
                    continue;
                }
                let rest = &path[index + 1..];
                let named =
                    source.imports.iter().filter(|import| import.name == name).map(|import| &import.path);
                for found in named {
                    let whole: Vec<_> = found.iter().chain(rest).cloned().collect();
                    if whole != path {
                        return resolve(modules, &here, &whole, depth + 1);
                    }
                }
                for glob in &source.globs {
                    let whole: Vec<_> = glob.iter().chain(&path[index..]).cloned().collect();
                    if let Some(found) = resolve(modules, &here, &whole, depth + 1) {
                        return Some(found);
                    }
                }
                return None;
            }
        }
    }
    None
}

/// For each file in a circle, the shortest circle through it; each circle once.
fn circles(arrows: &Arrows) -> Vec<Vec<PathBuf>> {
    let mut found = BTreeMap::new();
    for file in arrows.keys() {
        if let Some(circle) = shortest(arrows, file) {
            let files: BTreeSet<_> = circle.iter().cloned().collect();
            found.entry(files).or_insert(circle);
        }
    }
    found.into_values().collect()
}

fn shortest(arrows: &Arrows, start: &Path) -> Option<Vec<PathBuf>> {
    let mut before: BTreeMap<&Path, &Path> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(file) = queue.pop_front() {
        for next in arrows.get(file).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                let mut way = vec![file.to_owned()];
                let mut at = file;
                while at != start {
                    at = before[at];
                    way.push(at.to_owned());
                }
                way.reverse();
                return Some(way);
            }
            if !before.contains_key(next.as_path()) {
                before.insert(next, file);
                queue.push_back(next);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The circles of a crate with these files, without the crate's folder.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let prefix = format!("{}/", folder.path().display());
        of_crate(folder.path()).unwrap().iter().map(|circle| circle.replace(&prefix, "")).collect()
    }

    #[test]
    fn files_that_use_each_other_are_a_circle_and_each_is_told_once() {
        let found = found(&[
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::b::B; pub struct A(B);"),
            ("b.rs", "pub struct B(Box<super::c::C>);"),
            ("c.rs", "use crate::a; pub struct C(a::A);"),
        ]);
        assert_eq!(found, ["a.rs -[B]-> b.rs -[C]-> c.rs -[A]-> a.rs"]);
    }

    #[test]
    fn a_name_that_is_passed_on_leads_to_who_defines_it() {
        let found = found(&[
            ("lib.rs", "mod a; mod b; pub use a::A;"),
            ("a.rs", "mod inner; pub use inner::A; pub fn f(_: crate::b::B) {}"),
            ("a/inner.rs", "pub struct A;"),
            ("b.rs", "use crate::{A, a}; pub struct B(A); fn g() { a::f(todo()) }"),
        ]);
        assert_eq!(found, ["a.rs -[B]-> b.rs -[f]-> a.rs"]);
    }

    #[test]
    fn one_way_is_none_and_neither_are_modules_and_tests() {
        let found = found(&[
            ("lib.rs", "mod a; pub use a::A; pub const TOP: u8 = 1;"),
            ("a.rs", "mod inner; pub use inner::Inner; pub struct A(Inner);"),
            ("a/inner.rs", "pub struct Inner; #[cfg(test)] mod tests { use super::super::A; fn t(_: A) {} }"),
        ]);
        assert_eq!(found, <[String; 0]>::default());
    }

    #[test]
    fn this_repository_has_none() {
        std::env::set_current_dir(crate::shell::root()).unwrap();
        assert_eq!(check().unwrap(), 0);
    }
}
