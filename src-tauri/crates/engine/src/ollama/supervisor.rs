//! The Ollama on this computer, looked after: `supervise::Machine` with hands and a clock.
//!
//! One task owns the machine and everything that runs for it; handles send it wishes and read what it says. Deliberately not
//! here: the rules (`supervise`) and where the settings are kept (the application).

mod ask;
mod driver;
mod keep;
mod learn;
mod options;
mod slumber;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool, atomic::Ordering},
};

use domain::ErrorCode;
use llm::{Error, Http};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
};

pub use options::SupervisorOptions;

use self::driver::{Driver, Order};
use super::{
    Invalid, Mode, NoticeCode, OllamaSettings, OllamaState, Ownership, address,
    environment::models_folder,
    find::Places,
    log::{LoadMemory, Loads, last_lines},
};
use crate::{
    failure::failure,
    supervise::{Event, Plan, Wish},
};

/// The handle; cheap to clone. With the last one our own Ollama ends; another's goes on.
#[derive(Debug, Clone)]
pub struct OllamaSupervisor {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    orders: mpsc::UnboundedSender<Order>,
    state: watch::Receiver<OllamaState>,
    common: Arc<Common>,
    /// Dropped, it ends the driver, and with it what that holds.
    _driver: Mutex<JoinSet<()>>,
}

/// What the driver and the handles share.
#[derive(Debug)]
struct Common {
    guard: PathBuf,
    marks: PathBuf,
    log: PathBuf,
    environment: Vec<(String, String)>,
    places: Places,
    http: Http,
    settings: Mutex<OllamaSettings>,
    /// The settings that our own was started with, while it runs.
    started_with: Mutex<Option<OllamaSettings>>,
    keep_partials: AtomicBool,
    loads: Mutex<Loads>,
}

impl Common {
    fn settings(&self) -> OllamaSettings {
        locked(&self.settings).clone()
    }

    fn variable(&self, name: &str) -> Option<&str> {
        let mut variables = self.environment.iter();
        variables.find(|(found, value)| found == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl OllamaSupervisor {
    /// Begins to look at once. Needs a tokio runtime. Fails on settings that can't be.
    pub fn new(options: SupervisorOptions) -> Result<Self, Invalid> {
        options.settings.validate()?;
        let SupervisorOptions {
            settings,
            guard,
            state_dir,
            environment,
            places,
            http,
            patience,
            keep_partials,
        } = options;
        let plan = plan(&settings)?;
        let common = Arc::new(Common {
            guard,
            marks: state_dir.join("marks"),
            log: state_dir.join("ollama.log"),
            environment,
            places,
            http,
            settings: Mutex::new(settings),
            started_with: Mutex::default(),
            keep_partials: AtomicBool::new(keep_partials),
            loads: Mutex::default(),
        });
        let (orders, received) = mpsc::unbounded_channel();
        let (driver, state) = Driver::new(Arc::clone(&common), plan, patience, received);
        let mut driving = JoinSet::new();
        driving.spawn(driver.run());
        Ok(Self { shared: Arc::new(Shared { orders, state, common, _driver: Mutex::new(driving) }) })
    }

    /// What became of it.
    pub fn state(&self) -> OllamaState {
        self.shared.state.borrow().clone()
    }

    /// Every later state; a reader that is slow sees the latest.
    pub fn subscribe(&self) -> watch::Receiver<OllamaState> {
        self.shared.state.clone()
    }

    /// Where it answers ("http://127.0.0.1:PORT"); none while there is none that may be used.
    pub fn address(&self) -> Option<String> {
        match &*self.shared.state.borrow() {
            OllamaState::Ready { address, .. } => Some(address.clone()),
            _ => None,
        }
    }

    /// Why no model may be pulled or made: the version in use has a known hole.
    pub fn blocks_risky(&self) -> Option<String> {
        match &*self.shared.state.borrow() {
            OllamaState::Ready { notices, .. } => {
                let outdated = notices.iter().find(|notice| notice.code == NoticeCode::Outdated);
                outdated.map(|notice| notice.message.clone())
            }
            _ => None,
        }
    }

    /// The settings as they are now.
    pub fn settings(&self) -> OllamaSettings {
        self.shared.common.settings()
    }

    /// The settings that our own runs with now: changes hold from its next start. Those of now while none runs.
    pub fn running_settings(&self) -> OllamaSettings {
        let started = locked(&self.shared.common.started_with).clone();
        started.unwrap_or_else(|| self.settings())
    }

    /// Sees to it that one runs; returns before it does. `Conflict` where it is switched off.
    pub fn start(&self) -> Result<(), Error> {
        self.unless_off()?;
        self.wish(Wish::Start);
        Ok(())
    }

    /// Ends our own; returns before it is gone. `Conflict` where it is another's.
    pub fn stop(&self) -> Result<(), Error> {
        self.unless_adopted()?;
        self.wish(Wish::Stop);
        Ok(())
    }

    /// Ends our own and starts it with the settings of now. `Conflict` where it is another's, or switched off.
    pub fn restart(&self) -> Result<(), Error> {
        self.unless_off()?;
        self.unless_adopted()?;
        self.wish(Wish::Restart);
        Ok(())
    }

    /// Looks for programs and for one that runs again. `Conflict` where it is switched off.
    pub fn look_again(&self) -> Result<(), Error> {
        self.unless_off()?;
        self.wish(Wish::Look);
        Ok(())
    }

    /// The person says that the one which answers may be used. `Conflict` where there is no such question.
    pub fn trust(&self) -> Result<(), Error> {
        if !matches!(self.state(), OllamaState::Unsure { .. }) {
            return Err(failure(ErrorCode::Conflict, "No Ollama waits for your permission."));
        }
        self.wish(Wish::Trust);
        Ok(())
    }

    /// Takes other settings; says whether our own must be restarted for them to hold.
    pub fn configure(&self, settings: OllamaSettings) -> Result<bool, Invalid> {
        settings.validate()?;
        let plan = plan(&settings)?;
        let relevant = |settings: &OllamaSettings| OllamaSettings {
            mode: Mode::Auto,
            address: None,
            ..settings.clone()
        };
        let stays = matches!(settings.mode, Mode::Auto | Mode::Own);
        let common = &self.shared.common;
        let restart = locked(&common.started_with)
            .as_ref()
            .is_some_and(|started| stays && relevant(started) != relevant(&settings));
        *locked(&common.settings) = settings;
        self.wish(Wish::Settings(plan));
        Ok(restart)
    }

    /// The computer woke up: looks at once, without waiting until that is noticed.
    pub fn resumed(&self) {
        self.send(Order::Event(Event::Resumed));
    }

    /// Whether a pull isn't finished, so that the next start must not throw its parts away. Parts on the disk count by themselves.
    pub fn keep_partials(&self, keep: bool) {
        self.shared.common.keep_partials.store(keep, Ordering::Relaxed);
    }

    /// The last lines of our own's log, oldest first. Blocks for milliseconds.
    pub fn log_tail(&self, count: usize) -> Vec<String> {
        last_lines(&self.shared.common.log, count, 0)
    }

    /// The file of that log.
    pub fn log_path(&self) -> &Path {
        &self.shared.common.log
    }

    /// What the last loads of our own took, oldest first.
    pub fn loads(&self) -> Vec<LoadMemory> {
        locked(&self.shared.common.loads).all()
    }

    /// The folder of models that our own has, or would have.
    pub fn own_models_folder(&self) -> Option<PathBuf> {
        models_folder(&self.settings(), &self.shared.common.environment)
    }

    /// Ends our own, within about a second, and all that is done here; another's goes on. Later wishes are not heard.
    pub async fn shutdown(&self) {
        let (done, ended) = oneshot::channel();
        self.send(Order::Shutdown(done));
        // No answer means that it was over before.
        let _over = ended.await;
    }

    fn wish(&self, wish: Wish) {
        self.send(Order::Event(Event::Wish(wish)));
    }

    fn send(&self, order: Order) {
        if self.shared.orders.send(order).is_err() {
            tracing::debug!("the supervisor is shut down");
        }
    }

    fn unless_off(&self) -> Result<(), Error> {
        if self.settings().mode == Mode::Off {
            return Err(failure(
                ErrorCode::Conflict,
                "Ollama is switched off. Switch it on in the settings first.",
            ));
        }
        Ok(())
    }

    fn unless_adopted(&self) -> Result<(), Error> {
        if matches!(self.state(), OllamaState::Ready { ownership: Ownership::Adopted, .. }) {
            return Err(failure(
                ErrorCode::Conflict,
                "This Ollama was started outside Web+, which never stops it. Stop it where it was started.",
            ));
        }
        Ok(())
    }
}

fn plan(settings: &OllamaSettings) -> Result<Plan, Invalid> {
    Ok(Plan {
        mode: settings.mode,
        port: settings.port,
        address: settings.address.as_deref().map(address::parse).transpose()?,
        program: settings.program.clone(),
        cloud: settings.cloud,
    })
}
