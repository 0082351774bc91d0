//! Where the window was and how large: remembered among the window's own things, used again only where a monitor still is.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tauri::{AppHandle, Manager as _, PhysicalPosition, PhysicalSize, WebviewWindow, Wry};
use tauri_plugin_store::{Store, StoreBuilder};

use crate::surroundings::Surroundings;

/// The file of the window's own things, in the data folder. Nothing that would hurt to lose is in it.
pub(crate) const FILE: &str = "window.json";
const KEY: &str = "place";
/// How much of the title bar must lie on a monitor, in physical pixels.
const GRIP: i64 = 80;

/// A window's place, in physical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
    maximized: bool,
}

/// A monitor, in physical pixels.
#[derive(Debug, Clone, Copy)]
struct Area {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
}

/// Puts the window where it was.
pub(crate) fn restore(window: &WebviewWindow) {
    let Some(place) = read::<Place>(window.app_handle(), KEY) else { return };
    let monitors: Vec<Area> = window.available_monitors().unwrap_or_default().iter().map(area).collect();
    let Some(place) = fitted(place, &monitors) else { return };
    let _ = window.set_size(PhysicalSize::new(place.width, place.height));
    let _ = window.set_position(PhysicalPosition::new(place.x, place.y));
    if place.maximized {
        let _ = window.maximize();
    }
}

/// Keeps where it is now; the file is written a moment later.
pub(crate) fn remember(window: &WebviewWindow) {
    let app = window.app_handle();
    if window.is_minimized().unwrap_or(false) || !window.is_visible().unwrap_or(false) {
        return;
    }
    let maximized = window.is_maximized().unwrap_or(false);
    let before = read::<Place>(app, KEY);
    let place = match (window.outer_position(), window.inner_size(), before) {
        // Maximised, it keeps the size to return to.
        (_, _, Some(before)) if maximized => Place { maximized, ..before },
        (Ok(at), Ok(size), _) => {
            Place { x: at.x, y: at.y, width: size.width, height: size.height, maximized }
        }
        _ => return,
    };
    if before != Some(place) {
        write(app, KEY, &place);
    }
}

/// One of the window's own things.
pub(crate) fn read<T: DeserializeOwned>(app: &AppHandle, key: &str) -> Option<T> {
    serde_json::from_value(file(app)?.get(key)?).ok()
}

/// Keeps one of the window's own things.
pub(crate) fn write(app: &AppHandle, key: &str, value: &impl Serialize) {
    if let (Some(file), Ok(value)) = (file(app), serde_json::to_value(value)) {
        file.set(key, value);
    }
}

fn file(app: &AppHandle) -> Option<Arc<Store<Wry>>> {
    let folder = app.state::<Surroundings>().data_dir.clone()?;
    StoreBuilder::new(app, folder.join(FILE)).auto_save(Duration::from_millis(500)).build().ok()
}

fn area(monitor: &tauri::Monitor) -> Area {
    let (at, size) = (monitor.position(), monitor.size());
    Area { x: at.x, y: at.y, width: size.width, height: size.height }
}

/// The place, made no larger than its monitor; `None` where its title bar could not be reached any more.
fn fitted(place: Place, monitors: &[Area]) -> Option<Place> {
    let home = monitors.iter().find(|area| {
        let left = i64::from(place.x).max(i64::from(area.x));
        let right =
            (i64::from(place.x) + i64::from(place.width)).min(i64::from(area.x) + i64::from(area.width));
        let (top, bottom) = (i64::from(area.y), i64::from(area.y) + i64::from(area.height));
        right - left >= GRIP && (top..bottom - GRIP / 2).contains(&i64::from(place.y))
    })?;
    Some(Place { width: place.width.min(home.width), height: place.height.min(home.height), ..place })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Area = Area { x: 0, y: 0, width: 1920, height: 1080 };
    const LEFT: Area = Area { x: -1280, y: 200, width: 1280, height: 1024 };

    fn place(x: i32, y: i32, width: u32, height: u32) -> Place {
        Place { x, y, width, height, maximized: false }
    }

    #[test]
    fn a_place_is_used_again_where_its_title_bar_can_be_reached() {
        assert_eq!(fitted(place(100, 50, 1000, 700), &[ONE]), Some(place(100, 50, 1000, 700)));
        assert_eq!(fitted(place(-1200, 300, 900, 700), &[ONE, LEFT]), Some(place(-1200, 300, 900, 700)));
        assert_eq!(fitted(place(-1200, 300, 900, 700), &[ONE]), None, "that monitor was unplugged");
        assert_eq!(fitted(place(100, 5_000, 900, 700), &[ONE]), None);
        assert_eq!(fitted(place(100, -40, 900, 700), &[ONE]), None, "the title bar is above the screen");
        assert_eq!(fitted(place(1_900, 10, 900, 700), &[ONE]), None, "too little of it can be seen");
        assert_eq!(fitted(place(0, 0, 900, 700), &[]), None);
        assert_eq!(fitted(place(i32::MAX, i32::MIN, u32::MAX, u32::MAX), &[ONE, LEFT]), None);
    }

    #[test]
    fn a_window_is_never_larger_than_its_monitor() {
        assert_eq!(fitted(place(0, 0, 4_000, 3_000), &[ONE]), Some(place(0, 0, 1920, 1080)));
    }
}
