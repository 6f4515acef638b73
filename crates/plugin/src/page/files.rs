//! The built page, as the library carries it.

/// Path, type and bytes.
type File = (&'static str, &'static str, &'static [u8]);

/// By their paths. Empty in a plain `cargo build`, in a project without a page, and where no webview is compiled in.
static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// The file at a path of the page's address.
pub(super) fn file(path: &str) -> Option<(&'static str, &'static [u8])> {
    find(FILES, path)
}

fn find(files: &[File], path: &str) -> Option<(&'static str, &'static [u8])> {
    let path = if path == "/" { "/index.html" } else { path };
    let index = files.binary_search_by_key(&path, |(path, ..)| path).ok()?;
    files.get(index).map(|(_, mime, bytes)| (*mime, *bytes))
}

#[cfg(test)]
#[path = "../../build/page.rs"]
mod embed;

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    /// A folder of this test's own, which goes with it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("wavecraft-page-{name}-{}", std::process::id()));
            fs::create_dir_all(path.join("assets")).unwrap();
            Self(path)
        }

        fn put(&self, name: &str, bytes: &[u8]) {
            fs::write(self.0.join(name), bytes).unwrap();
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_file_is_found_by_its_path_and_nothing_else_is() {
        let files: &[File] = &[("/assets/a.js", "text/javascript", b"1"), ("/index.html", "text/html", b"2")];
        assert_eq!(find(files, "/"), Some(("text/html", &b"2"[..])));
        assert_eq!(find(files, "/assets/a.js"), Some(("text/javascript", &b"1"[..])));
        for path in ["", "index.html", "/assets", "/assets/../index.html", "//index.html", "/etc/passwd"] {
            assert_eq!(find(files, path), None, "{path}");
        }
        assert_eq!(file("/index.html"), None, "this build has no page");
    }

    #[test]
    fn all_of_a_built_page_is_taken_in_the_order_of_its_paths() {
        let folder = Folder::new("whole");
        folder.put("index.html", b"<!doctype html>");
        folder.put("assets/z.CSS", b"");
        folder.put("assets/a.js", b"");
        let files = embed::files(&folder.0).unwrap();
        let taken: Vec<_> = files.iter().map(|file| (file.path.as_str(), file.mime)).collect();
        let expected = [
            ("/assets/a.js", "text/javascript; charset=utf-8"),
            ("/assets/z.CSS", "text/css; charset=utf-8"),
            ("/index.html", "text/html; charset=utf-8"),
        ];
        assert_eq!(taken, expected);
        let table = embed::table(&files[..1]);
        let from = folder.0.join("assets/a.js");
        assert_eq!(
            table,
            format!(
                "&[\n    (\"/assets/a.js\", \"text/javascript; charset=utf-8\", include_bytes!({from:?})),\n]"
            )
        );
    }

    #[test]
    fn what_is_no_page_or_leads_out_of_it_is_refused() {
        let folder = Folder::new("bad");
        assert!(embed::files(&folder.0).unwrap_err().contains("has no index.html"));
        folder.put("index.html", b"");
        std::os::unix::fs::symlink("/etc/hosts", folder.0.join("assets/hosts.txt")).unwrap();
        assert!(embed::files(&folder.0).unwrap_err().contains("neither a file nor a folder"));
        fs::remove_file(folder.0.join("assets/hosts.txt")).unwrap();
        let large = fs::File::create(folder.0.join("assets/large.bin")).unwrap();
        large.set_len(33 * 1024 * 1024).unwrap();
        assert!(embed::files(&folder.0).unwrap_err().contains("32 MiB"));
        assert!(embed::files(&folder.0.join("none")).unwrap_err().contains("can't be read"));
    }
}
