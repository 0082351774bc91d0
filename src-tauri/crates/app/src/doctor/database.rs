//! The database: whether it is whole, of which version, how large, and how old its last backup is.

use std::sync::Arc;

use store::Finding as Found;

use super::{
    check::{CheckStatus, Finding, decimal},
    patient::Patient,
    records::Records,
};

const HOUR: i64 = 60 * 60 * 1000;

pub(super) async fn database(patient: Arc<Patient>) -> Finding {
    // What a running application found at its start goes before: it knows more, and its sentence says what to do.
    if let Some(app) = &patient.app
        && let Some(sentence) = app.database_notice()
    {
        let status = if app.condition().is_writable() { CheckStatus::Warn } else { CheckStatus::Fail };
        return Finding::told(status, sentence);
    }
    let Some(records) = patient.records().await else {
        return Finding::warn(
            "The database could not be read in time.",
            "Look again; if it stays so, check the disk that the data folder is on.",
        );
    };
    let now = patient.options.clock.now().millis();
    let age = records.backed_up.map(|taken| now - taken.millis());
    judged(&records, age, &patient.options.data_dir.display().to_string())
}

/// `age` is that of the newest backup, in milliseconds.
fn judged(records: &Records, age: Option<i64>, folder: &str) -> Finding {
    if let (Found::Whole, Some(notice)) = (&records.finding, &records.notice) {
        return Finding::told(CheckStatus::Warn, notice.clone());
    }
    match &records.finding {
        Found::Absent => Finding::fine("There is no database yet. Web+ makes one when it starts."),
        Found::Whole => Finding::fine(format!(
            "The database is whole: {}, version {}, {}.",
            decimal(records.bytes),
            records.version,
            age.map_or_else(|| "not backed up yet".to_owned(), |age| format!("backed up {}", ago(age)))
        )),
        Found::Unfinished => Finding::warn(
            "The database was not closed, so it can’t be looked into from outside.",
            "Start Web+: it puts that right by itself.",
        ),
        Found::Damaged if age.is_some() => Finding::fail(
            "The database is damaged.",
            "Start Web+ again: the newest backup takes its place, and the damaged file is kept.",
        ),
        Found::Damaged => Finding::fail(
            format!("The database in {folder} is damaged, and there is no backup of it."),
            "Copy the data folder to a safe place first; then start Web+, which shows what can still be read.",
        ),
        Found::Newer { found, known } => Finding::fail(
            format!(
                "The database was written by a newer version of Web+ (schema {found}; this one knows {known})."
            ),
            "Update Web+, or choose another data folder with WEBPLUS_DATA_DIR.",
        ),
        Found::Unreadable(error) => {
            Finding::told(CheckStatus::Fail, format!("The database in {folder} can’t be read. {error}"))
        }
    }
}

/// How long ago, as people say it.
fn ago(millis: i64) -> String {
    match millis / HOUR {
        ..0 => "at a time that lies ahead of the clock".to_owned(),
        0 => "less than an hour ago".to_owned(),
        1 => "an hour ago".to_owned(),
        hours @ 2..48 => format!("{hours} hours ago"),
        hours => format!("{} days ago", hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use engine::ollama::OllamaSettings;

    use super::*;
    use crate::settings::Settings;

    fn records(finding: Found) -> Records {
        Records {
            finding,
            bytes: 1_250_000,
            version: 2,
            backed_up: None,
            notice: None,
            counts: None,
            providers: Vec::new(),
            settings: Settings::default(),
            ollama: OllamaSettings::default(),
            folder: None,
        }
    }

    #[test]
    fn each_condition_has_its_sentence() {
        let told = |finding, age| judged(&records(finding), age, "/data");
        assert_eq!(
            told(Found::Whole, Some(3 * HOUR)).message,
            "The database is whole: 1.2 MB, version 2, backed up 3 hours ago."
        );
        assert!(told(Found::Whole, None).message.contains("not backed up yet"));
        for (finding, age, status, words) in [
            (Found::Absent, None, CheckStatus::Ok, "no database yet"),
            (Found::Unfinished, None, CheckStatus::Warn, "not closed"),
            (Found::Damaged, Some(1), CheckStatus::Fail, "is damaged"),
            (Found::Damaged, None, CheckStatus::Fail, "no backup"),
            (Found::Newer { found: 9, known: 2 }, None, CheckStatus::Fail, "newer version"),
            (Found::Unreadable(store::Error::ReadOnly), None, CheckStatus::Fail, "can’t be read"),
        ] {
            let judged = told(finding, age);
            assert!(judged.status == status && judged.message.contains(words), "{judged:?}");
        }
    }
}
