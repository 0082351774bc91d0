//! The port that an Ollama has where nobody chose another: free, an Ollama's, or somebody else's, and then whose.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use engine::ollama::{
    Mode, OllamaSettings, OllamaState, Ownership, PortHolder,
    address::{self, USUAL_PORT},
    identity::{Trust, listener},
};
use serde_json::json;
use tokio::{net::TcpStream, time::timeout};

use super::{check::Finding, patient::Patient};

/// How long a program on this computer may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who has the port.
enum Holder {
    /// An Ollama of this version.
    Ollama(String),
    /// Something else, or something that says nothing.
    Other,
}

pub(super) async fn port(patient: Arc<Patient>) -> Finding {
    let settings = patient.ollama_settings().await;
    let port = settings.port.unwrap_or(USUAL_PORT);
    let connected = timeout(PATIENCE, TcpStream::connect((Ipv4Addr::LOCALHOST, port))).await;
    // A listener whose queue is full answers nothing at all, and holds the port all the same.
    if matches!(connected, Ok(Err(_))) {
        return Finding::fine(format!("Port {port} is free."));
    }
    drop(connected);
    let base = format!("http://127.0.0.1:{port}");
    let asked = base.clone();
    let known = tokio::task::spawn_blocking(move || listener(&asked));
    let (known, holder) = tokio::join!(known, who(&patient, &base));
    let (trust, whose) = known.unwrap_or((Trust::Unknown, PortHolder::default()));
    let state = patient.app.as_ref().map(|app| app.ollama.state());
    if let Some(OllamaState::Ready { ownership: Ownership::Owned, address, .. }) = &state
        && address::port(address) == Some(port)
    {
        return Finding::fine(format!("Port {port} has the Ollama that Web+ started."));
    }
    judged(port, &holder, trust, &whose, &settings, matches!(state, Some(OllamaState::Unsure { .. })))
}

async fn who(patient: &Patient, base: &str) -> Holder {
    let Ok(http) = &patient.http else { return Holder::Other };
    let Ok(client) = llm::Ollama::new(http.clone(), base) else { return Holder::Other };
    match timeout(PATIENCE, client.identify()).await {
        Ok(Ok(version)) => Holder::Ollama(version),
        _ => Holder::Other,
    }
}

fn judged(
    port: u16,
    holder: &Holder,
    trust: Trust,
    whose: &PortHolder,
    settings: &OllamaSettings,
    unsure: bool,
) -> Finding {
    let named = named(whose);
    match holder {
        Holder::Ollama(version) if trust != Trust::Foreign => {
            Finding::fine(format!("Port {port} is held by Ollama {version}: {named}."))
        }
        Holder::Ollama(version) => {
            let finding = Finding::warn(
                format!("Port {port} is held by Ollama {version}, which belongs to somebody else: {named}."),
                "Nothing is sent to it unless you say that it may be used.",
            );
            if unsure { finding.button("Use it", "ollama/trust", json!({})) } else { finding }
        }
        Holder::Other => {
            let message = format!("Port {port} is held by {named}, and that is no Ollama that answers.");
            // Only who wants an Ollama of our own at just this port can't have it.
            if settings.port == Some(port) && matches!(settings.mode, Mode::Auto | Mode::Own) {
                let free = OllamaSettings { port: None, ..settings.clone() };
                return Finding::fail(message, "End that program, or let Web+ choose a free port.").button(
                    "Choose a free port",
                    "ollama/configure",
                    json!(free),
                );
            }
            Finding::warn(
                message,
                "Web+ starts an Ollama of its own at a free port. End that program if another Ollama is to use this one.",
            )
        }
    }
}

/// Whose it is: process and program where they can be read, else the user and the service that it likely is.
fn named(whose: &PortHolder) -> String {
    let user = whose.user.as_ref().map(|user| format!("user {user}"));
    let process = whose.pid.map(|pid| format!("process {pid}"));
    let service = whose.service.as_ref().map(|service| format!("service {service}"));
    let more: Vec<String> = [process, service, user].into_iter().flatten().collect();
    match (&whose.program, more.is_empty()) {
        (Some(program), true) => program.clone(),
        (Some(program), false) => format!("{program} ({})", more.join(", ")),
        (None, true) => "a program that the system doesn’t name".to_owned(),
        (None, false) => format!("a program that can’t be read ({})", more.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::CheckStatus, *};

    fn of(holder: &Holder, trust: Trust, whose: &PortHolder, settings: &OllamaSettings) -> Finding {
        judged(11_434, holder, trust, whose, settings, true)
    }

    #[test]
    fn the_holder_is_named_as_far_as_it_is_known() {
        let whose = PortHolder {
            pid: Some(12),
            program: Some("/usr/bin/python3".into()),
            user: Some("ann".into()),
            service: None,
        };
        assert_eq!(named(&whose), "/usr/bin/python3 (process 12, user ann)");
        let service = PortHolder {
            user: Some("ollama".into()),
            service: Some("ollama.service".into()),
            ..PortHolder::default()
        };
        assert_eq!(named(&service), "a program that can’t be read (service ollama.service, user ollama)");
        assert!(named(&PortHolder::default()).contains("doesn’t name"));
    }

    #[test]
    fn another_program_is_a_failure_only_where_just_this_port_is_wanted() {
        let (nobody, usual) = (PortHolder::default(), OllamaSettings::default());
        assert_eq!(of(&Holder::Other, Trust::Known, &nobody, &usual).status, CheckStatus::Warn);
        let wanted = OllamaSettings { port: Some(11_434), ..usual.clone() };
        let held = of(&Holder::Other, Trust::Known, &nobody, &wanted);
        assert_eq!(held.status, CheckStatus::Fail);
        assert_eq!(held.fix.unwrap().params["port"], serde_json::Value::Null);
        let ours = of(&Holder::Ollama("0.33.0".into()), Trust::Known, &nobody, &usual);
        assert_eq!(ours.status, CheckStatus::Ok);
        let foreign = of(&Holder::Ollama("0.33.0".into()), Trust::Foreign, &nobody, &usual);
        assert!(foreign.status == CheckStatus::Warn && foreign.fix.unwrap().method == "ollama/trust");
    }
}
