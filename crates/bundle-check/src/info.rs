//! `Info.plist`: the app's identity, the supported systems, and the texts shown when it requests a permission.

use crate::{
    Expected,
    finding::{Check, Findings},
    recipe::{COMPANION, OLDEST_SYSTEM},
};
use plist::Value;
use std::path::Path;

/// The file's path in the app.
const PLACE: &str = "Contents/Info.plist";
/// The folder in the app for the file named by the key [`ICON`].
const RESOURCES: &str = "Contents/Resources";
const ICON: &str = "CFBundleIconFile";
/// The texts shown to the user when the system asks on the app's behalf. Without one, the request fails.
const USAGES: [&str; 4] = [
    "NSMicrophoneUsageDescription",
    "NSDesktopFolderUsageDescription",
    "NSDocumentsFolderUsageDescription",
    "NSDownloadsFolderUsageDescription",
];

pub(crate) fn check(app: &Path, expected: &Expected, findings: &mut Findings) {
    let Some(text) = findings.read(app, PLACE) else { return };
    let info = match Value::from_reader_xml(&text[..]) {
        Ok(Value::Dictionary(info)) => info,
        Ok(_) => return findings.add(Check::Info, PLACE, "holds no keys"),
        Err(error) => return findings.add(Check::Info, PLACE, format!("can't be read: {error}")),
    };
    let text = |key: &str| info.get(key).and_then(Value::as_string).unwrap_or_default();
    let program = COMPANION.path.rsplit('/').next().unwrap_or_default();
    let wanted = [
        (Check::Info, "CFBundleIdentifier", COMPANION.identifier),
        (Check::Info, "CFBundleExecutable", program),
        (Check::Info, "CFBundlePackageType", "APPL"),
        (Check::Info, "LSMinimumSystemVersion", OLDEST_SYSTEM),
        (Check::Version, "CFBundleShortVersionString", &expected.version),
        (Check::Version, "CFBundleVersion", &expected.version),
        (Check::Version, "WavecraftCommit", &expected.commit),
    ];
    for (check, key, value) in wanted {
        if text(key) != value {
            findings.add(check, PLACE, format!("{key} is {:?}, not {value:?}", text(key)));
        }
    }
    if info.get("LSUIElement").and_then(Value::as_boolean) != Some(true) {
        findings.add(Check::Info, PLACE, "LSUIElement isn't true: the app would be in the Dock");
    }
    for key in USAGES.into_iter().filter(|key| text(key).trim().is_empty()) {
        findings.add(Check::Info, PLACE, format!("{key} says nothing"));
    }
    if let Some(icon) = findings.read(app, &format!("{RESOURCES}/{}.icns", text(ICON)))
        && !icon.starts_with(b"icns")
    {
        findings.add(Check::Info, PLACE, format!("{ICON} names {:?}, which is no icon", text(ICON)));
    }
}
