//! The programs of the app.

use wavecraft_companion_protocol::bundle;

/// A program of the app.
#[derive(Debug)]
pub struct Program {
    /// Its path in the app.
    pub path: &'static str,
    /// The identifier under which the system remembers the permissions granted to it.
    pub identifier: &'static str,
    /// The entitlements that a hardened program needs for what is otherwise forbidden, each of them `true`.
    pub entitlements: &'static [&'static str],
    /// Whether a debugger may attach to it, in an app for development.
    pub debugged: bool,
    /// Whether its `--version` names the commit.
    pub tells_commit: bool,
}

/// The app's own program.
pub const COMPANION: Program = Program {
    path: bundle::COMPANION,
    identifier: bundle::IDENTIFIER,
    // Without it a hardened app receives digital silence, with no prompt and no error.
    entitlements: &["com.apple.security.device.audio-input"],
    // A debugger would get access to its microphone.
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

/// The program that runs a plugin's library.
pub const PLUGIN_HOST: Program = Program {
    path: bundle::PLUGIN_HOST,
    identifier: "dev.wavecraft.plugin-host",
    // The library has no signature that the system could compare with this program's.
    entitlements: &["com.apple.security.cs.disable-library-validation"],
    // It runs the plugin author's code.
    debugged: true,
    tells_commit: false,
};

/// All programs, nested ones first, which is the signing order.
pub const PROGRAMS: [Program; 3] = [COMMAND, PLUGIN_HOST, COMPANION];

/// The oldest supported macOS: `os_sync_wait_on_address` is public since then.
pub const OLDEST_SYSTEM: &str = "14.4";

/// The entitlement that lets a debugger attach to a hardened program. The notary refuses an app that has it.
pub const DEBUGGED: &str = "com.apple.security.get-task-allow";
