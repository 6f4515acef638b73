//! Access control.

use crate::{
    harness::{Raw, Running, UI, audio_token, handshake, http, open_path, status, token},
    project::Asked,
};

#[tokio::test]
async fn every_request_names_this_server_once() {
    let running = Running::new().await;
    let port = running.port();
    let other = if port == u16::MAX { port - 1 } else { port + 1 };
    for (hosts, lets_in) in [
        (vec![format!("127.0.0.1:{port}")], true),
        (vec![format!("localhost:{port}")], true),
        (vec![format!("[::1]:{port}")], true),
        (vec![], false),
        (vec![String::new()], false),
        (vec![format!("127.0.0.1:{port}"), format!("127.0.0.1:{port}")], false),
        (vec![format!("127.0.0.1:{port}"), "evil.example".into()], false),
        (vec!["evil.example".into()], false),
        (vec![format!("evil.example:{port}")], false),
        (vec![format!("localhost.evil.example:{port}")], false),
        (vec![format!("0.0.0.0:{port}")], false),
        (vec![format!("127.0.0.2:{port}")], false),
        (vec![format!("127.0.0.1:{other}")], false),
        (vec!["127.0.0.1".into()], false),
        (vec![format!("user@127.0.0.1:{port}")], false),
    ] {
        let headers: Vec<String> = hosts.iter().map(|host| format!("Host: {host}")).collect();
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let upgraded = http(port, &handshake(&open_path(), &headers)).await;
        let read = http(port, &format!("GET / HTTP/1.1\r\n{}\r\n\r\n", headers.join("\r\n"))).await;
        if lets_in {
            assert_eq!((status(&upgraded), status(&read)), (101, 200), "{hosts:?}");
        } else {
            assert_eq!((status(&upgraded), status(&read)), (403, 403), "{hosts:?}");
        }
    }
    // An address in the request line takes precedence over the Host.
    let absolute = format!("http://evil.example{}", open_path());
    let answer = http(port, &handshake(&absolute, &[&format!("Host: 127.0.0.1:{port}")])).await;
    assert_eq!(status(&answer), 403);
}

#[tokio::test]
async fn only_registered_pages_and_the_servers_own_connect() {
    let running = Running::new().await;
    let port = running.port();
    let host = format!("Host: 127.0.0.1:{port}");
    let try_origins = async |origins: &[&str]| {
        let origins: Vec<String> = origins.iter().map(|origin| format!("Origin: {origin}")).collect();
        let mut headers = vec![host.as_str()];
        headers.extend(origins.iter().map(String::as_str));
        status(&http(port, &handshake(&open_path(), &headers)).await)
    };
    let own = ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("http://{name}:{port}"));
    assert_eq!(try_origins(&[]).await, 101);
    assert_eq!(try_origins(&[UI]).await, 101);
    for origin in &own {
        assert_eq!(try_origins(&[origin]).await, 101, "{origin}");
    }
    for origins in [
        &["null"] as &[&str],
        &["file://"],
        &[""],
        &["http://evil.example"],
        &["http://localhost:5174"],
        &["https://localhost:5173"],
        &["http://127.0.0.1:5173"],
        &["http://localhost:5173.evil.example"],
        &["http://localhost:5173/"],
        &["http://localhost"],
        &[UI, UI],
        &[UI, "http://evil.example"],
    ] {
        assert_eq!(try_origins(origins).await, 403, "{origins:?}");
    }
    // Also where only a page is read.
    let read = format!("GET / HTTP/1.1\r\n{host}\r\nOrigin: http://evil.example\r\n\r\n");
    assert_eq!(status(&http(port, &read).await), 403);

    running.server.set_origins(vec!["http://localhost:4000".into(), "null".into(), "file://".into()]);
    assert_eq!(try_origins(&["http://localhost:4000"]).await, 101);
    assert_eq!(try_origins(&[UI]).await, 403);
    assert_eq!(try_origins(&["null"]).await, 403);
    assert_eq!(try_origins(&["file://"]).await, 403);
}

#[tokio::test]
async fn a_websocket_needs_a_token_always() {
    let running = Running::new().await;
    let port = running.port();
    let host = format!("Host: 127.0.0.1:{port}");
    let (page, audio) = (token(), audio_token());
    let (page, audio) = (page.as_str(), audio.as_str());
    let wrong = "x".repeat(43);
    let first_wrong = format!("X{}", &page[1..]);
    let last_wrong = format!("{}X", &page[..42]);
    let by_subprotocol = |offer: &str| format!("Sec-WebSocket-Protocol: {offer}");

    let v1 = Some("wavecraft.v1");
    for (path, offers, expected) in [
        (format!("/p/{page}"), vec![], Ok(None)),
        (format!("/p/{audio}"), vec![], Ok(None)),
        (format!("/p/{page}"), vec!["wavecraft.v1".into()], Ok(v1)),
        (format!("/p/{page}"), vec!["other".into()], Ok(None)),
        ("/".into(), vec![format!("wavecraft.v1, wct.{page}")], Ok(v1)),
        ("/".into(), vec![format!("wct.{page},wavecraft.v1")], Ok(v1)),
        ("/".into(), vec!["wavecraft.v1".into(), format!("wct.{page}")], Ok(v1)),
        ("/".into(), vec![format!("wavecraft.v1, wct.{audio}")], Ok(v1)),
        (format!("/p/{page}"), vec![format!("wavecraft.v1, wct.{page}")], Ok(v1)),
        (format!("/p/{page}"), vec![format!("wavecraft.v1, wct.{audio}")], Ok(v1)),
        (format!("/p/{page}"), vec![format!("wavecraft.v1, wct.{wrong}")], Err(())),
        (format!("/p/{page}"), vec![format!("wct.{page}")], Err(())),
        ("/".into(), vec![], Err(())),
        ("/".into(), vec!["wavecraft.v1".into()], Err(())),
        ("/".into(), vec![format!("wct.{page}")], Err(())),
        ("/".into(), vec![format!("wavecraft.v1, wct.{wrong}")], Err(())),
        ("/".into(), vec![format!("wavecraft.v1, wct.{page}, wct.{wrong}")], Err(())),
        ("/".into(), vec![format!("wavecraft.v1, {page}")], Err(())),
        (format!("/?token={page}"), vec![], Err(())),
        ("/p/".into(), vec![], Err(())),
        (format!("/p/{wrong}"), vec![], Err(())),
        (format!("/p/{wrong}"), vec![format!("wavecraft.v1, wct.{page}")], Err(())),
        (format!("/p/{first_wrong}"), vec![], Err(())),
        (format!("/p/{last_wrong}"), vec![], Err(())),
        (format!("/p/{page}/"), vec![], Err(())),
        (format!("/p/{}", &page[..42]), vec![], Err(())),
        (format!("/P/{page}"), vec![], Err(())),
        (format!("/{page}"), vec![], Err(())),
    ] {
        let offers: Vec<String> = offers.iter().map(|offer: &String| by_subprotocol(offer)).collect();
        let mut headers = vec![host.as_str()];
        headers.extend(offers.iter().map(String::as_str));
        let answer = http(port, &handshake(&path, &headers)).await.to_lowercase();
        match expected {
            Err(()) => assert_eq!(status(&answer), 403, "{path} {offers:?}"),
            Ok(subprotocol) => {
                assert_eq!(status(&answer), 101, "{path} {offers:?}");
                let answered: Vec<&str> = answer
                    .lines()
                    .filter_map(|line| line.strip_prefix("sec-websocket-protocol:").map(str::trim))
                    .collect();
                assert_eq!(answered, subprotocol.as_slice(), "{path} {offers:?}");
                // The example of RFC 6455, section 1.3.
                assert!(answer.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{answer}");
            }
        }
    }
}

#[tokio::test]
async fn a_refusal_says_nothing() {
    let running = Running::new().await;
    let port = running.port();
    let host = format!("Host: 127.0.0.1:{port}");
    let mut answers = Vec::new();
    for request in [
        handshake(&open_path(), &["Host: evil.example"]),
        handshake(&open_path(), &[&host, "Origin: null"]),
        handshake("/p/wrong", &[&host]),
        handshake("/", &[&host]),
        "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".into(),
    ] {
        let answer = http(port, &request).await.to_lowercase();
        let lines: Vec<&str> = answer.lines().filter(|line| !line.starts_with("date:")).collect();
        answers.push(lines.join("\n"));
    }
    assert!(answers[0].starts_with("http/1.1 403"), "{}", answers[0]);
    assert!(answers[0].contains("content-length: 0"), "{}", answers[0]);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
}

#[tokio::test]
async fn the_projects_page_alone_may_read_that_somebody_is_here() {
    let running = Running::new().await;
    let port = running.port();
    for (method, path, origin, granted) in [
        ("HEAD", "/", UI, true),
        ("GET", "/", UI, true),
        ("GET", "/inspector/main.js", UI, false),
        ("HEAD", "/", "http://evil.example", false),
        ("HEAD", "/", &*format!("http://127.0.0.1:{port}"), false),
    ] {
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {origin}\r\n\r\n");
        let answer = http(port, &request).await.to_lowercase();
        let grant = format!("access-control-allow-origin: {origin}\r\n");
        assert_eq!(answer.contains("access-control-"), granted, "{method} {path} {origin}: {answer}");
        assert_eq!(answer.contains(&grant), granted, "{method} {path} {origin}: {answer}");
    }
}

#[tokio::test]
async fn a_preflight_is_granted_nothing() {
    let running = Running::new().await;
    let port = running.port();
    for (origin, expected) in [(UI, 405), ("http://evil.example", 403)] {
        let request = format!(
            "OPTIONS / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {origin}\r\n\
             Access-Control-Request-Method: GET\r\nAccess-Control-Request-Private-Network: true\r\n\r\n"
        );
        let answer = http(port, &request).await.to_lowercase();
        assert_eq!(status(&answer), expected, "{origin}");
        assert!(!answer.contains("access-control-"), "{answer}");
        assert!(answer.contains("cross-origin-resource-policy: same-origin"), "{answer}");
    }
}

#[tokio::test]
async fn the_address_by_itself_says_what_it_is() {
    let running = Running::new().await;
    let port = running.port();
    let host = format!("Host: localhost:{port}");
    let page = http(port, &format!("GET / HTTP/1.1\r\n{host}\r\n\r\n")).await;
    assert_eq!(status(&page), 200);
    assert!(page.contains("this page has no key"), "{page}");
    assert!(!page.contains(token().as_str()));
    let head = http(port, &format!("HEAD / HTTP/1.1\r\n{host}\r\n\r\n")).await;
    assert_eq!((status(&head), head.contains("<html")), (200, false));
    // Everything the page loads is here with the right type, including what its files import.
    let mut files: Vec<String> =
        ["page.css", "controls.css", "pictures.css", "main.js"].map(String::from).into();
    for file in &files {
        assert!(page.contains(&format!("\"/inspector/{file}\"")), "{file}");
    }
    let mut at = 0;
    while let Some(file) = files.get(at).cloned() {
        at += 1;
        let loaded = http(port, &format!("GET /inspector/{file} HTTP/1.1\r\n{host}\r\n\r\n")).await;
        let kind = if file.ends_with(".css") { "text/css" } else { "text/javascript" };
        assert!(status(&loaded) == 200 && loaded.contains(kind), "{file}: {loaded}");
        for (begin, from) in loaded.match_indices("from './") {
            let imported = loaded[begin + from.len()..].split('\'').next().expect("a path").to_owned();
            if !files.contains(&imported) {
                files.push(imported);
            }
        }
    }
    assert!(files.len() > 12, "{files:?}");
    let missing = http(port, &format!("GET /nothing HTTP/1.1\r\n{host}\r\n\r\n")).await;
    assert_eq!(status(&missing), 404);
    let written = http(port, &format!("POST / HTTP/1.1\r\n{host}\r\nContent-Length: 0\r\n\r\n")).await;
    assert_eq!(status(&written), 405);
    // A request for another protocol is answered as if it weren't there (RFC 9110, section 7.8).
    let h2c =
        http(port, &format!("GET / HTTP/1.1\r\n{host}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")).await;
    assert_eq!(status(&h2c), 200);

    for answer in [page, head, missing, written] {
        let answer = answer.to_lowercase();
        for header in [
            "cross-origin-resource-policy: same-origin",
            "x-content-type-options: nosniff",
            "content-security-policy: default-src 'none';",
            "frame-ancestors 'none'",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
        ] {
            assert!(answer.contains(header), "{header}: {answer}");
        }
        assert!(!answer.contains("access-control-"), "{answer}");
    }
}

#[tokio::test]
async fn a_bad_handshake_with_the_right_token_is_told_what_is_wrong() {
    let running = Running::new().await;
    let port = running.port();
    let good = handshake(&open_path(), &[&format!("Host: 127.0.0.1:{port}")]);
    for (from, to, expected) in [
        ("Version: 13", "Version: 8", 426),
        ("Sec-WebSocket-Version: 13\r\n", "", 426),
        ("dGhlIHNhbXBsZSBub25jZQ==", "short", 400),
        ("Sec-WebSocket-Key", "X-Key", 400),
        ("Connection: Upgrade", "Connection: close", 400),
        ("HTTP/1.1", "HTTP/1.0", 400),
        ("GET", "POST", 400),
    ] {
        let request = good.replacen(from, to, 1);
        assert_ne!(request, good);
        let answer = http(port, &request).await;
        assert_eq!(status(&answer), expected, "{to}: {answer}");
        assert!(!answer.contains(token().as_str()));
    }
    assert_eq!(status(&http(port, &good).await), 101);
}

#[tokio::test]
async fn what_isnt_http_ends_that_connection_alone() {
    let running = Running::new().await;
    let mut page = running.page().await;
    for garbage in
        [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], b"\r\n\r\n\r\n", &[0; 100], b"GET /\r\n\r\n"]
    {
        let mut raw = Raw::open(running.port()).await;
        raw.send(garbage).await;
        tokio::io::AsyncWriteExt::shutdown(&mut raw.0).await.expect("to end it");
        let answer = String::from_utf8_lossy(&raw.rest().await).into_owned();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    let mut raw = Raw::open(running.port()).await;
    raw.send(b"GET / HTTP/1.1\r\nX: ").await;
    raw.send(&[b'x'; 20_000]).await;
    let answer = String::from_utf8_lossy(&raw.rest().await).into_owned();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    page.heard_nothing().await;
}

#[tokio::test]
async fn a_page_of_the_project_without_its_token_is_told_once() {
    let mut running = Running::new().await;
    let port = running.port();
    let host = format!("Host: 127.0.0.1:{port}");
    let page = format!("Origin: {UI}");
    let own = format!("Origin: http://127.0.0.1:{port}");
    let wrong = format!("/p/{}", "x".repeat(43));
    // None of these is the project's page without its token.
    for (path, headers) in [
        (wrong.as_str(), vec![host.as_str()]),
        (&wrong, vec![&host, "Origin: http://evil.example"]),
        (&wrong, vec![&host, &own]),
        (&open_path(), vec![&host, &page]),
    ] {
        http(port, &handshake(path, &headers)).await;
    }
    assert_eq!(running.asked_before(), []);
    for path in ["/", &wrong, "/"] {
        assert_eq!(status(&http(port, &handshake(path, &[&host, &page])).await), 403);
    }
    let [Asked::PageRefused(line)] = &running.asked_before()[..] else { panic!("not told once") };
    assert!(line.contains(UI) && line.contains("`o`") && !line.contains("xxx"), "{line}");
}
