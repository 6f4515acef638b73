//! Is the page's server up?

use super::HOST;
use std::{io, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

/// A port gives no event when somebody listens; so often it is tried.
const POLL: Duration = Duration::from_millis(50);
/// A server that takes a connection and says nothing for so long is asked anew.
const ANSWER: Duration = Duration::from_secs(5);

/// Waits until a request gets any HTTP answer.
pub(crate) async fn until_http_answers(port: u16) {
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
