//! The real application with fake edges: a real database in a folder of its own, the real door on a free port, a provider
//! that the test feeds, a clock that it sets, keys in memory.

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use ::app::{
    App, AppOptions,
    secrets::{MemorySecrets, SecretStore},
};
use domain::{Capability, Model, ModelRef, ModelState, ParameterName, ParameterSpec, Provider};
use llm::fake::{Fake, FakeCall};
use serde_json::{Value, json};
use server::Token;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{Client, PATIENCE, TestClock, eventually, processes_of, rows};

/// What an application is opened with, beyond the usual. Kept, so that it can be opened again the same way.
#[derive(Clone)]
pub struct Opened {
    /// The provider that answers for every provider whose name begins with "Fake".
    pub fake: Fake,
    /// The clock.
    pub clock: Arc<TestClock>,
    /// The keychain.
    pub keychain: Arc<dyn SecretStore>,
    /// Changes of the options.
    pub adjust: Arc<dyn Fn(&mut AppOptions) + Send + Sync>,
}

impl Default for Opened {
    fn default() -> Self {
        Self {
            fake: Fake::new(),
            clock: Arc::default(),
            keychain: Arc::new(MemorySecrets::new()),
            adjust: Arc::new(|_| ()),
        }
    }
}

/// A running application. Derefs to its client. It must be ended with `finish`, which looks for what is left over.
pub struct TestApp {
    /// The application itself.
    pub app: App,
    /// What it was opened with.
    pub opened: Opened,
    client: Client,
    folder: Arc<TempDir>,
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
    finished: bool,
}

impl Deref for TestApp {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

/// A model of the fake provider, with a window of so many tokens.
pub fn fake_model(name: &str, context: u32) -> Model {
    let parameters =
        [ParameterName::Temperature, ParameterName::MaxTokens, ParameterName::Seed, ParameterName::Stop];
    Model {
        id: ModelRef::new("fake", name).unwrap(),
        name: name.to_owned(),
        state: ModelState::Remote,
        capabilities: vec![Capability::Chat],
        parameters: parameters
            .map(|name| {
                let temperature = name == ParameterName::Temperature;
                ParameterSpec {
                    name,
                    min: temperature.then_some(0.0),
                    max: temperature.then_some(2.0),
                    default: None,
                }
            })
            .into(),
        context_window: Some(context),
        max_output: None,
        size: None,
        quantization: None,
        family: None,
        parameter_size: None,
        memory_estimate: None,
        default_context: None,
        test_size: false,
    }
}

impl TestApp {
    /// A new one, with the model "fake/m" as the default one.
    pub async fn start() -> Self {
        Self::start_with(Opened::default()).await
    }

    /// A new one, opened so.
    pub async fn start_with(opened: Opened) -> Self {
        opened.fake.set_models(Ok(vec![fake_model("m", 8192), fake_model("small", 512)]));
        let started = Self::open(Arc::new(tempfile::tempdir().unwrap()), opened).await;
        started
            .add_fake("Fake", json!({"kind": "openai_compatible", "baseUrl": "http://127.0.0.1:9/v1"}))
            .await;
        started.call("settings/update", json!({"defaultModel": "fake/m"})).await;
        started
    }

    /// One over a folder that is there already.
    pub async fn open(folder: Arc<TempDir>, opened: Opened) -> Self {
        let mut options = AppOptions::new(folder.path().join("data"));
        options.clock = Arc::clone(&opened.clock) as Arc<dyn ::app::clock::Clock>;
        options.keychain = Arc::clone(&opened.keychain);
        options.ollama = None;
        options.http.proxy = llm::ProxyChoice::Off;
        let fake = opened.fake.clone();
        options.scripted = Some(Arc::new(move |provider: &Provider| {
            provider.name.starts_with("Fake").then(|| Arc::new(fake.clone()) as Arc<dyn llm::Provider>)
        }));
        (opened.adjust)(&mut options);
        let app = App::open(options).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let token = Token::generate().unwrap();
        let client = Client::new(address, token.expose());
        let stop = CancellationToken::new();
        let ended = stop.clone();
        let serving =
            tokio::spawn(server::serve(app.clone(), listener, token, async move { ended.cancelled().await }));
        Self { app, opened, client, folder, stop, serving, finished: false }
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The fake provider.
    pub fn fake(&self) -> &Fake {
        &self.opened.fake
    }

    /// Adds a provider whose calls the fake one answers; its name must begin with "Fake".
    pub async fn add_fake(&self, name: &str, mut params: Value) -> Value {
        assert!(name.starts_with("Fake"));
        params["name"] = json!(name);
        self.call("provider/add", params).await
    }

    /// Sends a text to a conversation, or to a new one, and gives what came of it with the call at the provider. For a
    /// provider that doesn't answer by itself.
    pub async fn send(&self, conversation: Option<&str>, text: &str) -> (Sent, FakeCall) {
        let mut params = json!({ "text": text });
        if let Some(id) = conversation {
            params["conversationId"] = json!(id);
        }
        let sent = Sent::of(&self.call("message/send", params).await);
        (sent, self.next_call().await)
    }

    /// The next call at the fake provider.
    pub async fn next_call(&self) -> FakeCall {
        tokio::time::timeout(PATIENCE, self.fake().next_call()).await.expect("no call came").unwrap()
    }

    /// A whole exchange: asked, answered, ended.
    pub async fn exchange(&self, conversation: Option<&str>, question: &str, answer: &str) -> Sent {
        let (sent, call) = self.send(conversation, question).await;
        call.text(answer);
        call.finish();
        assert_eq!(self.ended(&sent.answer).await["status"], "succeeded");
        sent
    }

    /// The shown thread's messages.
    pub async fn thread(&self, conversation: &str) -> Vec<Value> {
        let page = self.call("message/list", json!({"conversationId": conversation, "limit": 200})).await;
        page["items"].as_array().unwrap().clone()
    }

    /// The texts of the shown thread.
    pub async fn texts(&self, conversation: &str) -> Vec<String> {
        let thread = self.thread(conversation).await;
        thread.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
    }

    /// The newest row of the ledger.
    pub async fn newest_call(&self) -> Value {
        self.call("call/list", json!({"limit": 1})).await["items"][0].clone()
    }

    /// What a column of the database holds, past the application.
    pub fn rows(&self, sql: &str) -> Vec<String> {
        rows(&self.data(), sql)
    }

    /// Ends it and opens it again on the same folder.
    pub async fn reopen(self) -> Self {
        self.reopened_after(Duration::ZERO).await
    }

    /// The same when it was closed for so long.
    pub async fn reopened_after(self, closed: Duration) -> Self {
        let (folder, opened) = (Arc::clone(&self.folder), self.opened.clone());
        self.finish().await;
        opened.clock.advance(closed);
        Self::open(folder, opened).await
    }

    /// The same over what was changed in the folder meanwhile.
    pub async fn reopened_over(self, change: impl FnOnce(&Path)) -> Self {
        let (folder, opened) = (Arc::clone(&self.folder), self.opened.clone());
        let data = self.data();
        self.finish().await;
        change(&data);
        Self::open(folder, opened).await
    }

    /// Another start on the same folder while this one still runs, as where the lock doesn't hold.
    #[cfg(unix)]
    pub async fn taken_over(&self) -> Self {
        // Whoever has the file open keeps a lock that nobody else can see.
        std::fs::remove_file(self.data().join("webplus.lock")).unwrap();
        Self::open(Arc::clone(&self.folder), self.opened.clone()).await
    }

    /// The folder as a crash at this moment would leave it, opened: files are copied while the application runs.
    pub async fn after_a_crash(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&self.data(), &folder.path().join("data"));
        Self::open(Arc::new(folder), self.opened.clone()).await
    }

    /// Ends the application and asserts that nothing is left over: no task, no answer, call or job that claims to be under
    /// way, no process.
    pub async fn finish(mut self) {
        self.finished = true;
        self.app.shutdown().await;
        assert_eq!(self.app.tasks.alive(), 0, "tasks outlived the application");
        self.stop.cancel();
        let ended = tokio::time::timeout(PATIENCE, &mut self.serving).await;
        ended.expect("the door stayed open").unwrap().unwrap();
        assert_eq!(self.rows("SELECT id FROM messages WHERE status = 'running'"), [""; 0], "answers");
        assert_eq!(self.rows("SELECT id FROM calls WHERE outcome = 'reserved'"), [""; 0], "calls");
        assert_eq!(self.rows("SELECT id FROM jobs WHERE status IN ('running', 'queued')"), [""; 0], "jobs");
        let data = self.data();
        eventually("no process is left", PATIENCE, || processes_of(&data).is_empty()).await;
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        assert!(self.finished || std::thread::panicking(), "end a TestApp with finish()");
        self.serving.abort();
    }
}

/// What sending made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The conversation.
    pub conversation: String,
    /// The person's message; empty where none was made.
    pub user: String,
    /// The answer.
    pub answer: String,
}

impl Sent {
    /// From the call's result.
    pub fn of(result: &Value) -> Self {
        let of_role = |role: &str| {
            let messages = result["messages"].as_array().unwrap();
            let found = messages.iter().find(|message| message["role"] == role);
            found.and_then(|message| message["id"].as_str()).unwrap_or_default().to_owned()
        };
        Self {
            conversation: result["conversation"]["id"].as_str().unwrap().to_owned(),
            user: of_role("user"),
            answer: of_role("assistant"),
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else if kind.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}
