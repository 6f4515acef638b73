//! What stands between the page and its window: the same in every webview.

/// Runs before the page's own scripts: the channel that the page looks for (`ui/src/wavecraft/plugin.ts`). What it sends
/// comes to the window's message handler of this name.
pub(super) const CHANNEL: &str = "\
window.wavecraftPlugin = {
  send: (text) => void window.webkit.messageHandlers.wavecraft.postMessage(text),
  receive: null,
};";

/// What the page may load: what is embedded, and what it makes itself. There is no network for it.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self' wavecraft:; style-src 'self' wavecraft: 'unsafe-inline'; \
    img-src 'self' wavecraft: data: blob:; font-src 'self' wavecraft: data:; media-src 'self' wavecraft: data: blob:; \
    connect-src 'self' wavecraft:; worker-src 'self' wavecraft: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The script that brings the page these texts.
pub(super) fn receiving(texts: &[String]) -> String {
    // A JSON string is one of JavaScript's.
    let calls = texts.iter().map(|text| format!("receive?.({});", serde_json::Value::from(text.as_str())));
    format!("{{ const {{ receive }} = window.wavecraftPlugin ?? {{}}; {} }}", calls.collect::<String>())
}
