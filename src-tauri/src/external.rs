//! Opening an address outside of Web+: the one place that does, and only for what people follow links to.

use app::Error;
use domain::ErrorCode;
use url::Url;

/// Opens it with the system's browser or mail program.
pub(crate) fn open(address: &str) -> Result<(), Error> {
    let url = allowed(address).ok_or_else(|| {
        Error::invalid("Only web and mail addresses are opened from here (https, http, mailto).")
    })?;
    tauri_plugin_opener::open_url(url.as_str(), None::<&str>).map_err(|error| {
        Error::new(
            ErrorCode::Internal,
            "The system has no program to open this address with. Copy it and open it yourself.",
        )
        .caused_by(error)
    })
}

/// The address as it is opened: parsed and written anew, so that the system sees what was checked.
fn allowed(address: &str) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    match url.scheme() {
        "http" | "https" => url.has_host().then_some(url),
        "mailto" => Some(url),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_and_mail_addresses_are_opened() {
        for good in [
            "https://example.org/a?b=c",
            "http://127.0.0.1:1/",
            "mailto:a@example.org",
            " https://example.org",
        ] {
            assert!(allowed(good).is_some(), "{good}");
        }
        for bad in [
            "file:///etc/passwd",
            "smb://host/share",
            "nfs://host/a",
            "javascript:alert(1)",
            "data:text/html,x",
            "ssh://a",
            "/etc/passwd",
            "-x",
            "",
            "tauri://localhost",
            "https:",
        ] {
            assert!(allowed(bad).is_none(), "{bad}");
        }
    }
}
