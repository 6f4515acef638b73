//! The secret that opens a project's dev WebSocket.

use serde::{Deserialize, Serialize};

/// The WebSocket subprotocol that a page offers, and that the server answers with.
pub const SUBPROTOCOL: &str = "wavecraft.v1";
/// A second offered subprotocol carries the token after this prefix; the server never repeats it.
pub const SUBPROTOCOL_TOKEN_PREFIX: &str = "wct.";
/// The path prefix for a UI that only knows a URL: `/p/<token>`.
pub const PATH_PREFIX: &str = "/p/";
/// The key in the fragment of a URL that hands the token to a page: `#wc=<token>`.
pub const FRAGMENT_KEY: &str = "wc";

/// The length of a token's text: 32 bytes (256 bits) in base64url without padding.
pub const TOKEN_CHARS: usize = 43;

/// 256 random bits as 43 characters of base64url. Its `Debug` hides them, so that no log shows them by accident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Token(String);

/// The error for a text that isn't a token. It does not repeat the text, which may be half of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token is {TOKEN_CHARS} characters of base64url")]
pub struct BadToken;

impl Token {
    /// The token's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of the project's inspector on this port, with the token after the `#`: for this user only, and never
    /// for a log.
    #[must_use]
    pub fn inspector_url(&self, port: u16) -> String {
        format!("http://127.0.0.1:{port}/#{FRAGMENT_KEY}={}", self.0)
    }
}

impl TryFrom<String> for Token {
    type Error = BadToken;

    fn try_from(text: String) -> Result<Self, BadToken> {
        let fits = text.len() == TOKEN_CHARS
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if fits { Ok(Self(text)) } else { Err(BadToken) }
    }
}

impl From<Token> for String {
    fn from(token: Token) -> String {
        token.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_43_characters_of_base64url_are_a_token() {
        let text = "aZ09-_".repeat(8)[..TOKEN_CHARS].to_string();
        let token = Token::try_from(text.clone()).unwrap();
        assert_eq!(token.as_str(), text);
        assert!(!format!("{token:?}").contains(&text[..6]));
        assert!(Token::try_from("a".repeat(42)).is_err());
        assert!(Token::try_from("+".repeat(43)).is_err());
    }
}
