//! The answers to plain HTTP.

use std::time::Duration;

use crate::inspector;
use http_body_util::Full;
use hyper::{
    Method, Response, StatusCode,
    body::Bytes,
    header::{self, HeaderName, HeaderValue},
    http::request::Parts,
};

pub(crate) type Answer = Response<Full<Bytes>>;

/// The headers of every answer. A page of another site may not read, embed or guess anything here, and an address,
/// which may hold the token, is neither sent on nor stored. There are no CORS headers but the one of [`get`]: no other
/// page may read. A connection carries one request, so that its time limit is the request's.
const HEADERS: [(HeaderName, &str); 7] = [
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Scripts, styles and connections only from this server, including the WebSocket (CSP level 3), and no inline
    // scripts.
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::CONNECTION, "close"),
];

const TEXT: &str = "text/plain; charset=utf-8";

/// The answer to a request that doesn't ask for a WebSocket.
///
/// `page` is the project's page that the request comes from. It may read `/`, which holds nothing that it doesn't know:
/// so a page whose token is refused, of which a browser doesn't tell it, sees that somebody is here.
pub(crate) fn get(request: &Parts, page: Option<&str>) -> Answer {
    let Some(file) = inspector::file(request.uri.path()) else {
        return answer(StatusCode::NOT_FOUND, TEXT, "There is nothing at this address.\n");
    };
    if request.method != Method::GET && request.method != Method::HEAD {
        return only_get("GET, HEAD");
    }
    let mut answer = answer(StatusCode::OK, file.kind, file.text);
    if request.uri.path() == "/"
        && let Some(page) = page.and_then(|page| HeaderValue::from_str(page).ok())
    {
        answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, page);
    }
    answer
}

/// Redirects to the page that a code stood for.
pub(crate) fn found(address: &str) -> Option<Answer> {
    let mut answer = answer(StatusCode::FOUND, TEXT, "");
    answer.headers_mut().insert(header::LOCATION, HeaderValue::from_str(address).ok()?);
    Some(answer)
}

/// There is no page for this code. `wait`: there were too many such requests.
pub(crate) fn no_page(wait: Option<Duration>) -> Answer {
    let status = if wait.is_some() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::FORBIDDEN };
    let mut answer = answer(status, inspector::HTML, include_str!("opening.html"));
    if let Some(wait) = wait {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    }
    answer
}

/// This address only supports reading.
pub(crate) fn only_get(allowed: &'static str) -> Answer {
    let mut refused = answer(StatusCode::METHOD_NOT_ALLOWED, TEXT, "This address can only be read.\n");
    refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    refused
}

/// Access is refused, without a reason.
pub(crate) fn forbidden() -> Answer {
    answer(StatusCode::FORBIDDEN, TEXT, "")
}

/// Access is refused, and there were too many refusals.
pub(crate) fn too_many_refusals(wait: Duration) -> Answer {
    let mut answer = answer(StatusCode::TOO_MANY_REQUESTS, TEXT, "");
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    answer
}

/// The client belongs to this project, but there are too many clients.
pub(crate) fn full(clients: usize) -> Answer {
    let text = format!("This project has {clients} connections already: close a page.\n");
    answer(StatusCode::SERVICE_UNAVAILABLE, TEXT, text)
}

/// The client belongs to this project, but its upgrade request doesn't follow RFC 6455.
pub(crate) fn bad_upgrade(what: &'static str) -> Answer {
    answer(StatusCode::BAD_REQUEST, TEXT, what)
}

/// The client belongs to this project, but uses another version of WebSocket.
pub(crate) fn other_websocket_version() -> Answer {
    let mut answer = answer(StatusCode::UPGRADE_REQUIRED, TEXT, "This is WebSocket version 13.\n");
    answer.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    answer
}

fn answer(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}
