//! The project's page: its packages, and Vite.

mod absent;
mod install;
mod lead;
mod manager;
mod source;

pub(crate) use absent::Absent;
pub(crate) use install::{Install, InstallPolicy, NotAllowed, Step, install_if_needed};
pub(crate) use lead::Lead;
pub(crate) use source::PageSource;

use crate::{
    ansi,
    lines::LastLines,
    processes::{Line, Processes, Running, guarded},
};
use anyhow::Context;
use std::{io, process::ExitStatus, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, sleep_until, timeout},
};

/// The address that the server listens on. Vite's own default is the first address that `localhost` resolves to, which
/// differs between systems.
const HOST: &str = "127.0.0.1";
/// Timeout for a server that answers but hasn't named its port: its `dev` script probably prints something else.
const ANNOUNCEMENT: Duration = Duration::from_secs(2);

/// No event reports that a port is being listened on; this is the polling interval.
const POLL: Duration = Duration::from_millis(50);
/// A server that accepts a connection and says nothing for this long is asked again.
const ANSWER: Duration = Duration::from_secs(5);

/// The page's server while it runs.
pub(crate) struct Page {
    /// The address that it listens on.
    pub(crate) port: u16,
    /// When its server was started.
    pub(crate) since: Instant,
    running: Running,
    answers: tokio::task::JoinHandle<()>,
    answered: Option<Instant>,
    announced: bool,
    up: bool,
    last: LastLines,
}

/// An event of the page's server.
#[derive(Debug)]
pub(crate) enum PageEvent {
    /// It serves the page.
    Up,
    /// It wrote a line.
    Said(Line),
    /// It ended. Its last lines are in [`Page::last_lines`].
    Ended(ExitStatus),
}

impl Page {
    /// Starts the server at `port`, which was free a moment ago. A page made with Wavecraft's own client is directed to
    /// the address in `lead`.
    ///
    /// # Errors
    /// If Node.js or the page's package manager isn't installed.
    pub(crate) fn serve(
        source: &PageSource,
        port: u16,
        lead: Option<&Lead>,
        processes: &mut Processes,
    ) -> anyhow::Result<Self> {
        let mut command = match source.plain_vite() {
            Some(vite) => {
                manager::needed("node")?;
                let mut command = guarded(&vite.program);
                command.args(vite.args);
                match lead {
                    Some(lead) => lead.take(&mut command, vite.config.as_deref()),
                    None => drop(command.args(vite.config.iter().flat_map(|config| ["--config", config]))),
                }
                command
            }
            None => {
                let manager = source.manager()?;
                let mut command = guarded(&manager.program()?);
                command.args(manager.dev_args());
                if let Some(lead) = lead {
                    lead.offer(&mut command);
                }
                command
            }
        };
        command
            .args(["--host", HOST, "--port", &port.to_string(), "--strictPort"])
            .current_dir(&source.folder);
        Ok(Self {
            port,
            since: Instant::now(),
            running: processes.spawn(&mut command).context("the page's server could not be started")?,
            answers: tokio::spawn(until_http_answers(port)),
            answered: None,
            announced: false,
            up: false,
            last: LastLines::default(),
        })
    }

    /// Waits for the next event. Cancel-safe: none is lost.
    pub(crate) async fn next(&mut self) -> io::Result<PageEvent> {
        loop {
            // Requires both, since an answer alone could come from another program that took the port a moment earlier.
            let patience = self.answered.map(|since| since + ANNOUNCEMENT);
            if !self.up && self.answered.is_some() && self.announced {
                self.up = true;
                return Ok(PageEvent::Up);
            }
            tokio::select! {
                line = self.running.next_line() => match line? {
                    Some(line) => {
                        let (Line::Out(text) | Line::Err(text)) = &line;
                        self.announced |= ansi::strip(text).contains(&format!(":{}", self.port));
                        self.last.push(text.clone());
                        return Ok(PageEvent::Said(line));
                    }
                    None => return self.running.wait().await.map(PageEvent::Ended),
                },
                _ = &mut self.answers, if self.answered.is_none() => self.answered = Some(Instant::now()),
                () = sleep_until(patience.unwrap_or_else(Instant::now)), if patience.is_some() && !self.announced => {
                    self.announced = true;
                }
            }
        }
    }

    /// The last lines that the server wrote.
    pub(crate) fn last_lines(&self) -> &LastLines {
        &self.last
    }

    /// Whether the server serves the page.
    pub(crate) fn is_up(&self) -> bool {
        self.up
    }

    /// The page's address.
    pub(crate) fn url(&self) -> String {
        format!("http://{HOST}:{}/", self.port)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.answers.abort();
    }
}

/// The origins of a page at `port`: one for each name of this machine.
pub(crate) fn origins(port: u16) -> Vec<String> {
    vec![format!("http://localhost:{port}"), format!("http://{HOST}:{port}")]
}

/// Waits until a request gets any HTTP answer.
async fn until_http_answers(port: u16) {
    while !matches!(timeout(ANSWER, ask(port)).await, Ok(Ok(true))) {
        sleep(POLL).await;
    }
}

async fn ask(port: u16) -> io::Result<bool> {
    let mut stream = TcpStream::connect((HOST, port)).await?;
    let request =
        format!("GET / HTTP/1.1\r\nHost: {HOST}:{port}\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut start = [0; 5];
    stream.read_exact(&mut start).await?;
    Ok(start == *b"HTTP/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn only_http_is_an_answer() {
        let listener = TcpListener::bind((HOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            for answer in ["SSH-2.0-x\r\n", "HTTP/1.1 404 Not Found\r\n\r\n"] {
                let (mut stream, _) = listener.accept().await.unwrap();
                stream.write_all(answer.as_bytes()).await.unwrap();
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
        });
        until_http_answers(port).await;
        server.await.unwrap();
    }
}
