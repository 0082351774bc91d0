//! Whether a model fits: what this computer has free, what the weights and the context surely need. Only what is certain is
//! refused; an estimate that may be too high would refuse models that run.

use domain::ErrorCode;
use llama_cpp_2::model::LlamaModel;

use crate::failure::Failure;

const MIB: u64 = 1024 * 1024;

/// Free memory in bytes, what the system can free at once included and a container's limit respected; `None` where it
/// can't be told. Asked before the process confines itself.
pub(crate) fn available() -> Option<u64> {
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    let free = system.available_memory();
    let limited = system.cgroup_limits().map_or(free, |limits| limits.free_memory.min(free));
    (limited > 0).then_some(limited)
}

/// Refuses weights that don't fit, before they are read.
pub(crate) fn check_weights(file_bytes: u64, available: Option<u64>) -> Result<(), Failure> {
    match available {
        Some(free) if file_bytes > free => Err(Failure::new(
            ErrorCode::OutOfMemory,
            format!(
                "The model needs {} MiB of memory, and {} MiB are free. Close other programs or choose a smaller model.",
                file_bytes / MIB,
                free / MIB
            ),
        )),
        _ => Ok(()),
    }
}

/// Refuses a context that doesn't fit beside the weights.
pub(crate) fn check_context(
    model: &LlamaModel,
    context: u32,
    weights: u64,
    available: Option<u64>,
) -> Result<(), Failure> {
    let (Some(free), Some(cache)) = (available, cache_bytes(model, context)) else { return Ok(()) };
    if weights.saturating_add(cache) <= free {
        return Ok(());
    }
    Err(Failure::new(
        ErrorCode::OutOfMemory,
        format!(
            "A context of {context} tokens needs {} MiB beside the model's {} MiB, and {} MiB are free. Choose a smaller context.",
            cache / MIB,
            weights / MIB,
            free / MIB
        ),
    ))
}

/// The least that the key-value cache takes, in bytes; `None` for kinds of models whose cache follows other rules.
fn cache_bytes(model: &LlamaModel, context: u32) -> Option<u64> {
    let own = |key: &str| {
        let architecture = model.meta_val_str("general.architecture").ok()?;
        model.meta_val_str(&format!("{architecture}.{key}")).ok()?.parse::<u64>().ok()
    };
    if model.is_recurrent()
        || model.is_hybrid()
        || own("attention.kv_lora_rank").is_some()
        || model.n_head() == 0
    {
        return None;
    }
    let per_head = u64::try_from(model.n_embd()).ok()? / u64::from(model.n_head());
    let keys = own("attention.key_length").unwrap_or(per_head);
    let values = own("attention.value_length").unwrap_or(per_head);
    // Which layers slide isn't told by every file: counting all of them as sliding gives the least.
    let cells = match own("attention.sliding_window") {
        Some(window) if window > 0 => u64::from(context).min(window),
        _ => u64::from(context),
    };
    let half_precision = 2;
    cells
        .checked_mul(u64::from(model.n_layer()))?
        .checked_mul(u64::from(model.n_head_kv()))?
        .checked_mul(keys.checked_add(values)?)?
        .checked_mul(half_precision)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn weights_larger_than_the_free_memory_are_refused_with_both_numbers() {
        let failure = check_weights(900 * MIB, Some(300 * MIB)).unwrap_err();
        assert_eq!(failure.code, ErrorCode::OutOfMemory);
        assert!(
            failure.message.contains("900 MiB") && failure.message.contains("300 MiB"),
            "{}",
            failure.message
        );
        check_weights(900 * MIB, Some(901 * MIB)).unwrap();
        check_weights(900 * MIB, None).unwrap();
    }
}
