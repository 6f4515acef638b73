//! A crate's files as modules: the names that each defines, renames and uses.

use anyhow::Context;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use syn::visit::{self, Visit};

/// A module's path in its crate: `["child", "process"]`; the root's is empty.
pub(crate) type Module = Vec<String>;

/// A name that a `use` brings into a module, and its path.
#[derive(Clone)]
pub(crate) struct Import {
    pub(crate) name: String,
    pub(crate) path: Vec<String>,
    /// Whether it is a `pub use`, of any visibility: it re-exports a name, and needn't be used here.
    pub(crate) passed_on: bool,
}

/// One module: a file, or a `mod { … }` in one.
#[derive(Default)]
pub(crate) struct Source {
    pub(crate) file: PathBuf,
    pub(crate) defines: BTreeSet<String>,
    pub(crate) imports: Vec<Import>,
    /// Modules whose every name is imported.
    pub(crate) globs: Vec<Vec<String>>,
    /// Paths used in the code, without those of `use`.
    pub(crate) mentions: BTreeSet<Vec<String>>,
}

/// Reads every module of the crate whose sources are in `folder`. Test code is left out.
///
/// # Errors
/// A file can't be read, or isn't Rust.
pub(crate) fn read(folder: &Path) -> anyhow::Result<BTreeMap<Module, Source>> {
    let mut modules = BTreeMap::new();
    for root in ["lib.rs", "main.rs"] {
        let file = folder.join(root);
        if file.exists() {
            read_file(&file, folder, vec![], &mut modules)?;
        }
    }
    Ok(modules)
}

fn read_file(
    file: &Path,
    inside: &Path,
    module: Module,
    modules: &mut BTreeMap<Module, Source>,
) -> anyhow::Result<()> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let parsed = syn::parse_file(&text).with_context(|| file.display().to_string())?;
    let children = add(&parsed.items, file, &module, modules);
    for name in children {
        let mut child = module.clone();
        child.push(name.clone());
        let path = inside.join(format!("{name}.rs"));
        if path.exists() {
            read_file(&path, &inside.join(&name), child, modules)?;
        }
    }
    Ok(())
}

/// Adds the items of a module, and returns the names of its submodules that have their own files.
fn add(
    items: &[syn::Item],
    file: &Path,
    module: &Module,
    modules: &mut BTreeMap<Module, Source>,
) -> Vec<String> {
    let mut source = Source { file: file.to_owned(), ..Source::default() };
    let mut children = Vec::new();
    for item in items.iter().filter(|item| !only_for_tests(attributes(item))) {
        match item {
            syn::Item::Mod(item) => match &item.content {
                Some((_, items)) => {
                    let mut inner = module.clone();
                    inner.push(item.ident.to_string());
                    add(items, file, &inner, modules);
                }
                None if !has(&item.attrs, "path") => children.push(item.ident.to_string()),
                None => {}
            },
            syn::Item::Use(item) => {
                let passed_on = !matches!(item.vis, syn::Visibility::Inherited);
                take_use(&item.tree, &mut vec![], passed_on, &mut source);
            }
            item => {
                source.defines.extend(name(item));
                Mentions(&mut source).visit_item(item);
            }
        }
    }
    modules.insert(module.clone(), source);
    children
}

fn take_use(tree: &syn::UseTree, path: &mut Vec<String>, passed_on: bool, source: &mut Source) {
    let mut import = |mut path: Vec<String>, last: &syn::Ident, name: &syn::Ident| {
        if last != "self" {
            path.push(last.to_string());
        }
        let name = if name == "self" { path.last().cloned().unwrap_or_default() } else { name.to_string() };
        source.imports.push(Import { name, path, passed_on });
    };
    match tree {
        syn::UseTree::Path(tree) => {
            path.push(tree.ident.to_string());
            take_use(&tree.tree, path, passed_on, source);
            path.pop();
        }
        syn::UseTree::Name(tree) => import(path.clone(), &tree.ident, &tree.ident),
        syn::UseTree::Rename(tree) => import(path.clone(), &tree.ident, &tree.rename),
        syn::UseTree::Glob(_) => source.globs.push(path.clone()),
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                take_use(tree, path, passed_on, source);
            }
        }
    }
}

struct Mentions<'a>(&'a mut Source);

impl<'ast> Visit<'ast> for Mentions<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            self.0.mentions.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    // A `use` inside a function.
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        take_use(&item.tree, &mut vec![], false, self.0);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !only_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !only_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }
}

fn name(item: &syn::Item) -> Option<String> {
    use syn::Item;
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Macro(item) => item.ident.as_ref()?.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Union(item) => item.ident.to_string(),
        _ => return None,
    })
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    use syn::Item;
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn has(attributes: &[syn::Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

/// Whether it is behind a `#[cfg(test)]`, alone or with `all(…)`.
fn only_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return false };
        let text = list.tokens.to_string();
        text == "test" || (text.starts_with("all") && text.contains("test") && !text.contains("not"))
    })
}
