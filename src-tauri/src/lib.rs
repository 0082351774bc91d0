//! The desktop door: one window that shows the page, a tray, a menu, and the commands through which the page calls the
//! application. It parses, calls and passes on; what is decided here concerns the window only.
//!
//! The window opens whatever state the data is in. The application is opened beside it, and where that fails every call
//! answers with the sentence that says why.

mod chosen;
mod commands;
mod ending;
mod external;
mod log;
mod menu;
mod notices;
mod opening;
mod page;
mod place;
mod refusal;
mod rendering;
mod stream;
mod surroundings;
mod tray;
mod window;

pub use app::as_guard;
pub use surroundings::Surroundings;

use std::process::ExitCode;

use tauri::RunEvent;

use crate::{ending::Ending, opening::Opening, page::Page, rendering::Watchdog, stream::Streams};

/// Opens the window and returns when the application has ended, with nothing of it left running.
pub fn run(surroundings: Surroundings) -> ExitCode {
    log::start(&surroundings);
    if let Some(reason) = surroundings.why_no_window() {
        tracing::error!("{reason}");
        return ExitCode::FAILURE;
    }
    rendering::begin_as_remembered(&surroundings);
    if !display_answers() {
        tracing::error!(
            "The display that is named does not answer, so there is no window. Check it, or use `webplus serve` and open the address that it prints."
        );
        return ExitCode::FAILURE;
    }
    let built = tauri::Builder::default()
        // First, so that a second start ends before it touches anything.
        .plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| window::show(app)))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_store::Builder::new().build())
        .manage(Opening::new(surroundings.options.clone()))
        .manage(Ending::default())
        .manage(Streams::default())
        .manage(Page::default())
        .manage(Watchdog::new(surroundings.rendering))
        .manage(surroundings)
        .invoke_handler(tauri::generate_handler![
            commands::rpc,
            commands::subscribe,
            commands::unsubscribe,
            commands::open_external,
            commands::pick_model_file,
            commands::pick_folder,
            commands::pick_path,
            commands::window_ready
        ])
        .menu(menu::build)
        .on_menu_event(|app, event| menu::chosen(app, event.id().as_ref()))
        .setup(|app| {
            let app = app.handle();
            opening::begin(app);
            ending::watch_signals(app);
            window::open(app)?;
            tray::build(app);
            opening::follow(app);
            rendering::watch(app);
            Ok(())
        })
        .build(tauri::generate_context!());
    let app = match built {
        Ok(app) => app,
        Err(error) => {
            tracing::error!(%error, "the window can't be opened; `webplus serve` shows Web+ in a browser instead");
            return ExitCode::FAILURE;
        }
    };
    app.run(|app, event| match event {
        RunEvent::ExitRequested { api, code, .. } if !ending::may_exit(app, code) => api.prevent_exit(),
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        _ => {}
    });
    ExitCode::SUCCESS
}

/// Whether a window can be opened on the display. Asked here, because the window's own loop ends the program with a panic.
#[cfg(target_os = "linux")]
fn display_answers() -> bool {
    gtk::init().is_ok()
}

#[cfg(not(target_os = "linux"))]
fn display_answers() -> bool {
    true
}
