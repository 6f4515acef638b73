//! A page's server that answers HTTP and has a child, as Vite has esbuild.

use super::{World, this_test_as_a_program};
use std::{
    fs::File,
    io::{Read, Write},
    net::TcpListener,
};

impl World {
    /// Adds a page whose server is [`as_a_program`]. It writes its process id to `vite.pid`, its child's to
    /// `esbuild.pid`, the addresses that it was given to `vite.url` and, with the token, `vite.secret`, and its
    /// arguments to `vite.args`.
    pub(crate) fn with_page(self) -> Self {
        let here = |name: &str| self.path(name).display().to_string();
        let lines = format!(
            "sleep 1000 & echo $! > '{}'\necho $$ > '{}'\necho \"$VITE_WS_URL\" > '{}'\necho \"$WAVECRAFT_WS_URL\" > '{}'\necho \"$@\" > '{}'\nexport FAKE_VITE_ARGS=\"$*\"\n{}",
            here("esbuild.pid"),
            here("vite.pid"),
            here("vite.url"),
            here("vite.secret"),
            here("vite.args"),
            this_test_as_a_program("support::fake_vite::as_a_program")
        );
        // A separate port: concurrent tests would all begin at the usual one.
        let free = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        self.env("WAVECRAFT_UI_PORT", free.to_string())
            .script("tools/node", "exit 1")
            .file("here/ui/package.json", r#"{"scripts": {"dev": "vite"}}"#)
            .script("here/ui/node_modules/.bin/vite", &lines)
    }
}

/// The server as a program.
#[test]
#[ignore = "other tests run it as the page's server"]
fn as_a_program() {
    let args = std::env::var("FAKE_VITE_ARGS").expect("run by World::with_page");
    let words: Vec<_> = args.split(' ').collect();
    let value = |name| words.iter().position(|word| *word == name).map(|at| words[at + 1]).expect(name);
    assert!(words.contains(&"--strictPort"), "{args}");
    let address = format!("{}:{}", value("--host"), value("--port"));
    let listener = TcpListener::bind(&address).unwrap_or_else(|error| {
        eprintln!("{address}: {error}");
        std::process::exit(1)
    });
    println!("  Local: http://{address}/");
    // The test harness prints a complaint after a minute, and would end if nobody reads it any more: only the guard may
    // end this program.
    let nowhere = File::options().write(true).open("/dev/null").expect("nowhere");
    rustix::stdio::dup2_stdout(&nowhere)
        .and_then(|()| rustix::stdio::dup2_stderr(&nowhere))
        .expect("redirected");
    for mut stream in listener.incoming().map_while(Result::ok) {
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
}
