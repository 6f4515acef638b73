//! The inspector's own files, embedded in this program: a page that shows everything known about the project.
//!
//! They are served without a token, as they contain no secret; the page's data comes over the WebSocket, for which it
//! needs the project's token.

/// One file.
pub(crate) struct File {
    /// Its `Content-Type`.
    pub(crate) kind: &'static str,
    /// Its content.
    pub(crate) text: &'static str,
}

pub(crate) const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The folder of the page's own files, which keep their names from the sources.
const FOLDER: &str = "/inspector/";

const PAGE: File = File { kind: HTML, text: include_str!("inspector/index.html") };

macro_rules! files {
    ($($kind:ident $name:literal)*) => {
        [$(($name, File { kind: $kind, text: include_str!(concat!("inspector/", $name)) })),*]
    };
}

const FILES: [(&str, File); 52] = files![
    CSS "page.css"
    CSS "controls.css"
    CSS "parameters.css"
    CSS "presets.css"
    CSS "pictures.css"
    CSS "meters.css"
    CSS "lab.css"
    SCRIPT "abx.js"
    SCRIPT "build.js"
    SCRIPT "builds.js"
    SCRIPT "comparison.js"
    SCRIPT "compiler.js"
    SCRIPT "connection.js"
    SCRIPT "controls.js"
    SCRIPT "documents.js"
    SCRIPT "field.js"
    SCRIPT "figures.js"
    SCRIPT "gestures.js"
    SCRIPT "history.js"
    SCRIPT "kept.js"
    SCRIPT "keyfigures.js"
    SCRIPT "lab.js"
    SCRIPT "latency.js"
    SCRIPT "link.js"
    SCRIPT "log.js"
    SCRIPT "main.js"
    SCRIPT "measured.js"
    SCRIPT "meters.js"
    SCRIPT "minute.js"
    SCRIPT "notices.js"
    SCRIPT "parameters.js"
    SCRIPT "picture.js"
    SCRIPT "plot.js"
    SCRIPT "presets.js"
    SCRIPT "probes.js"
    SCRIPT "range.js"
    SCRIPT "realtime.js"
    SCRIPT "scales.js"
    SCRIPT "scope.js"
    SCRIPT "section.js"
    SCRIPT "sender.js"
    SCRIPT "sets.js"
    SCRIPT "spectrum.js"
    SCRIPT "status.js"
    SCRIPT "signal.js"
    SCRIPT "strip.js"
    SCRIPT "surface.js"
    SCRIPT "tabs.js"
    SCRIPT "traces.js"
    SCRIPT "transport.js"
    SCRIPT "values.js"
    SCRIPT "volume.js"
];

/// The file at a path.
pub(crate) fn file(path: &str) -> Option<&'static File> {
    if path == "/" {
        return Some(&PAGE);
    }
    let name = path.strip_prefix(FOLDER)?;
    FILES.iter().find_map(|(at, file)| (*at == name).then_some(file))
}
