//! A public number has its unit in its name or in its documentation.

use crate::{none, sources::sources};
use std::path::Path;
use syn::{
    Attribute, Expr, ExprLit, FnArg, ImplItemFn, ItemConst, ItemFn, ItemStruct, ItemTrait, Lit, Meta, Pat,
    Signature, TraitItem, Type, Visibility, visit::Visit,
};

/// Words in the names of measured quantities.
const MEASURED: [&str; 13] = [
    "rate", "delay", "latency", "period", "time", "timeout", "duration", "gain", "level", "peak", "rms",
    "deadline", "interval",
];

/// Name endings that say the unit.
const NAMED: [&str; 12] =
    ["ns", "us", "ms", "seconds", "hz", "frames", "samples", "bytes", "db", "ppm", "percent", "blocks"];

/// Words in documentation that say the unit.
const SAID: [&str; 30] = [
    "ns",
    "nanoseconds",
    "µs",
    "microseconds",
    "ms",
    "milliseconds",
    "second",
    "seconds",
    "hz",
    "frame",
    "frames",
    "sample",
    "samples",
    "byte",
    "bytes",
    "db",
    "dbfs",
    "ppm",
    "percent",
    "%",
    "linear",
    "amplitude",
    "scale",
    "clock",
    "bpm",
    "beats",
    "blocks",
    "share",
    "parts",
    "times",
];

#[test]
fn public_numbers_have_a_unit() {
    let mut without = Vec::new();
    for (path, text) in sources() {
        let file = syn::parse_file(&text).expect("a source that parses");
        let mut reader = Reader { path: &path, without: Vec::new() };
        reader.visit_file(&file);
        without.append(&mut reader.without);
    }
    none(without);
}

struct Reader<'a> {
    path: &'a Path,
    without: Vec<String>,
}

impl Reader<'_> {
    fn look(&mut self, name: &str, ty: &Type, docs: &str) {
        let name = name.to_lowercase();
        let measured = name.split('_').any(|word| MEASURED.contains(&word));
        let named = name.split('_').any(|word| NAMED.contains(&word));
        let word = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '%').to_lowercase();
        let said = || docs.split([' ', '/', '\n']).any(|part| SAID.contains(&word(part).as_str()));
        if measured && is_number(ty) && !named && !said() {
            self.without.push(format!("{}: {name}", self.path.display()));
        }
    }

    fn look_at_arguments(&mut self, signature: &Signature, attributes: &[Attribute]) {
        let docs = docs(attributes);
        for argument in &signature.inputs {
            if let FnArg::Typed(argument) = argument
                && let Pat::Ident(name) = &*argument.pat
            {
                self.look(&name.ident.to_string(), &argument.ty, &docs);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        for field in &item.fields {
            if let (Visibility::Public(_), Some(name)) = (&field.vis, &field.ident) {
                let both = docs(&item.attrs) + "\n" + &docs(&field.attrs);
                self.look(&name.to_string(), &field.ty, &both);
            }
        }
    }

    fn visit_item_const(&mut self, item: &'ast ItemConst) {
        if matches!(item.vis, Visibility::Public(_)) {
            self.look(&item.ident.to_string(), &item.ty, &docs(&item.attrs));
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if matches!(item.vis, Visibility::Public(_)) {
            self.look_at_arguments(&item.sig, &item.attrs);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if matches!(item.vis, Visibility::Public(_)) {
            self.look_at_arguments(&item.sig, &item.attrs);
        }
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        if matches!(item.vis, Visibility::Public(_)) {
            for function in &item.items {
                if let TraitItem::Fn(function) = function {
                    self.look_at_arguments(&function.sig, &function.attrs);
                }
            }
        }
    }
}

/// A plain number, one in an array or in an `Option`; a type of our own or of the library's includes its unit.
fn is_number(ty: &Type) -> bool {
    match ty {
        Type::Array(array) => is_number(&array.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            let numbers = ["u8", "u16", "u32", "u64", "usize", "i16", "i32", "i64", "f32", "f64"];
            numbers.contains(&name.as_str()) || name == "Option" && is_option_of_a_number(&last.arguments)
        }),
        _ => false,
    }
}

fn is_option_of_a_number(arguments: &syn::PathArguments) -> bool {
    let syn::PathArguments::AngleBracketed(arguments) = arguments else { return false };
    let Some(syn::GenericArgument::Type(inner)) = arguments.args.first() else { return false };
    is_number(inner)
}

fn docs(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    };
    attributes.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}
