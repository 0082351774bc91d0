//! An HTTP/1.1 server made of raw sockets, so that every byte and every end of a connection is the script's.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf},
    sync::watch,
    task::JoinSet,
};

use crate::script::{Script, Step};

/// One request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Which connection it came on, from 1.
    pub connection: usize,
    /// "GET" and the like.
    pub method: String,
    /// The target as it stood in the request line, query included; a whole address when asked as a proxy.
    pub target: String,
    /// The headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Recorded {
    /// The first header of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null where it isn't.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

#[derive(Debug, Default)]
struct Log {
    connections: usize,
    closed_by_client: usize,
    requests: Vec<Recorded>,
}

type Respond = Arc<dyn Fn(&Recorded) -> Script + Send + Sync>;

/// A server on 127.0.0.1 that answers every request with the script that the test returns for it. Ends when dropped.
#[derive(Debug)]
pub struct FaultServer {
    address: SocketAddr,
    log: Arc<Mutex<Log>>,
    changed: watch::Receiver<usize>,
    /// The task that accepts; the connections' tasks are its own, so all end with it.
    _accepting: JoinSet<()>,
}

impl FaultServer {
    /// Starts on a free port. `respond` is called once a request has been read whole.
    pub async fn start(
        respond: impl Fn(&Recorded) -> Script + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        Self::on(TcpListener::bind(("127.0.0.1", 0)).await?, respond)
    }

    /// Starts on a listener of the test's own, on IPv6 say.
    pub fn on(
        listener: TcpListener,
        respond: impl Fn(&Recorded) -> Script + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let log = Arc::new(Mutex::new(Log::default()));
        let (change, changed) = watch::channel(0);
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, Arc::new(respond), Arc::clone(&log), Arc::new(change)));
        Ok(Self { address, log, changed, _accepting: accepting })
    }

    /// The same script for every request.
    pub async fn always(script: Script) -> std::io::Result<Self> {
        Self::start(move |_| script.clone()).await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// "http://127.0.0.1:PORT".
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, in the order in which they were complete.
    pub fn requests(&self) -> Vec<Recorded> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).requests.clone()
    }

    /// How many connections were taken so far.
    pub fn connections(&self) -> usize {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).connections
    }

    /// How many connections the client closed while a script was at work or waiting for another request.
    pub fn closed_by_client(&self) -> usize {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).closed_by_client
    }

    /// Waits until so many requests came; `false` when the time is up before.
    pub async fn wait_for_requests(&self, count: usize, within: Duration) -> bool {
        self.wait(within, |log| log.requests.len() >= count).await
    }

    /// Waits until the client closed so many connections; `false` when the time is up before.
    pub async fn wait_for_closes(&self, count: usize, within: Duration) -> bool {
        self.wait(within, |log| log.closed_by_client >= count).await
    }

    async fn wait(&self, within: Duration, done: impl Fn(&Log) -> bool) -> bool {
        let mut changed = self.changed.clone();
        let waiting = changed.wait_for(|_| done(&self.log.lock().unwrap_or_else(PoisonError::into_inner)));
        matches!(tokio::time::timeout(within, waiting).await, Ok(Ok(_)))
    }
}

#[derive(Clone)]
struct Shared {
    respond: Respond,
    log: Arc<Mutex<Log>>,
    change: Arc<watch::Sender<usize>>,
}

impl Shared {
    fn note<T>(&self, change: impl FnOnce(&mut Log) -> T) -> T {
        let result = change(&mut self.log.lock().unwrap_or_else(PoisonError::into_inner));
        self.change.send_modify(|count| *count += 1);
        result
    }
}

async fn accept(
    listener: TcpListener,
    respond: Respond,
    log: Arc<Mutex<Log>>,
    change: Arc<watch::Sender<usize>>,
) {
    let shared = Shared { respond, log, change };
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let number = shared.note(|log| {
            log.connections += 1;
            log.connections
        });
        let shared = shared.clone();
        connections.spawn(async move {
            if serve(stream, number, &shared).await == End::Client {
                shared.note(|log| log.closed_by_client += 1);
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

#[derive(Debug, PartialEq, Eq)]
enum End {
    /// The script's end, or a connection that never asked anything.
    Server,
    Client,
}

async fn serve(stream: TcpStream, connection: usize, shared: &Shared) -> End {
    let _ = stream.set_nodelay(true);
    let (mut reader, mut writer) = stream.into_split();
    let mut buffer = Vec::new();
    loop {
        let Some(request) = read_request(&mut reader, &mut buffer, connection).await else {
            return End::Client;
        };
        let script = (shared.respond)(&request);
        shared.note(|log| log.requests.push(request));
        let mut keep = false;
        for step in script.steps {
            let done = async {
                match step {
                    Step::Bytes(bytes) => {
                        writer.write_all(&bytes).await?;
                        // Writes of their own packets: the client sees the cuts.
                        tokio::task::yield_now().await;
                    }
                    Step::Repeat(bytes, times) => {
                        for _ in 0..times {
                            writer.write_all(&bytes).await?;
                        }
                    }
                    Step::Drip(bytes, times, pause) => {
                        for _ in 0..times {
                            writer.write_all(&bytes).await?;
                            tokio::time::sleep(pause).await;
                        }
                    }
                    Step::Wait(gate) => {
                        if let Ok(permit) = gate.0.acquire().await {
                            permit.forget();
                        }
                    }
                    Step::Hold => std::future::pending::<()>().await,
                    Step::EndChunks => writer.write_all(b"0\r\n\r\n").await?,
                    Step::KeepAlive => keep = true,
                    Step::Reset => {
                        writer.as_ref().set_zero_linger()?;
                        return Ok(true);
                    }
                }
                Ok::<bool, std::io::Error>(false)
            };
            tokio::select! {
                done = done => match done {
                    Ok(false) => {}
                    Ok(true) => return End::Server,
                    Err(_) => return End::Client,
                },
                () = closed(&mut reader, &mut buffer) => return End::Client,
            }
        }
        if !keep {
            let _ = writer.shutdown().await;
            return End::Server;
        }
    }
}

/// Waits until the client closes; what it sends meanwhile is kept for the next request.
async fn closed(reader: &mut OwnedReadHalf, buffer: &mut Vec<u8>) {
    loop {
        match reader.read_buf(buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

async fn read_request(
    reader: &mut OwnedReadHalf,
    buffer: &mut Vec<u8>,
    connection: usize,
) -> Option<Recorded> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if reader.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    buffer.drain(..end + 4);
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    while buffer.len() < length {
        if reader.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = buffer.drain(..length).collect();
    Some(Recorded { connection, method, target, headers, body })
}
