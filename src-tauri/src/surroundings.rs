//! What the environment says, read once by the main program.

use std::{path::PathBuf, time::Duration};

use app::AppOptions;
use domain::ErrorCode;

use crate::rendering::Rendering;

/// How long the page may take until it has painted something. A busy computer takes five seconds.
const FIRST_PAINT: Duration = Duration::from_secs(12);

/// Everything that the shell takes from outside.
pub struct Surroundings {
    /// Where everything is kept; `None` where there is no home folder.
    pub(crate) data_dir: Option<PathBuf>,
    /// What to open the application with, or why that can't be said.
    pub(crate) options: Result<AppOptions, (ErrorCode, String)>,
    /// What to log, in the words of `tracing`.
    pub(crate) log: Option<String>,
    /// Which ways of drawing are left to try.
    pub(crate) rendering: Rendering,
    /// How long the page may take until it has painted something.
    pub(crate) first_paint: Duration,
    has_display: bool,
}

impl Surroundings {
    /// Reads the environment: `WEBPLUS_DATA_DIR` (else the usual folder), `WEBPLUS_LOG`, `WEBPLUS_FIRST_PAINT` (milliseconds
    /// until a window that stays blank is opened anew, at least 1), what `app::environment_options` reads, and what WebKit
    /// is told about drawing.
    pub fn read(variable: &'static (impl Fn(&str) -> Option<String> + Send + Sync)) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let data_dir = set("WEBPLUS_DATA_DIR")
            .map(PathBuf::from)
            .or_else(|| dirs::data_dir().map(|folder| folder.join("webplus")));
        let options = match data_dir.clone() {
            Some(folder) => app::environment_options(folder, variable).map_err(|error| (error.code, error.message)),
            None => Err((
                ErrorCode::InvalidInput,
                "There is no home folder to keep data in. Name a folder with WEBPLUS_DATA_DIR and start Web+ again.".to_owned(),
            )),
        };
        Self {
            data_dir,
            options,
            log: set("WEBPLUS_LOG"),
            rendering: Rendering::read(&set),
            first_paint: set("WEBPLUS_FIRST_PAINT")
                .and_then(|text| text.parse().ok())
                .filter(|milliseconds| *milliseconds > 0)
                .map_or(FIRST_PAINT, Duration::from_millis),
            has_display: !cfg!(target_os = "linux")
                || set("DISPLAY").is_some()
                || set("WAYLAND_DISPLAY").is_some(),
        }
    }

    /// Why there can be no window, as a sentence.
    pub(crate) fn why_no_window(&self) -> Option<&'static str> {
        (!self.has_display).then_some("There is no display to open a window on. Use `webplus serve` and open the address that it prints.")
    }
}
