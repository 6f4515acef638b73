//! What the app is made of.

use wavecraft_companion_protocol::bundle;

/// A program of the app.
#[derive(Debug)]
pub struct Program {
    /// Where it is in the app.
    pub path: &'static str,
    /// By this name the system remembers what a person allowed it to do.
    pub identifier: &'static str,
    /// What it may do that a hardened program otherwise may not, each of them `true`.
    pub entitlements: &'static [&'static str],
    /// May a debugger attach to it, in an app that is for development?
    pub debugged: bool,
    /// Does its `--version` name the commit?
    pub tells_commit: bool,
}

/// The app's own program.
pub const COMPANION: Program = Program {
    path: bundle::COMPANION,
    identifier: bundle::IDENTIFIER,
    // Without it a hardened app hears digital silence, with no prompt and no error.
    entitlements: &["com.apple.security.device.audio-input"],
    // A debugger would have its microphone.
    debugged: false,
    tells_commit: true,
};

/// The `wavecraft` command.
pub const COMMAND: Program = Program {
    path: bundle::COMMAND,
    identifier: "dev.wavecraft.command",
    entitlements: &[],
    debugged: false,
    tells_commit: true,
};

/// What runs a plugin's library.
pub const PLUGIN_HOST: Program = Program {
    path: bundle::PLUGIN_HOST,
    identifier: "dev.wavecraft.plugin-host",
    // The library is signed by nobody that the system could compare with this program.
    entitlements: &["com.apple.security.cs.disable-library-validation"],
    // The code that it runs is the author's.
    debugged: true,
    tells_commit: false,
};

/// All programs, those inside first, as they are signed.
pub const PROGRAMS: [Program; 3] = [COMMAND, PLUGIN_HOST, COMPANION];

/// The oldest macOS that runs it: `os_sync_wait_on_address` is public from there.
pub const OLDEST_SYSTEM: &str = "14.4";

/// With it a debugger may attach to a hardened program. The notary refuses an app that has it.
pub const DEBUGGED: &str = "com.apple.security.get-task-allow";
