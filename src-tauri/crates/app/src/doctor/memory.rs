//! Memory, as the system tells it.

use engine::Hardware;

use super::{
    check::{Finding, gib},
    timed::blocking,
};

/// Less than this is little, in bytes.
const LITTLE: u64 = 1 << 30;

pub(super) async fn memory() -> Finding {
    blocking(|| {
        let hardware = Hardware::measure();
        judged(hardware.available_memory, hardware.total_memory)
    })
    .await
}

fn judged(available: u64, total: u64) -> Finding {
    let message = format!("{} of {} of memory are free.", gib(available), gib(total));
    if available < LITTLE {
        return Finding::warn(message, "Close other programs before loading a model.");
    }
    Finding::fine(message)
}

#[cfg(test)]
mod tests {
    use super::{super::CheckStatus, *};

    #[test]
    fn little_memory_is_told_with_the_numbers() {
        assert_eq!(judged(LITTLE, 8 << 30).status, CheckStatus::Ok);
        let little = judged(512 << 20, 8 << 30);
        assert_eq!(little.status, CheckStatus::Warn);
        assert!(little.message.contains("0.5 GiB of 8.0 GiB"), "{}", little.message);
    }
}
