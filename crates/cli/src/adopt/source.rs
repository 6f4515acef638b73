//! A plugin's first source file: its processors in order, and what must become public so that a program can name them.

use anyhow::{Context, anyhow, bail};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};
use syn::{Item, UseTree, Visibility};

/// The macros that make a plugin of processors, and a processor of another.
const PLUGIN: &str = "wavecraft_plugin";
const WRAPPER: &str = "wavecraft_processor";

/// The result of reading a plugin's source.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The source, with everything that the program names made public.
    pub(super) source: String,
    /// The program.
    pub(super) program: String,
}

/// Reads a plugin's first source file.
///
/// # Errors
/// If it isn't Rust, or its processors can't be determined.
pub(super) fn read(
    source: &str,
    library: &str,
    dependencies: &[String],
    named: &[String],
) -> anyhow::Result<Found> {
    let file: syn::File = syn::parse_str(source).map_err(|error| {
        let at = error.span().start();
        anyhow!("line {}, column {}: {error}", at.line, at.column + 1)
    })?;
    let processors = if named.is_empty() { in_plugin(&file, source)? } else { by_name(named)? };
    let names = Names::of(&file.items, dependencies);
    let mut program = Program { library, names: &names, uses: BTreeSet::new(), edits: BTreeMap::new() };
    let run: Vec<_> = processors.into_iter().map(|one| program.processor(one)).collect();
    let uses: String = program.uses.iter().map(|line| format!("use {line};\n")).collect();
    let gap = if uses.is_empty() { "" } else { "\n" };
    let text = format!("{uses}{gap}wavecraft_dev_audio::run!(\n    {},\n);\n", run.join(",\n    "));
    let mut changed = source.to_owned();
    for (range, text) in program.edits.into_values().rev() {
        changed.replace_range(range, text);
    }
    Ok(Found { source: changed, program: text })
}

/// A processor's type as written, and where its unqualified names are in that.
#[derive(Debug)]
struct Processor {
    text: String,
    roots: Vec<(Range<usize>, String)>,
}

/// The processors of the file's `wavecraft_plugin!`.
fn in_plugin(file: &syn::File, source: &str) -> anyhow::Result<Vec<Processor>> {
    let advice = "name them: wavecraft adopt --processor First --processor Second";
    let plugin = file.items.iter().find_map(|item| match item {
        Item::Macro(item) if is(&item.mac.path, PLUGIN) => Some(item.mac.tokens.clone()),
        _ => None,
    });
    let plugin = plugin
        .with_context(|| format!("it has no `{PLUGIN}!`, which tells the plugin's processors: {advice}"))?;
    let mut tokens =
        plugin.into_iter().skip_while(|token| !matches!(token, TokenTree::Ident(name) if name == "signal"));
    tokens.next();
    let value: Vec<_> = tokens.skip(1).collect();
    let value = split(&value).into_iter().next().unwrap_or_default();
    // `SignalChain![A, B]`, by any path; or a single type.
    let chain = value.windows(2).find_map(|pair| match pair {
        [TokenTree::Punct(mark), TokenTree::Group(group)]
            if mark.as_char() == '!' && group.delimiter() != Delimiter::None =>
        {
            Some(group.stream().into_iter().collect::<Vec<_>>())
        }
        _ => None,
    });
    let processors = split(chain.as_deref().unwrap_or(value));
    if processors.is_empty() {
        bail!("its `{PLUGIN}!` has no `signal` with processors: {advice}");
    }
    processors
        .into_iter()
        .map(|tokens| processor(tokens, source).with_context(|| advice.to_owned()))
        .collect()
}

fn by_name(named: &[String]) -> anyhow::Result<Vec<Processor>> {
    let read = |name: &String| {
        let tokens: TokenStream = name.parse().map_err(|_| anyhow!("`{name}` is no type"))?;
        let tokens: Vec<_> = tokens.into_iter().collect();
        processor(&tokens, name).with_context(|| format!("`{name}`"))
    };
    named.iter().map(read).collect()
}

/// The items between commas, except for commas inside `<…>`.
fn split(tokens: &[TokenTree]) -> Vec<&[TokenTree]> {
    let mut depth = 0_i32;
    let parts = tokens.split(|token| {
        if let TokenTree::Punct(mark) = token {
            depth += i32::from(mark.as_char() == '<') - i32::from(mark.as_char() == '>');
            return mark.as_char() == ',' && depth == 0;
        }
        false
    });
    parts.filter(|part| !part.is_empty()).collect()
}

fn processor(tokens: &[TokenTree], source: &str) -> anyhow::Result<Processor> {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { bail!("no type") };
    let range = first.span().byte_range().start..last.span().byte_range().end;
    let text = source.get(range.clone()).context("a type that isn't in the file")?;
    if tokens.iter().any(|token| matches!(token, TokenTree::Group(_)) || is_mark(token, '!')) {
        bail!("`{text}` is more than a type's name");
    }
    let mut roots = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Ident(name) = token
            && !tokens[..at].last().is_some_and(|before| is_mark(before, ':'))
        {
            let place = token.span().byte_range();
            roots.push((place.start - range.start..place.end - range.start, name.to_string()));
        }
    }
    Ok(Processor { text: text.into(), roots })
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn is(path: &syn::Path, name: &str) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == name)
}

/// A replacement for part of a file's text.
type Edit = (Range<usize>, &'static str);

/// What a name at the top of a file refers to.
enum Origin {
    /// An item of the library: made public by this change, or already public.
    Own(Option<Edit>),
    /// An item of another crate, by this path.
    Other(String),
}

/// The names of a file.
struct Names {
    by_name: BTreeMap<String, Origin>,
    /// `use …::*`, from this crate and from others.
    own_globs: Vec<Option<Edit>>,
    other_globs: Vec<String>,
    dependencies: Vec<String>,
}

impl Names {
    fn of(items: &[Item], dependencies: &[String]) -> Self {
        let (by_name, own_globs, other_globs) = Default::default();
        let mut names = Self { by_name, own_globs, other_globs, dependencies: dependencies.to_vec() };
        for item in items {
            match item {
                Item::Struct(one) => names.own(&one.ident, publish(&one.vis, one.struct_token.span)),
                Item::Enum(one) => names.own(&one.ident, publish(&one.vis, one.enum_token.span)),
                Item::Type(one) => names.own(&one.ident, publish(&one.vis, one.type_token.span)),
                Item::Mod(one) => names.own(&one.ident, publish(&one.vis, one.mod_token.span)),
                Item::Macro(one) if is(&one.mac.path, WRAPPER) => {
                    // The macro makes a public type.
                    if let Some(TokenTree::Ident(name)) = one.mac.tokens.clone().into_iter().next() {
                        names.own(&name, None);
                    }
                }
                _ => {}
            }
        }
        // After the others, which tell what belongs to this crate.
        for item in items {
            if let Item::Use(one) = item {
                names.imported(&one.tree, String::new(), &publish(&one.vis, one.use_token.span));
            }
        }
        names
    }

    fn own(&mut self, name: &proc_macro2::Ident, edit: Option<Edit>) {
        self.by_name.insert(name.to_string(), Origin::Own(edit));
    }

    fn imported(&mut self, tree: &UseTree, before: String, edit: &Option<Edit>) {
        let own = |path: &str| {
            let root = path.split("::").next().unwrap_or_default();
            !self.dependencies.iter().any(|name| name == root) && !["std", "core", "alloc"].contains(&root)
        };
        match tree {
            UseTree::Path(path) => self.imported(&path.tree, format!("{before}{}::", path.ident), edit),
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.imported(tree, before.clone(), edit));
            }
            UseTree::Glob(_) if own(&before) => self.own_globs.push(edit.clone()),
            UseTree::Glob(_) => self.other_globs.push(format!("{before}*")),
            UseTree::Name(name) => {
                let origin = if own(&before) {
                    Origin::Own(edit.clone())
                } else {
                    Origin::Other(format!("{before}{}", name.ident))
                };
                self.by_name.insert(name.ident.to_string(), origin);
            }
            UseTree::Rename(name) => {
                let path = format!("{before}{} as {}", name.ident, name.rename);
                let origin = if own(&before) { Origin::Own(edit.clone()) } else { Origin::Other(path) };
                self.by_name.insert(name.rename.to_string(), origin);
            }
        }
    }
}

/// The change that makes an item public, if it isn't.
fn publish(visibility: &Visibility, keyword: proc_macro2::Span) -> Option<Edit> {
    let start = keyword.byte_range().start;
    match visibility {
        Visibility::Public(_) => None,
        Visibility::Inherited => Some((start..start, "pub ")),
        Visibility::Restricted(restricted) => Some((
            restricted.pub_token.span.byte_range().start
                ..restricted.paren_token.span.close().byte_range().end,
            "pub",
        )),
    }
}

/// The program as it is being written.
struct Program<'a> {
    library: &'a str,
    names: &'a Names,
    uses: BTreeSet<String>,
    /// By their positions.
    edits: BTreeMap<usize, Edit>,
}

impl Program<'_> {
    /// Adds a processor, and returns its type as the program writes it.
    fn processor(&mut self, processor: Processor) -> String {
        let Processor { mut text, roots } = processor;
        for (range, root) in roots.into_iter().rev() {
            if root == "crate" || root == "self" {
                // The part after it is a module or a type of the library.
                let next = text[range.end..].trim_start_matches([':', ' ']);
                let next: String = next.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if let Some(Origin::Own(edit)) = self.names.by_name.get(&next) {
                    self.edit(edit.clone());
                }
                text.replace_range(range, self.library);
            } else {
                self.name(&root);
            }
        }
        text
    }

    fn name(&mut self, name: &str) {
        match self.names.by_name.get(name) {
            Some(Origin::Own(edit)) => {
                self.uses.insert(format!("{}::{name}", self.library));
                self.edit(edit.clone());
            }
            Some(Origin::Other(path)) => {
                self.uses.insert(path.clone());
            }
            // A crate, or a built-in type.
            None if self.names.dependencies.iter().any(|other| other == name)
                || name.starts_with(|c: char| !c.is_uppercase()) => {}
            None if self.names.own_globs.is_empty() && self.names.other_globs.is_empty() => {
                self.uses.insert(format!("{}::{name}", self.library));
            }
            None => {
                self.uses.extend(self.names.other_globs.iter().cloned());
                self.uses.extend((!self.names.own_globs.is_empty()).then(|| format!("{}::*", self.library)));
                self.names.own_globs.iter().for_each(|edit| self.edit(edit.clone()));
            }
        }
    }

    fn edit(&mut self, edit: Option<Edit>) {
        self.edits.extend(edit.map(|edit| (edit.0.start, edit)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str, named: &[&str]) -> Result<(String, String), String> {
        let dependencies = ["wavecraft", "serde"].map(String::from);
        let named: Vec<_> = named.iter().map(|name| (*name).to_owned()).collect();
        let found = read(source, "mine", &dependencies, &named).map_err(|error| format!("{error:#}"))?;
        Ok((found.source, found.program))
    }

    #[test]
    fn of_a_plugin_like_the_templates_all_processors_are_named_in_their_order() {
        let source = "//! Mine — größer.\nuse wavecraft::prelude::{wavecraft_plugin, SignalChain};\nuse wavecraft::Tap as Scope;\n\
                      mod processors;\nuse processors::Example;\nwavecraft_processor!(Trim => Gain);\n#[derive(Default)]\n\
                      pub(crate) struct Wide<T>(T);\nwavecraft_plugin! {\n    name: \"Mine\",\n    signal: SignalChain![\n        \
                      Trim,\n        Example,\n        Wide<Deep<f32, Example>>,\n        Scope,\n    ],\n}\n";
        let (changed, program) = found(source, &[]).unwrap();
        let wanted = source
            .replace("use processors::Example", "pub use processors::Example")
            .replace("pub(crate) struct", "pub struct");
        assert_eq!(changed, wanted);
        assert_eq!(
            program,
            "use mine::Deep;\nuse mine::Example;\nuse mine::Trim;\nuse mine::Wide;\nuse wavecraft::Tap as Scope;\n\n\
             wavecraft_dev_audio::run!(\n    Trim,\n    Example,\n    Wide<Deep<f32, Example>>,\n    Scope,\n);\n"
        );
    }

    #[test]
    fn paths_and_globs_are_followed() {
        let with = |signal: &str| {
            format!(
                "mod dsp;\nuse wavecraft::prelude::*;\nwavecraft_plugin! {{ signal: {signal}, name: \"x\" }}"
            )
        };
        let (changed, program) =
            found(&with("wavecraft::SignalChain![dsp::Gain, crate::dsp::Gain, wavecraft::Tap]"), &[])
                .unwrap();
        assert!(changed.starts_with("pub mod dsp;\nuse"), "{changed}");
        assert_eq!(
            program,
            "use mine::dsp;\n\nwavecraft_dev_audio::run!(\n    dsp::Gain,\n    mine::dsp::Gain,\n    wavecraft::Tap,\n);\n"
        );
        // A name that isn't found here comes from a glob.
        let (changed, program) = found(&with("Gain"), &[]).unwrap();
        assert!(changed.starts_with("mod dsp;\nuse"), "{changed}");
        assert_eq!(program, "use wavecraft::prelude::*;\n\nwavecraft_dev_audio::run!(\n    Gain,\n);\n");
        let (changed, program) = found(&format!("use dsp::*;\n{}", with("Gain")), &[]).unwrap();
        assert!(changed.starts_with("pub use dsp::*;"), "{changed}");
        assert!(program.starts_with("use mine::*;\nuse wavecraft::prelude::*;\n"), "{program}");
    }

    #[test]
    fn processors_can_be_named() {
        let (changed, program) = found("struct Gain;\npub struct Tail;\n", &["Gain", "Tail"]).unwrap();
        assert_eq!(changed, "pub struct Gain;\npub struct Tail;\n");
        assert_eq!(
            program,
            "use mine::Gain;\nuse mine::Tail;\n\nwavecraft_dev_audio::run!(\n    Gain,\n    Tail,\n);\n"
        );
    }

    #[test]
    fn what_can_not_be_told_is_asked_for() {
        for (source, named, said) in [
            ("fn", &[][..], "line 1"),
            ("", &[], "no `wavecraft_plugin!`"),
            ("wavecraft_plugin! { name: \"x\" }", &[], "no `signal`"),
            ("wavecraft_plugin! { signal: SignalChain![] }", &[], "no `signal`"),
            ("wavecraft_plugin! { signal: SignalChain![A, SignalChain![B]] }", &[], "--processor"),
            ("", &["a b!("], "`a b!(` is no type"),
        ] {
            let error = found(source, named).unwrap_err();
            assert!(error.contains(said), "{source}: {error}");
        }
    }
}
