//! A desktop that shows trays, for the journeys: it owns the name that a tray looks for, reads the tray's menu as a panel
//! would, and clicks its entries. Each line on stdin is `menu` (answered with the entries as a JSON list on stdout) or
//! `click WORDS`; the end of stdin ends it. Deliberately not part of the application.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a tool of the tests")]
#![allow(
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "an interface has the shape that the bus gives it"
)]

#[cfg(target_os = "linux")]
fn main() {
    linux::run();
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        collections::HashMap,
        io::BufRead as _,
        sync::{Arc, Mutex},
    };

    use serde_json::json;
    use zbus::{
        blocking::{Connection, Proxy, connection::Builder},
        interface,
        message::Header,
        zvariant::{OwnedValue, Structure, Value},
    };

    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const ITEM: &str = "org.kde.StatusNotifierItem";
    const MENU: &str = "com.canonical.dbusmenu";

    /// An entry as the bus gives it: its number, its properties, its children.
    type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
    type Items = Arc<Mutex<Vec<(String, String)>>>;

    struct Watcher(Items);

    #[interface(name = "org.kde.StatusNotifierWatcher")]
    impl Watcher {
        /// A tray says that it is there: by its path, or by its name on the bus.
        fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
            let sender = header.sender().map(ToString::to_string).unwrap_or_default();
            let item = if service.starts_with('/') {
                (sender, service.to_owned())
            } else {
                (service.to_owned(), "/StatusNotifierItem".to_owned())
            };
            self.0.lock().unwrap().push(item);
        }

        fn register_status_notifier_host(&self, _service: &str) {}

        #[zbus(property)]
        fn is_status_notifier_host_registered(&self) -> bool {
            true
        }

        #[zbus(property)]
        fn protocol_version(&self) -> i32 {
            0
        }

        #[zbus(property)]
        fn registered_status_notifier_items(&self) -> Vec<String> {
            self.0.lock().unwrap().iter().map(|(name, path)| format!("{name}{path}")).collect()
        }
    }

    pub(crate) fn run() {
        let items = Items::default();
        let bus = Builder::session()
            .unwrap()
            .name(WATCHER)
            .unwrap()
            .serve_at("/StatusNotifierWatcher", Watcher(Arc::clone(&items)))
            .unwrap()
            .build()
            .unwrap();
        println!("{}", json!("ready"));
        for line in std::io::stdin().lock().lines() {
            let line = line.unwrap();
            let newest = items.lock().unwrap().last().cloned();
            let answer = match newest {
                None => json!(null),
                Some(item) => match line.strip_prefix("click ") {
                    Some(words) => json!(click(&bus, &item, words)),
                    None => json!(
                        entries(&bus, &item)
                            .into_iter()
                            .map(|(_, words, enabled)| (words, enabled))
                            .collect::<Vec<_>>()
                    ),
                },
            };
            println!("{answer}");
        }
    }

    fn menu(bus: &Connection, (name, path): &(String, String)) -> Option<Proxy<'static>> {
        let item = Proxy::new(bus, name.clone(), path.clone(), ITEM).ok()?;
        let menu: zbus::zvariant::OwnedObjectPath = item.get_property("Menu").ok()?;
        Proxy::new(bus, name.clone(), menu, MENU).ok()
    }

    /// The entries with words: their number, words, and whether they can be clicked.
    fn entries(bus: &Connection, item: &(String, String)) -> Vec<(i32, String, bool)> {
        let Some(menu) = menu(bus, item) else { return Vec::new() };
        let none: Vec<&str> = Vec::new();
        let answer: zbus::Result<(u32, Node)> = menu.call("GetLayout", &(0, -1, none));
        let Ok((_, (_, _, children))) = answer else { return Vec::new() };
        children.iter().filter_map(entry).collect()
    }

    fn entry(child: &OwnedValue) -> Option<(i32, String, bool)> {
        let structure: &Structure<'_> = child.downcast_ref().ok()?;
        let [Value::I32(id), Value::Dict(properties), ..] = structure.fields() else { return None };
        let words: String = properties.get::<_, String>(&"label").ok()??;
        let enabled = properties.get::<_, bool>(&"enabled").ok().flatten().unwrap_or(true);
        // An underscore marks the letter for the keyboard; a doubled one is itself.
        Some((*id, words.replace("__", "\u{0}").replace('_', "").replace('\u{0}', "_"), enabled))
    }

    fn click(bus: &Connection, item: &(String, String), words: &str) -> bool {
        let found = entries(bus, item).into_iter().find(|(_, name, enabled)| name == words && *enabled);
        let (Some((id, ..)), Some(menu)) = (found, menu(bus, item)) else { return false };
        menu.call_method("Event", &(id, "clicked", Value::from(0), 0_u32)).is_ok()
    }
}
