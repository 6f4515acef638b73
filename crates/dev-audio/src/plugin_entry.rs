//! What a plugin's library made by `wavecraft-plugin-export` tells a host of ours, beside what it tells any host. Both sides
//! call it by these types.

use std::ffi::c_void;

/// The name of the library's function, which has the type [`PluginEntry`].
pub const PLUGIN_ENTRY: &str = "wavecraft_plugin_v1";

/// Takes a text of so many bytes of UTF-8, which is there for the time of the call, for `to`.
// SAFETY: for callers: `to` is the pointer that the function's owner gave along with it.
pub type TakeText = unsafe extern "C" fn(to: *mut c_void, text: *const u8, bytes: usize);

/// Has `describe` take what `dev-audio --describe` would print of the plugin's processors. From then on a processor that fails is told
/// to `failed` with null, on the thread on which it failed, before the plugin goes silent.
// SAFETY: for callers: `to` is good for `describe`, and `failed` may be called for as long as the library is loaded.
pub type PluginEntry = unsafe extern "C" fn(describe: TakeText, to: *mut c_void, failed: TakeText);
