//! Whom this computer trusts: the system's store of certificates, and what the environment puts in its place.

use std::{path::PathBuf, sync::Arc};

use super::{
    check::{CheckStatus, Finding},
    patient::Patient,
    timed::blocking,
};

const NAME: &str = "SSL_CERT_FILE";
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

pub(super) async fn certificates(patient: Arc<Patient>) -> Finding {
    let named = patient.variable(NAME).map(PathBuf::from);
    if let Some(file) = named {
        let finding = blocking(move || in_file(file)).await;
        if finding.status != CheckStatus::Ok {
            return finding;
        }
        return store(&patient).await.unwrap_or(finding);
    }
    store(&patient)
        .await
        .unwrap_or_else(|| Finding::fine("This computer’s store of certificates can be read."))
}

/// What is wrong with the store.
async fn store(patient: &Patient) -> Option<Finding> {
    let read = match &patient.http {
        Ok(http) => http.read_certificates().await.map_err(|error| error.to_string()),
        Err(sentence) => Err(sentence.clone()),
    };
    read.err().map(|sentence| Finding::split(CheckStatus::Fail, &sentence))
}

fn in_file(file: PathBuf) -> Finding {
    let shown = file.display();
    match std::fs::read(&file) {
        Err(error) => Finding::fail(
            format!("{NAME} names {shown}, which can’t be read: {error}."),
            format!("Correct {NAME} and start Web+ again; until then no secure connection can be made."),
        ),
        Ok(bytes) => match String::from_utf8_lossy(&bytes).matches(BEGIN).count() {
            0 => Finding::fail(
                format!("{NAME} names {shown}, which holds no certificate."),
                format!("Correct {NAME} and start Web+ again; until then no secure connection can be made."),
            ),
            count => Finding::fine(format!(
                "{NAME} takes the place of this computer’s store: {count} certificate{} in {shown}.",
                if count == 1 { "" } else { "s" }
            )),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_certificates_is_judged_by_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        assert!(in_file(file.clone()).message.contains("can’t be read"));
        std::fs::write(&file, "nothing").unwrap();
        assert!(in_file(file.clone()).message.contains("no certificate"));
        std::fs::write(&file, format!("{BEGIN}\n")).unwrap();
        let told = in_file(file);
        assert!(told.status == CheckStatus::Ok && told.message.contains("1 certificate in"), "{told:?}");
    }
}
