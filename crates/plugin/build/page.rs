//! The files of a built page, for the library.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The most files, and bytes of all of them: a page with fonts and pictures has a tenth of it, and all of it is in the
/// memory of every host that loads the plugin.
const MAX_FILES: usize = 1024;
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// A file: its path as the page asks for it, its type, and where it is.
#[derive(Debug, PartialEq)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) mime: &'static str,
    pub(crate) from: PathBuf,
}

/// The files of the built page in `folder`, by their paths.
///
/// # Errors
/// A sentence: there is no page, there is too much of it, or something in it leads out of it.
pub(crate) fn files(folder: &Path) -> Result<Vec<File>, String> {
    let (mut files, mut bytes) = (Vec::new(), 0);
    collect(folder, "", &mut files, &mut bytes)?;
    if !files.iter().any(|file| file.path == "/index.html") {
        return Err(format!("{} has no index.html: it is no built page", folder.display()));
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>, bytes: &mut u64) -> Result<(), String> {
    let unread = |error| format!("{} can't be read: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        let from = entry.path();
        let name = entry
            .file_name()
            .into_string()
            .map_err(|_| format!("{} has a name that isn't UTF-8", from.display()))?;
        let path = format!("{prefix}/{name}");
        let about = entry.metadata().map_err(unread)?;
        if about.is_dir() {
            collect(&from, &path, files, bytes)?;
        } else if about.is_file() {
            *bytes += about.len();
            files.push(File { mime: mime(&name), path, from });
        } else {
            return Err(format!(
                "{} is neither a file nor a folder: a page's files are inside of its folder",
                from.display()
            ));
        }
        if files.len() > MAX_FILES || *bytes > MAX_BYTES {
            let most = MAX_BYTES / (1024 * 1024);
            return Err(format!(
                "the page has more than {MAX_FILES} files or {most} MiB, which is the most that a plugin carries"
            ));
        }
    }
    Ok(())
}

/// A list of `(path, type, bytes)` in Rust.
pub(crate) fn table(files: &[File]) -> String {
    let mut table = String::from("&[\n");
    for File { path, mime, from } in files {
        // A path that isn't UTF-8 was refused, but for the folder's own.
        let _ =
            writeln!(table, "    ({path:?}, {mime:?}, include_bytes!({:?})),", from.display().to_string());
    }
    table + "]"
}

/// The type of a file, by the ending of its name.
fn mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase().as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "ttf" => "font/ttf",
        "otf" => "font/otf",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}
