//! The program that runs, and the processor under it.

use std::future::{Ready, ready};

use super::{check::Finding, timed::blocking};

/// Web+ itself.
pub(super) async fn binary() -> Finding {
    blocking(|| {
        let version = env!("CARGO_PKG_VERSION");
        match std::env::current_exe() {
            Ok(program) if program.is_file() => {
                Finding::fine(format!("Web+ {version} runs from {}.", program.display()))
            }
            Ok(_) => Finding::warn(
                format!("Web+ {version} runs, but its program was replaced or removed meanwhile."),
                "Close Web+ and open it again.",
            ),
            Err(_) => Finding::fine(format!("Web+ {version} runs.")),
        }
    })
    .await
}

/// Whether the processor has what the built-in engine was compiled for.
pub(super) fn processor() -> Ready<Finding> {
    ready(judged(&missing_features()))
}

fn judged(missing: &[&str]) -> Finding {
    if missing.is_empty() {
        return Finding::fine("The processor has all that the built-in engine needs.");
    }
    Finding::fail(
        format!("The processor lacks {}, which the built-in engine needs.", missing.join(", ")),
        "Use Ollama, which runs on older processors, or a model in the cloud.",
    )
}

#[cfg(target_arch = "x86_64")]
fn missing_features() -> Vec<&'static str> {
    [
        ("SSE4.2", is_x86_feature_detected!("sse4.2")),
        ("AVX", is_x86_feature_detected!("avx")),
        ("AVX2", is_x86_feature_detected!("avx2")),
        ("BMI2", is_x86_feature_detected!("bmi2")),
        ("FMA", is_x86_feature_detected!("fma")),
        ("F16C", is_x86_feature_detected!("f16c")),
    ]
    .into_iter()
    .filter_map(|(name, there)| (!there).then_some(name))
    .collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn missing_features() -> Vec<&'static str> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::{super::CheckStatus, *};

    #[test]
    fn a_processor_that_lacks_something_is_told_what() {
        let finding = judged(&["AVX2", "F16C"]);
        assert_eq!(finding.status, CheckStatus::Fail);
        assert!(finding.message.contains("AVX2, F16C"), "{}", finding.message);
        assert_eq!(judged(&[]).status, CheckStatus::Ok);
    }
}
