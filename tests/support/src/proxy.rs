//! A proxy that writes down what it is asked and leads everything to one server, whatever its name.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// One request as it came to the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// "CONNECT models.example.com:443", or the method and the whole address of a request that isn't tunnelled.
    pub line: String,
    /// The `Proxy-Authorization` header.
    pub authorization: Option<String>,
}

/// A proxy on 127.0.0.1. Ends when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    _accepting: JoinSet<()>,
}

impl Proxy {
    /// Leads every tunnel and every request to `upstream`.
    pub async fn to(upstream: SocketAddr) -> std::io::Result<Self> {
        Self::start(upstream, None).await
    }

    /// The same for those who bring this `Proxy-Authorization`; everyone else gets a 407.
    pub async fn guarded(upstream: SocketAddr, authorization: &str) -> std::io::Result<Self> {
        Self::start(upstream, Some(authorization.to_owned())).await
    }

    async fn start(upstream: SocketAddr, password: Option<String>) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, mut accepting) = (Arc::clone(&asked), JoinSet::new());
        accepting.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (log, password) = (Arc::clone(&log), password.clone());
                connections.spawn(async move { serve(stream, upstream, password, &log).await });
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { address, asked, _accepting: accepting })
    }

    /// Where it listens, as it should stand in a sentence.
    pub fn name(&self) -> String {
        self.address.to_string()
    }

    /// "http://127.0.0.1:PORT".
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first lines of what it was asked so far.
    pub fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

async fn serve(
    mut client: TcpStream,
    upstream: SocketAddr,
    password: Option<String>,
    log: &Mutex<Vec<Asked>>,
) -> Option<()> {
    let mut head = Vec::new();
    // What comes behind the head stays in the socket: it belongs to the tunnel.
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let line = text.lines().next()?.rsplit_once(' ')?.0.to_owned();
    let authorization = text
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("proxy-authorization"))
        .map(|(_, value)| value.to_owned());
    let welcome = password.is_none() || password == authorization;
    let tunnel = line.starts_with("CONNECT ");
    log.lock().unwrap_or_else(PoisonError::into_inner).push(Asked { line, authorization });
    if !welcome {
        let refusal = "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        client.write_all(refusal.as_bytes()).await.ok()?;
        return client.shutdown().await.ok();
    }
    let mut server = TcpStream::connect(upstream).await.ok()?;
    if tunnel {
        client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.ok()?;
    } else {
        server.write_all(&head).await.ok()?;
    }
    copy_bidirectional(&mut client, &mut server).await.ok().map(|_| ())
}
