//! The menu. What the page has a shortcut for is done by the page: choosing such an entry presses those keys there, so
//! that there is one list of actions. The rest (zoom, quit) is done here.

use std::sync::Mutex;

use tauri::{
    AppHandle, Emitter as _, Manager as _, Wry,
    menu::{Menu, MenuItem, PredefinedMenuItem, Submenu},
};

use crate::{place, window};

/// The page hears what is chosen as the keys of its own list ("Mod+N").
const EVENT: &str = "menu";
const KEY: &str = "zoom";
/// In the order of their steps; 1 is the page's own size.
const ZOOMS: [f64; 9] = [0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0];

/// An entry that the page carries out: its words, its keys for the menu, its keys for the page.
type Entry = (&'static str, &'static str, &'static str);

const CHAT: &[Entry] = &[("New chat", "CmdOrCtrl+N", "Mod+N"), ("Settings", "CmdOrCtrl+,", "Mod+,")];
const FIND: &[Entry] = &[
    ("Find here", "CmdOrCtrl+F", "Mod+F"),
    ("Search everything", "CmdOrCtrl+Shift+F", "Mod+Shift+F"),
    ("Command palette", "CmdOrCtrl+K", "Mod+K"),
];
const HELP: &[Entry] = &[("Keyboard shortcuts", "CmdOrCtrl+/", "Mod+/")];

/// Makes the menu of the application.
pub(crate) fn build(app: &AppHandle) -> tauri::Result<Menu<Wry>> {
    let file = Submenu::new(app, "File", true)?;
    page_entries(app, &file, CHAT)?;
    file.append(&PredefinedMenuItem::separator(app)?)?;
    file.append(&MenuItem::with_id(app, "quit", "Quit Web+", true, Some("CmdOrCtrl+Q"))?)?;
    let find = Submenu::new(app, "Find", true)?;
    page_entries(app, &find, FIND)?;
    let view = Submenu::new(app, "View", true)?;
    for (id, words, keys) in [
        ("zoom in", "Larger", "CmdOrCtrl+="),
        ("zoom out", "Smaller", "CmdOrCtrl+-"),
        ("zoom reset", "Actual size", "CmdOrCtrl+0"),
    ] {
        view.append(&MenuItem::with_id(app, id, words, true, Some(keys))?)?;
    }
    let help = Submenu::new(app, "Help", true)?;
    page_entries(app, &help, HELP)?;
    // Elsewhere the web view has these keys by itself; on a Mac they come from the menu.
    #[cfg(target_os = "macos")]
    let edit = Submenu::with_items(
        app,
        "Edit",
        true,
        &[
            &PredefinedMenuItem::undo(app, None)?,
            &PredefinedMenuItem::redo(app, None)?,
            &PredefinedMenuItem::separator(app)?,
            &PredefinedMenuItem::cut(app, None)?,
            &PredefinedMenuItem::copy(app, None)?,
            &PredefinedMenuItem::paste(app, None)?,
            &PredefinedMenuItem::select_all(app, None)?,
        ],
    )?;
    #[cfg(target_os = "macos")]
    return Menu::with_items(app, &[&file, &edit, &find, &view, &help]);
    #[cfg(not(target_os = "macos"))]
    Menu::with_items(app, &[&file, &find, &view, &help])
}

fn page_entries(app: &AppHandle, menu: &Submenu<Wry>, entries: &[Entry]) -> tauri::Result<()> {
    for (words, keys, pressed) in entries {
        menu.append(&MenuItem::with_id(app, format!("press {pressed}"), words, true, Some(*keys))?)?;
    }
    Ok(())
}

/// Does what was chosen, in this menu or in the tray's.
pub(crate) fn chosen(app: &AppHandle, id: &str) {
    match id {
        "quit" => app.exit(0),
        "open" => window::show(app),
        "zoom in" => zoom(app, |at| at + 1),
        "zoom out" => zoom(app, |at| at.saturating_sub(1)),
        "zoom reset" => zoom(app, |_| actual_size()),
        _ => {
            if let Some(keys) = id.strip_prefix("press ")
                && let Err(error) = app.emit_to(window::LABEL, EVENT, keys)
            {
                tracing::warn!(%error, "the page could not be told what was chosen in the menu");
            }
        }
    }
}

/// The page as large as it was.
pub(crate) fn restore_zoom(app: &AppHandle) {
    if let Some(step) = place::read::<usize>(app, KEY).filter(|step| *step != actual_size()) {
        zoom(app, |_| step);
    }
}

fn zoom(app: &AppHandle, change: impl Fn(usize) -> usize) {
    // Two quick presses must not read the same step.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock();
    let step = change(place::read(app, KEY).unwrap_or_else(actual_size)).min(ZOOMS.len() - 1);
    if let (Some(window), Some(scale)) = (app.get_webview_window(window::LABEL), ZOOMS.get(step)) {
        let _ = window.set_zoom(*scale);
        place::write(app, KEY, &step);
    }
}

fn actual_size() -> usize {
    ZOOMS.iter().position(|scale| (scale - 1.0).abs() < f64::EPSILON).unwrap_or_default()
}
