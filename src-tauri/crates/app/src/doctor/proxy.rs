//! The way to the network: which proxies are set, whether they can be used, what goes past them.

use std::sync::Arc;

use llm::{Http, HttpOptions, ProxyChoice, ProxyVariables};
use url::Url;

use super::{
    check::{CheckStatus, Finding},
    patient::Patient,
    timed::blocking,
};

pub(super) async fn proxy(patient: Arc<Patient>) -> Finding {
    let variables = match &patient.options.http.proxy {
        ProxyChoice::Off => return Finding::fine("No proxy is used."),
        ProxyChoice::Url(address) => ProxyVariables { all: address.clone(), ..ProxyVariables::default() },
        ProxyChoice::Variables(variables) => variables.clone(),
        ProxyChoice::System => ProxyVariables::read(|name| patient.variable(name)),
    };
    blocking(move || judged(&variables)).await
}

fn judged(variables: &ProxyVariables) -> Finding {
    let set: Vec<(&str, &String)> =
        [("HTTPS_PROXY", &variables.https), ("HTTP_PROXY", &variables.http), ("ALL_PROXY", &variables.all)]
            .into_iter()
            .filter(|(_, address)| !address.is_empty())
            .collect();
    for (name, address) in &set {
        if let Err(sentence) = usable(address) {
            return Finding::told(CheckStatus::Fail, sentence.replacen("The proxy's address", name, 1));
        }
    }
    if set.is_empty() {
        return if variables.automatic.is_empty() {
            Finding::fine("No proxy is set; connections go straight to the network.")
        } else {
            Finding::warn(
                "auto_proxy names a file for automatic configuration (PAC), which isn’t supported; connections go straight to the network.",
                "Set HTTPS_PROXY to the proxy itself, as http://host:port, and start Web+ again.",
            )
        };
    }
    let named: Vec<String> =
        set.iter().map(|(name, address)| format!("{name} is {}", shown(address))).collect();
    let message = format!("{}; {}.", named.join(", "), past(&variables.none));
    let odd: Vec<&str> = entries(&variables.none).filter(|entry| entry.contains("://")).collect();
    if odd.is_empty() {
        return Finding::fine(message);
    }
    Finding::warn(
        format!("{message} NO_PROXY holds {}, which matches nothing.", odd.join(", ")),
        "Write names and addresses there without http://, and start Web+ again.",
    )
}

fn usable(address: &str) -> Result<(), String> {
    let options = HttpOptions { proxy: ProxyChoice::Url(address.to_owned()), ..HttpOptions::default() };
    Http::new(options).map(|_| ()).map_err(|error| error.to_string())
}

/// Host and port; whatever else stands in the address may be a password.
fn shown(address: &str) -> String {
    let full = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let Ok(url) = Url::parse(&full) else { return "set".to_owned() };
    let port = url.port_or_known_default().unwrap_or(1080);
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

fn past(none: &str) -> String {
    match entries(none).count() {
        0 => "only this computer itself is reached without it".to_owned(),
        1 => "NO_PROXY lets one entry past".to_owned(),
        count => format!("NO_PROXY lets {count} entries past"),
    }
}

fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(https: &str, none: &str, automatic: &str) -> Finding {
        judged(&ProxyVariables {
            https: https.to_owned(),
            none: none.to_owned(),
            automatic: automatic.to_owned(),
            ..ProxyVariables::default()
        })
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        let finding = told("http://me:canary@proxy.example.com:3128", "a.test, 10.0.0.0/8", "");
        assert_eq!(finding.status, CheckStatus::Ok);
        assert_eq!(finding.message, "HTTPS_PROXY is proxy.example.com:3128; NO_PROXY lets 2 entries past.");
    }

    #[test]
    fn what_can_not_be_used_is_said_with_the_variable() {
        let bad = told("gopher://x", "", "");
        assert!(bad.status == CheckStatus::Fail && bad.message.starts_with("HTTPS_PROXY can't"), "{bad:?}");
        let pac = told("http://wpad/proxy.pac", "", "");
        assert!(pac.status == CheckStatus::Fail && pac.message.contains("PAC"), "{pac:?}");
        let automatic = told("", "", "http://wpad/wpad.dat");
        assert!(automatic.status == CheckStatus::Warn && automatic.message.contains("PAC"), "{automatic:?}");
        let odd = told("proxy:1", "http://a.test,b.test", "");
        assert!(odd.status == CheckStatus::Warn && odd.message.contains("http://a.test"), "{odd:?}");
        assert_eq!(told("", "", "").status, CheckStatus::Ok);
    }
}
