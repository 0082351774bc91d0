//! What the compiled engine needs of the CPU. llama.cpp's build is configured without `-march=native`, and then takes SSE 4.2,
//! AVX, AVX2, BMI2, FMA and F16C for granted on x86-64; on other architectures it keeps to the baseline.

/// The names of the needed features that this CPU lacks; empty when the engine may run.
#[cfg(target_arch = "x86_64")]
pub(crate) fn missing_features() -> Vec<&'static str> {
    [
        ("SSE4.2", std::arch::is_x86_feature_detected!("sse4.2")),
        ("AVX", std::arch::is_x86_feature_detected!("avx")),
        ("AVX2", std::arch::is_x86_feature_detected!("avx2")),
        ("BMI2", std::arch::is_x86_feature_detected!("bmi2")),
        ("FMA", std::arch::is_x86_feature_detected!("fma")),
        ("F16C", std::arch::is_x86_feature_detected!("f16c")),
    ]
    .into_iter()
    .filter_map(|(name, present)| (!present).then_some(name))
    .collect()
}

/// The names of the needed features that this CPU lacks; empty when the engine may run.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn missing_features() -> Vec<&'static str> {
    Vec::new()
}
