//! What an engine's log tells of the memory that it really took, and what follows for the next estimate of the same model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::MemoryEstimate;

/// Bytes in the unit of the log.
const MIB: f64 = 1024.0 * 1024.0;

/// Most models that are remembered; the one learned longest ago goes first.
const MOST: usize = 500;

/// The buffers of one load, in bytes, as the lines `NAME buffer size = N MiB` of llama.cpp's log give them. Repeated lines
/// are further buffers: they are summed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Buffers {
    /// Weights, wherever they lie.
    pub weights: u64,
    /// Keys and values, states.
    pub kv: u64,
    /// Probabilities.
    pub output: u64,
    /// Room to compute in.
    pub compute: u64,
}

impl Buffers {
    /// Reads them from lines of one load's log; other lines are passed over. `None` if the lines don't hold a whole load,
    /// which has at least weights and room to compute in.
    pub fn of_log<'a>(lines: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut buffers = Self::default();
        for line in lines {
            // A new load begins with its weights: what was before belongs to an earlier one.
            if line.contains("model buffer size") && buffers.compute > 0 {
                buffers = Self::default();
            }
            buffers.add(line);
        }
        (buffers.weights > 0 && buffers.compute > 0).then_some(buffers)
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.weights.saturating_add(self.kv).saturating_add(self.output).saturating_add(self.compute)
    }

    fn add(&mut self, line: &str) {
        let Some((name, rest)) = line.split_once(" buffer size =") else { return };
        let Some(bytes) = mebibytes(rest) else { return };
        let kind = match name.rsplit(' ').next() {
            Some("model") => &mut self.weights,
            Some("KV" | "RS") => &mut self.kv,
            Some("output") => &mut self.output,
            Some("compute") => &mut self.compute,
            _ => return,
        };
        *kind = kind.saturating_add(bytes);
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be between 0 and 16 TiB"
)]
fn mebibytes(text: &str) -> Option<u64> {
    let number: f64 = text.trim().strip_suffix("MiB")?.trim().parse().ok()?;
    (0.0..=16_777_216.0).contains(&number).then_some((number * MIB).round() as u64)
}

/// How far off estimates were, by model, quantisation and context. Kept as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Corrections {
    models: BTreeMap<String, Learned>,
    /// Counts what was learned, so that the oldest is known.
    learned: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Learned {
    /// By context, in tokens.
    factors: BTreeMap<u32, f64>,
    at: u64,
}

/// How far off the estimates of one model were.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Factors(
    /// By context, in tokens.
    BTreeMap<u32, f64>,
);

impl Factors {
    /// What to multiply an estimate's buffers with: 1 for a model never seen, else what was found at the nearest context.
    pub fn at(&self, context: u32) -> f64 {
        let nearest = self.0.iter().min_by_key(|(known, _)| known.abs_diff(context));
        nearest.map_or(1.0, |(_, factor)| *factor)
    }
}

impl Corrections {
    /// Takes in what a load really took. `model` is what tells it from others, its digest or path.
    #[allow(clippy::cast_precision_loss, reason = "a factor to a thousandth")]
    pub fn learn(
        &mut self,
        model: &str,
        quantization: Option<&str>,
        context: u32,
        estimate: &MemoryEstimate,
        measured: &Buffers,
    ) {
        if !estimate.known || estimate.buffers() == 0 || measured.total() == 0 {
            return;
        }
        let factor = measured.total() as f64 / estimate.buffers() as f64;
        self.put(model, quantization, context, factor.clamp(0.25, 4.0));
    }

    /// Takes in what a process took, in bytes, once it had answered. That only grows with use, so the most that was seen counts.
    #[allow(clippy::cast_precision_loss, reason = "a factor to a thousandth")]
    pub fn learn_used(
        &mut self,
        model: &str,
        quantization: Option<&str>,
        context: u32,
        estimate: &MemoryEstimate,
        used: u64,
    ) {
        let (reckoned, used) =
            (estimate.total.saturating_sub(estimate.process), used.saturating_sub(estimate.process));
        if !estimate.known || reckoned == 0 || used == 0 {
            return;
        }
        // To a hundredth: less isn't worth a write.
        let factor = (used as f64 / reckoned as f64 * 100.0).round() / 100.0;
        let known = self.models.get(&key(model, quantization)).and_then(|model| model.factors.get(&context));
        if known.is_none_or(|known| *known < factor) {
            self.put(model, quantization, context, factor.clamp(0.25, 4.0));
        }
    }

    fn put(&mut self, model: &str, quantization: Option<&str>, context: u32, factor: f64) {
        let entry = self.models.entry(key(model, quantization)).or_default();
        if entry.factors.get(&context) == Some(&factor) {
            return;
        }
        self.learned += 1;
        entry.at = self.learned;
        entry.factors.insert(context, factor);
        while self.models.len() > MOST {
            let Some(oldest) = self.models.iter().min_by_key(|(_, learned)| learned.at) else { return };
            let oldest = oldest.0.clone();
            self.models.remove(&oldest);
        }
    }

    /// What to multiply an estimate's buffers with: 1 for a model never seen, else what was found at the nearest context.
    pub fn factor(&self, model: &str, quantization: Option<&str>, context: u32) -> f64 {
        self.of(model, quantization).at(context)
    }

    /// All that is known of a model.
    pub fn of(&self, model: &str, quantization: Option<&str>) -> Factors {
        Factors(
            self.models
                .get(&key(model, quantization))
                .map(|learned| learned.factors.clone())
                .unwrap_or_default(),
        )
    }
}

fn key(model: &str, quantization: Option<&str>) -> String {
    format!("{model} {}", quantization.unwrap_or("?"))
}
