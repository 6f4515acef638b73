//! The requirements of a WebSocket request, and the answer to it (RFC 6455, section 4.2).

use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Response, StatusCode, Version,
    body::Bytes,
    header::{self, HeaderName, HeaderValue},
    http::request::Parts,
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use wavecraft_companion_protocol::token::SUBPROTOCOL;

use crate::http::{self, Answer};

/// Whether this request asks for a WebSocket.
pub(crate) fn wanted(request: &Parts) -> bool {
    lists(&request.headers, &header::UPGRADE, "websocket")
}

/// The answer that switches to WebSocket.
///
/// # Errors
/// The answer to a request that doesn't follow the RFC.
pub(crate) fn switch(request: &Parts, subprotocol: bool) -> Result<Answer, Box<Answer>> {
    let bad = |what| Box::new(http::bad_upgrade(what));
    if request.method != Method::GET || request.version != Version::HTTP_11 {
        return Err(bad("A WebSocket begins with a GET of HTTP/1.1.\n"));
    }
    if !lists(&request.headers, &header::CONNECTION, "upgrade") {
        return Err(bad("A WebSocket's request has the header `Connection: Upgrade`.\n"));
    }
    if request.headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(Box::new(http::other_websocket_version()));
    }
    let mut keys = request.headers.get_all(header::SEC_WEBSOCKET_KEY).iter();
    let key = match (keys.next(), keys.next()) {
        (Some(key), None) if is_key(key.as_bytes()) => key,
        _ => {
            return Err(bad("A WebSocket's request has one `Sec-WebSocket-Key` of 16 bytes.\n"));
        }
    };
    let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes()))
        .map_err(|_| bad("This `Sec-WebSocket-Key` can't be answered.\n"))?;

    let mut answer = Response::new(Full::new(Bytes::new()));
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = answer.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    if subprotocol {
        // Never the subprotocol with the token in it.
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    }
    Ok(answer)
}

/// Whether a header that holds a list, perhaps over several lines, contains this word in any case.
fn lists(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .any(|item| item.trim().eq_ignore_ascii_case(word))
}

/// Whether it is the base64 of 16 bytes.
fn is_key(key: &[u8]) -> bool {
    key.len() == 24
        && key.ends_with(b"==")
        && key[..22].iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_sixteen_bytes() {
        assert!(is_key(b"dGhlIHNhbXBsZSBub25jZQ=="));
        for bad in ["", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZTE=", "dGhlIHNhbXBsZSBub25j!Q=="] {
            assert!(!is_key(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn a_list_may_be_over_several_lines() {
        let mut headers = HeaderMap::new();
        headers.append(header::CONNECTION, HeaderValue::from_static("keep-alive, upgrade"));
        headers.append(header::CONNECTION, HeaderValue::from_static("X"));
        assert!(lists(&headers, &header::CONNECTION, "Upgrade"));
        assert!(lists(&headers, &header::CONNECTION, "x"));
        assert!(!lists(&headers, &header::CONNECTION, "up"));
    }
}
