//! What a tray needs on Linux: a library to show it with and a desktop that shows it. Elsewhere both are always there.

/// Whether the library that draws the tray can be loaded.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "loading a library runs its initialisers")]
pub(super) fn library_is_there() -> bool {
    // The names that the tray's own loader tries, in its order; it ends the program when none is found.
    let names = [
        "libayatana-appindicator3.so.1",
        "libappindicator3.so.1",
        "libayatana-appindicator3.so",
        "libappindicator3.so",
    ];
    names.iter().any(|name| {
        // SAFETY: these are the system's own libraries, which the tray loads by the same names a moment later; their
        // initialisers register types and touch nothing of ours.
        unsafe { libloading::Library::new(name) }.is_ok_and(|library| {
            // Kept: the types that it registered can't be taken back.
            std::mem::forget(library);
            true
        })
    })
}

/// Whether a desktop shows trays at the moment.
#[cfg(target_os = "linux")]
pub(super) fn is_shown_somewhere() -> bool {
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    let asked = || -> zbus::Result<bool> {
        let bus = zbus::blocking::connection::Builder::session()?
            .method_timeout(std::time::Duration::from_secs(1))
            .build()?;
        let watcher = zbus::blocking::Proxy::new(&bus, WATCHER, "/StatusNotifierWatcher", WATCHER)?;
        watcher.get_property("IsStatusNotifierHostRegistered")
    };
    asked().unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn library_is_there() -> bool {
    true
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_shown_somewhere() -> bool {
    true
}
