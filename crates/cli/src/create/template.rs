//! The template's files, renamed for a project.
//!
//! `templates/react` is itself a project that builds where it lies, under the names below; creating a project replaces
//! these names and the path to the SDK wherever they occur. There is no other markup.

use super::name::ProjectName;
use std::borrow::Cow;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The template's package name, crate name, title and vendor, and its `engine`'s path to the SDK's crates.
const PACKAGE: &str = "wavecraft-demo";
const IDENT: &str = "wavecraft_demo";
const TITLE: &str = "Wavecraft Demo";
const VENDOR: &str = "A. Vendor";
const SDK_FOLDER: &str = "../../../crates/";

/// A file of a project: its path relative to the project, with `/`, and its content.
pub(crate) type File = (String, Cow<'static, [u8]>);

/// The sources of the SDK as in this repository, by `<crate folder>/<path>`.
pub(super) fn sdk_sources() -> &'static [(&'static str, &'static [u8])] {
    SDK
}

/// Every file of the template for a project called `name`.
pub(super) fn files(name: &ProjectName, vendor: &str) -> Vec<File> {
    TEMPLATE.iter().map(|(path, content)| ((*path).into(), fill_in(content, name, vendor))).collect()
}

/// Where the page's client is: its files are the SDK's, and the same in every project. The rest of the page is the author's.
const PAGE_CLIENT: [&str; 3] = ["ui/src/wavecraft.ts", "ui/src/wavecraft/", "ui/src/testing/fakeServer.ts"];

/// The files of the page's client.
pub(crate) fn page_client() -> Vec<File> {
    let is_client = |path: &str| {
        PAGE_CLIENT.iter().any(|place| path == *place || place.ends_with('/') && path.starts_with(place))
    };
    let files = TEMPLATE.iter().filter(|(path, _)| is_client(path));
    files.map(|(path, content)| ((*path).into(), Cow::Borrowed(*content))).collect()
}

/// `content` with the template's names replaced; unchanged if it isn't text.
fn fill_in(content: &'static [u8], name: &ProjectName, vendor: &str) -> Cow<'static, [u8]> {
    let Ok(text) = std::str::from_utf8(content) else { return Cow::Borrowed(content) };
    // TOML's basic strings and JSON's strings escape these two characters the same way.
    let vendor = vendor.replace('\\', r"\\").replace('"', "\\\"");
    let text = text
        .replace(&format!("\"{VENDOR}\""), &format!("\"{vendor}\""))
        .replace(SDK_FOLDER, "../sdk/")
        .replace(PACKAGE, name.package())
        .replace(IDENT, &name.ident())
        .replace(TITLE, &name.title());
    Cow::Owned(text.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn created(given: &str, vendor: &str) -> Vec<(String, String)> {
        let name = ProjectName::new(given).unwrap();
        files(&name, vendor)
            .into_iter()
            .map(|(path, content)| (path, String::from_utf8_lossy(&content).into_owned()))
            .collect()
    }

    fn content(files: &[(String, String)], path: &str) -> String {
        files.iter().find(|(name, _)| name == path).unwrap_or_else(|| panic!("no {path}")).1.clone()
    }

    #[test]
    fn no_name_of_the_template_is_left() {
        for (path, text) in created("TestPlugin", "Somebody") {
            for left in [PACKAGE, IDENT, TITLE, VENDOR, SDK_FOLDER] {
                assert!(!text.contains(left), "{path} still says {left}");
                assert!(!path.contains(left), "{path}");
            }
        }
    }

    #[test]
    fn manifests_stay_valid_whatever_the_vendor_is_called() {
        let vendor = r#"A "B" \ C"#;
        let files = created("my-plugin", vendor);
        let manifest: toml_edit::DocumentMut = content(&files, "engine/Cargo.toml").parse().unwrap();
        assert_eq!(manifest["package"]["name"].as_str(), Some("my-plugin"));
        assert_eq!(manifest["package"]["authors"][0].as_str(), Some(vendor));
        assert_eq!(
            manifest["dependencies"]["wavecraft-dev-audio"]["path"].as_str(),
            Some("../sdk/dev-audio")
        );
        assert_eq!(manifest["dependencies"]["wavecraft-probe"]["path"].as_str(), Some("../sdk/probe"));
        let package: serde_json::Value = serde_json::from_str(&content(&files, "ui/package.json")).unwrap();
        assert_eq!(package["author"], vendor);
        assert_eq!(package["name"], "my-plugin-ui");
    }

    #[test]
    fn the_pages_client_is_the_same_in_every_project() {
        let (files, client) = (created("my-plugin", "V"), page_client());
        assert!(client.len() > 8 && client.iter().any(|(path, _)| path == "ui/src/wavecraft/client.ts"));
        for (path, ours) in client {
            assert_eq!(content(&files, &path).as_bytes(), &*ours, "{path}");
        }
    }

    #[test]
    fn dev_audio_is_one_line() {
        let text = content(&created("my-plugin", "V"), "engine/src/bin/dev-audio.rs");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.starts_with("wavecraft_dev_audio::run!(my_plugin::"), "{text}");
    }

    #[test]
    fn no_by_product_and_no_address_of_a_machine_is_embedded() {
        for (path, text) in created("my-plugin", "V") {
            for folder in ["node_modules/", "target/", "dist/"] {
                assert!(!path.contains(folder), "{path}");
            }
            assert!(!text.contains("\"resolved\""), "{path} names a registry");
        }
    }
}
