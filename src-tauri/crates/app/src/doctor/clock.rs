//! Whether the clock can be: neither before this program was made nor behind what it has written. No time server is asked.

use std::{fs, path::Path, sync::Arc};

use domain::Timestamp;

use super::{check::Finding, patient::Patient, timed::blocking};

/// 2026-01-01: this program was made later. In milliseconds since 1970.
const EARLIEST: i64 = 1_767_225_600_000;
/// So far ahead of the clock files may be, in milliseconds.
const SLACK: i64 = 10 * 60 * 1000;
const ADVICE: &str = "Set this computer’s date and time: with a wrong one no secure connection can be made.";

pub(super) async fn clock(patient: Arc<Patient>) -> Finding {
    let now = patient.options.clock.now().millis();
    let backed_up = patient.records().await.and_then(|records| records.backed_up).map(Timestamp::millis);
    let data = patient.options.data_dir.clone();
    blocking(move || judged(now, backed_up.into_iter().chain(written(&data)).max())).await
}

/// When the database was last written, in milliseconds since 1970.
fn written(data: &Path) -> Option<i64> {
    let times = ["webplus.db", "webplus.db-wal"].map(|name| {
        let time = fs::metadata(data.join(name)).ok()?.modified().ok()?;
        i64::try_from(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis()).ok()
    });
    times.into_iter().flatten().max()
}

fn judged(now: i64, newest: Option<i64>) -> Finding {
    if now < EARLIEST {
        return Finding::fail(
            "This computer’s clock shows a time before this version of Web+ was made.",
            ADVICE,
        );
    }
    if newest.is_some_and(|newest| newest > now + SLACK) {
        return Finding::warn("This computer’s clock is behind the files that Web+ has written.", ADVICE);
    }
    Finding::fine("This computer’s clock can be right.")
}

#[cfg(test)]
mod tests {
    use super::{super::CheckStatus, *};

    #[test]
    fn a_clock_in_the_past_is_seen() {
        assert_eq!(judged(0, None).status, CheckStatus::Fail);
        assert_eq!(judged(EARLIEST, Some(EARLIEST)).status, CheckStatus::Ok);
        assert_eq!(judged(EARLIEST, Some(EARLIEST + 2 * SLACK)).status, CheckStatus::Warn);
    }
}
