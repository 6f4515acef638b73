//! Unguessable secrets and names.

use anyhow::Context;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use wavecraft_companion_protocol::token::Token;

/// A new token: 256 random bits from the system.
pub(crate) fn token() -> anyhow::Result<Token> {
    let text = random_text::<32>()?;
    Token::try_from(text).context("32 random bytes made no token")
}

/// `BYTES` random bytes as base64url, which also works as a file name.
pub(crate) fn random_text<const BYTES: usize>() -> anyhow::Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).context("the system gives no random numbers")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tokens_are_the_same() {
        assert_ne!(token().unwrap(), token().unwrap());
        assert_eq!(random_text::<9>().unwrap().len(), 12);
    }
}
