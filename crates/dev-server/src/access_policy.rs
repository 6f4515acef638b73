//! Access control: which requests and clients are admitted.

use std::{
    fmt,
    hint::black_box,
    sync::{PoisonError, RwLock},
};

use hyper::{
    HeaderMap,
    header::{HOST, HeaderName, ORIGIN, SEC_WEBSOCKET_PROTOCOL},
    http::request::Parts,
};
use wavecraft_companion_protocol::token::{PATH_PREFIX, SUBPROTOCOL, SUBPROTOCOL_TOKEN_PREFIX, Token};

/// A client's role, by the token it sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A page of the project.
    Page,
    /// A program with its own audio.
    Audio,
}

/// A client that sent a valid token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Admission {
    pub(crate) role: Role,
    /// Whether it offered [`SUBPROTOCOL`], which is then the answer.
    pub(crate) subprotocol: bool,
}

/// What was wrong with a request: for the log, never for the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Host,
    Origin,
    Token,
    Handshake,
    Opening,
    Stranger,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "its Host is not this server's address",
            Self::Origin => "its Origin is no page of this project",
            Self::Token => "it has no token of this project",
            Self::Opening => "it wants to be shown a page by a code that is used, too old or wrong",
            Self::Stranger => "it wants to be shown a page by another user's code",
            Self::Handshake => "it isn't HTTP, took too long, or was the oldest of too many",
        })
    }
}

/// The checks made before any answer.
#[derive(Debug)]
pub(crate) struct AccessPolicy {
    /// The allowed values of `Host`.
    hosts: [String; 3],
    /// The allowed values of `Origin`, besides this server's own.
    origins: RwLock<Vec<String>>,
    token: Token,
    audio_token: Token,
}

impl AccessPolicy {
    pub(crate) fn new(port: u16, token: Token, audio_token: Token, origins: Vec<String>) -> Self {
        let hosts = ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{port}"));
        let policy = Self { hosts, origins: RwLock::default(), token, audio_token };
        policy.set_origins(origins);
        policy
    }

    /// Replaces the pages that may connect. Anything that isn't a web page's origin (`null`, a `file:` address,
    /// anything with a wildcard or a path) is left out.
    pub(crate) fn set_origins(&self, mut origins: Vec<String>) {
        origins.retain(|origin| {
            let fits = is_web_origin(origin);
            if !fits {
                tracing::warn!(%origin, "left out a page's address: it must be http(s)://host:port");
            }
            fits
        });
        *self.origins.write().unwrap_or_else(PoisonError::into_inner) = origins;
    }

    /// Checks what every request must have: one `Host`, which is this server, and no unknown `Origin`.
    ///
    /// The Host check keeps out a page of another site whose name was made to point here (DNS rebinding); the Origin
    /// check keeps out one that connects here directly.
    pub(crate) fn pass(&self, request: &Parts) -> Result<(), Refusal> {
        // An address in the request line would take precedence over the Host (RFC 9112, section 3.2.2).
        if request.uri.authority().is_some() {
            return Err(Refusal::Host);
        }
        let host = only(&request.headers, &HOST).ok_or(Refusal::Host)?.ok_or(Refusal::Host)?;
        if !self.hosts.iter().any(|own| own == host) {
            return Err(Refusal::Host);
        }
        match only(&request.headers, &ORIGIN).ok_or(Refusal::Origin)? {
            Some(origin) if !self.knows(origin) => Err(Refusal::Origin),
            _ => Ok(()),
        }
    }

    /// The page that a request comes from, if it is a registered one.
    pub(crate) fn page<'a>(&self, request: &'a Parts) -> Option<&'a str> {
        only(&request.headers, &ORIGIN).flatten().filter(|origin| self.is_registered(origin))
    }

    fn knows(&self, origin: &str) -> bool {
        let own =
            origin.strip_prefix("http://").is_some_and(|rest| self.hosts.iter().any(|host| host == rest));
        own || self.is_registered(origin)
    }

    fn is_registered(&self, origin: &str) -> bool {
        let origins = self.origins.read().unwrap_or_else(PoisonError::into_inner);
        origins.iter().any(|registered| registered == origin)
    }

    /// Determines a client's role by the tokens it sends: in its path, or beside [`SUBPROTOCOL`], or both. All of them
    /// must be right. A program with its own audio, which was given this server's address with the page's token in it,
    /// adds the audio token.
    pub(crate) fn admit(&self, request: &Parts) -> Result<Admission, Refusal> {
        let offered = offered_subprotocols(&request.headers);
        let subprotocol = offered.contains(&SUBPROTOCOL);
        let mut beside = offered.iter().filter_map(|name| name.strip_prefix(SUBPROTOCOL_TOKEN_PREFIX));
        let beside = match (beside.next(), beside.next()) {
            (None, _) => None,
            (Some(token), None) if subprotocol => Some(token),
            _ => return Err(Refusal::Token),
        };
        let in_path = request.uri.path().strip_prefix(PATH_PREFIX);
        let role = match (in_path, beside) {
            (Some(in_path), None) => self.role_of(in_path)?,
            (None, Some(beside)) if request.uri.path() == "/" => self.role_of(beside)?,
            (Some(in_path), Some(beside)) => match (self.role_of(in_path)?, self.role_of(beside)?) {
                (Role::Page, Role::Page) => Role::Page,
                _ => Role::Audio,
            },
            _ => return Err(Refusal::Token),
        };
        Ok(Admission { role, subprotocol })
    }

    fn role_of(&self, token: &str) -> Result<Role, Refusal> {
        // Both are always compared, so that the time doesn't reveal which one it resembles.
        let page = same(token, self.token.as_str());
        let audio = same(token, self.audio_token.as_str());
        match (page, audio) {
            (true, _) => Ok(Role::Page),
            (false, true) => Ok(Role::Audio),
            (false, false) => Err(Refusal::Token),
        }
    }
}

/// The value of a header that may occur once: `Some(None)` if it is absent, `None` if it occurs twice or isn't text.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Some(None),
        (Some(value), None) => value.to_str().ok().map(Some),
        (Some(_), Some(_)) => None,
    }
}

fn offered_subprotocols(headers: &HeaderMap) -> Vec<&str> {
    headers
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .collect()
}

/// Whether the two are equal. The time it takes depends only on their lengths, and a token's length is no secret.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one.bytes().zip(other.bytes()).fold(0, |found, (a, b)| black_box(found | (a ^ b))) == 0
}

/// Whether it is `http(s)://host` or `http(s)://host:port`, as a browser writes a page's origin.
fn is_web_origin(origin: &str) -> bool {
    let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    host.is_some_and(|host| {
        !host.is_empty()
            && host.bytes().all(|byte| {
                byte.is_ascii_lowercase()
                    || byte.is_ascii_digit()
                    || matches!(byte, b'.' | b'-' | b':' | b'[' | b']')
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_web_are_origins() {
        for good in
            ["http://localhost:5173", "https://dev.example:8443", "http://[::1]:5173", "http://127.0.0.1"]
        {
            assert!(is_web_origin(good), "{good}");
        }
        for bad in [
            "null",
            "",
            "file://",
            "http://",
            "http://*",
            "http://a/",
            "http://a@b",
            "HTTP://a",
            "http://A",
            "ws://a",
        ] {
            assert!(!is_web_origin(bad), "{bad}");
        }
    }

    #[test]
    fn equal_means_every_byte() {
        assert!(same("abc", "abc"));
        for other in ["", "ab", "abd", "bbc", "abcd"] {
            assert!(!same("abc", other), "{other}");
        }
    }
}
