//! The desktop's notifications, as freedesktop.org has them: a service on the session's bus. There may be no bus and no service,
//! and either may come later: each notification asks anew.

use std::{collections::HashMap, time::Duration};

use domain::RunId;
use tokio::sync::Mutex;
use zbus::{
    Connection, Proxy, connection::Builder, export::ordered_stream::OrderedStreamExt as _, zvariant::Value,
};

use super::Notice;

const SERVICE: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// How long the service may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// A click that comes later than that opens nothing.
const CLICK: Duration = Duration::from_hours(1);

/// The session's desktop.
pub(super) struct Desktop {
    /// Where the bus is; the session's own where absent.
    address: Option<String>,
    connection: Mutex<Option<Connection>>,
}

impl Desktop {
    /// Of this session.
    pub(super) fn session() -> Self {
        Self { address: None, connection: Mutex::new(None) }
    }

    /// Of a bus at that address.
    #[cfg(test)]
    pub(super) fn at(address: String) -> Self {
        Self { address: Some(address), connection: Mutex::new(None) }
    }

    async fn connection(&self) -> zbus::Result<Connection> {
        let mut kept = self.connection.lock().await;
        if let Some(connection) = kept.as_ref() {
            return Ok(connection.clone());
        }
        let builder = match &self.address {
            Some(address) => Builder::address(address.as_str())?,
            None => Builder::session()?,
        };
        let made = builder.method_timeout(PATIENCE).build().await?;
        Ok(kept.insert(made).clone())
    }

    /// Shows a notification; `open` is called with its run once it is clicked.
    pub(super) async fn show(
        &self,
        notice: &Notice,
        open: impl Fn(RunId) + Send + Sync + 'static,
    ) -> zbus::Result<()> {
        let connection = self.connection().await?;
        let shown = notify(&connection, notice).await;
        if shown.is_err() {
            // A bus that went away: the next one asks for a new connection.
            *self.connection.lock().await = None;
        }
        let (service, id) = shown?;
        let run = notice.run;
        // It ends with the notification, with a click, or with the bus.
        tauri::async_runtime::spawn(async move {
            let _late = tokio::time::timeout(CLICK, clicked(&service, id, || open(run))).await;
        });
        Ok(())
    }
}

async fn notify(connection: &Connection, notice: &Notice) -> zbus::Result<(Proxy<'static>, u32)> {
    let service = Proxy::new(connection, SERVICE, PATH, SERVICE).await?;
    let urgency: u8 = if notice.urgent { 2 } else { 1 };
    let hints: HashMap<&str, Value<'_>> = HashMap::from([
        ("urgency", Value::from(urgency)),
        ("desktop-entry", Value::from("webplus")),
        ("category", Value::from("im.received")),
    ]);
    let actions = ["default", "Open"];
    // 0: it stays; -1: as long as the desktop shows one.
    let stays: i32 = if notice.urgent { 0 } else { -1 };
    let told =
        ("Web+", 0_u32, "webplus", plain(&notice.title), markup(&notice.message), &actions[..], hints, stays);
    let id: u32 = service.call("Notify", &told).await?;
    Ok((service, id))
}

/// Waits for a click on that notification, and returns when it is gone.
async fn clicked(service: &Proxy<'_>, id: u32, open: impl Fn()) {
    let Ok(mut signals) = service.receive_all_signals().await else { return };
    while let Some(signal) = signals.next().await {
        let header = signal.header();
        let name = header.member().map(|member| member.as_str().to_owned()).unwrap_or_default();
        let body = signal.body();
        match name.as_str() {
            "ActionInvoked"
                if body.deserialize::<(u32, &str)>().is_ok_and(|told| told == (id, "default")) =>
            {
                return open();
            }
            "NotificationClosed"
                if body.deserialize::<(u32, u32)>().is_ok_and(|(closed, _)| closed == id) =>
            {
                return;
            }
            _ => {}
        }
    }
}

/// A title is never markup; line breaks would cut it off.
fn plain(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// Many desktops read a body as markup: what a model or a file wrote is shown as it is.
fn markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
