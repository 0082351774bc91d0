//! The watchdog against blank windows. With some graphics drivers WebKitGTK draws nothing; what helps is known, and must be
//! said before it starts. So a page that hasn't painted in time is opened anew with the next remedy, each at most once, and
//! what helped is remembered for this version. What the person has set themselves is left alone.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager as _};

use crate::{opening::Opening, place, surroundings::Surroundings, window};

/// Says which remedies were tried, from one start to the next, so that it can't go round.
const TRIED: &str = "WEBPLUS_RENDERING";
/// In the order in which they cost the person something.
const REMEDIES: [&str; 2] = ["WEBKIT_DISABLE_DMABUF_RENDERER", "WEBKIT_DISABLE_COMPOSITING_MODE"];
const KEY: &str = "rendering";

/// How drawing was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rendering {
    /// How many remedies were tried; `None` before this version's first attempt.
    tried: Option<usize>,
    /// Which of them are in the environment already.
    set: [bool; REMEDIES.len()],
}

/// What helped, in the file of the window's own things.
#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    version: String,
    tried: usize,
}

impl Rendering {
    pub(crate) fn read(variable: &impl Fn(&str) -> Option<String>) -> Self {
        Self {
            tried: variable(TRIED)
                .and_then(|text| text.parse().ok())
                .map(|tried: usize| tried.min(REMEDIES.len())),
            set: REMEDIES.map(|name| variable(name).is_some()),
        }
    }

    /// How many remedies will have been tried after the next attempt, and what it adds to the environment; `None` when nothing
    /// is left to try.
    fn next(self) -> Option<(usize, &'static str)> {
        let tried = self.tried.unwrap_or(0);
        let remedies = REMEDIES.iter().zip(self.set).enumerate().skip(tried);
        remedies.filter(|(_, (_, set))| !set).map(|(at, (name, _))| (at + 1, *name)).next()
    }

    /// The remedies to begin with when so many were needed the last time.
    fn remedies(self, needed: usize) -> impl Iterator<Item = &'static str> {
        REMEDIES.into_iter().zip(self.set).take(needed).filter(|(_, set)| !set).map(|(name, _)| name)
    }
}

/// Whether the page has painted.
pub(crate) struct Watchdog {
    rendering: Rendering,
    painted: AtomicBool,
}

impl Watchdog {
    pub(crate) fn new(rendering: Rendering) -> Self {
        Self { rendering, painted: AtomicBool::new(false) }
    }
}

/// Begins with what helped the last time, if this version has needed anything.
pub(crate) fn begin_as_remembered(surroundings: &Surroundings) {
    if !cfg!(target_os = "linux") || surroundings.rendering.tried.is_some() {
        return;
    }
    let Some(needed) = surroundings.data_dir.as_deref().and_then(remembered) else { return };
    let remedies: Vec<_> = surroundings.rendering.remedies(needed).collect();
    if !remedies.is_empty() {
        start_anew(needed, &remedies);
    }
}

/// The page has painted: nothing is to be done, and what helped is remembered.
pub(crate) fn painted(app: &AppHandle) {
    let watchdog = app.state::<Watchdog>();
    if watchdog.painted.swap(true, Ordering::AcqRel) {
        return;
    }
    tracing::info!("the page has painted");
    if let Some(tried) = watchdog.rendering.tried.filter(|tried| *tried > 0) {
        place::write(app, KEY, &Remembered { version: env!("CARGO_PKG_VERSION").to_owned(), tried });
    }
}

/// Opens the window anew with the next remedy if its page doesn't paint in time.
pub(crate) fn watch(app: &AppHandle) {
    if !cfg!(target_os = "linux") {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        visible_for(&app, app.state::<Surroundings>().first_paint).await;
        let watchdog = app.state::<Watchdog>();
        if watchdog.painted.load(Ordering::Acquire) {
            return;
        }
        let Some((tried, remedy)) = watchdog.rendering.next() else {
            tracing::error!(
                "the page has not painted, and no remedy is left; `webplus serve` shows Web+ in a browser"
            );
            return;
        };
        tracing::warn!(remedy, "the page has not painted in time; the window is opened anew");
        app.state::<Opening>().close().await;
        tauri_plugin_single_instance::destroy(&app);
        start_anew(tried, &[remedy]);
        app.exit(1);
    });
}

/// Waits until the window has been visible for so long: a hidden one doesn't paint.
async fn visible_for(app: &AppHandle, time: Duration) {
    const LOOK: Duration = Duration::from_millis(250);
    let mut left = time;
    while !left.is_zero() {
        let step = left.min(LOOK);
        tokio::time::sleep(step).await;
        let seen = app.get_webview_window(window::LABEL).is_some_and(|window| {
            window.is_visible().unwrap_or(false) && !window.is_minimized().unwrap_or(false)
        });
        if seen {
            left -= step;
        }
        if app.state::<Watchdog>().painted.load(Ordering::Acquire) {
            return;
        }
    }
}

fn remembered(folder: &Path) -> Option<usize> {
    let text = std::fs::read_to_string(folder.join(place::FILE)).ok()?;
    let mut all: serde_json::Value = serde_json::from_str(&text).ok()?;
    let remembered: Remembered = serde_json::from_value(all.get_mut(KEY)?.take()).ok()?;
    (remembered.version == env!("CARGO_PKG_VERSION")).then(|| remembered.tried.min(REMEDIES.len()))
}

/// Puts this program in place of itself, with more in its environment. Returns only where that fails.
#[cfg(target_os = "linux")]
#[allow(clippy::disallowed_methods, reason = "the shell starts itself anew, under the same process id")]
fn start_anew(tried: usize, remedies: &[&str]) {
    use std::os::unix::process::CommandExt as _;
    let Ok(program) = std::env::current_exe() else { return };
    let mut command = std::process::Command::new(program);
    command
        .args(std::env::args_os().skip(1))
        .env(TRIED, tried.to_string())
        .envs(remedies.iter().map(|name| (*name, "1")));
    let error = command.exec();
    tracing::error!(%error, "Web+ could not be started anew");
}

#[cfg(not(target_os = "linux"))]
fn start_anew(_tried: usize, _remedies: &[&str]) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(variables: &[(&str, &str)]) -> Rendering {
        Rendering::read(&|name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn each_remedy_is_tried_once_and_then_it_ends() {
        assert_eq!(given(&[]).next(), Some((1, REMEDIES[0])));
        assert_eq!(given(&[(TRIED, "1"), (REMEDIES[0], "1")]).next(), Some((2, REMEDIES[1])));
        assert_eq!(given(&[(TRIED, "2"), (REMEDIES[0], "1"), (REMEDIES[1], "1")]).next(), None);
        assert_eq!(given(&[(TRIED, "99")]).next(), None);
    }

    #[test]
    fn what_the_person_set_is_left_alone() {
        assert_eq!(given(&[(REMEDIES[0], "0")]).next(), Some((2, REMEDIES[1])));
        assert_eq!(given(&[(REMEDIES[0], "0"), (REMEDIES[1], "1")]).next(), None);
        assert_eq!(given(&[(REMEDIES[0], "0")]).remedies(2).collect::<Vec<_>>(), [REMEDIES[1]]);
    }

    #[test]
    fn what_helped_is_used_by_the_same_version_only() {
        let folder = std::env::temp_dir().join(format!("webplus-rendering-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        let keep = |text: &str| std::fs::write(folder.join(place::FILE), text).unwrap();
        assert_eq!(remembered(&folder), None);
        keep(&format!(r#"{{"rendering":{{"version":"{}","tried":7}}}}"#, env!("CARGO_PKG_VERSION")));
        assert_eq!(remembered(&folder), Some(2));
        keep(r#"{"rendering":{"version":"0.0.0","tried":1}}"#);
        assert_eq!(remembered(&folder), None);
        keep("{");
        assert_eq!(remembered(&folder), None);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
