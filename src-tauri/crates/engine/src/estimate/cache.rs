//! What a context takes: keys and values of every layer that keeps them, and the states of those that have one.

use super::{
    layers::{self, Keeps, Layers, Plan},
    options::{EstimateOptions, Places},
    state,
};
use crate::gguf::GgufHeader;

/// Caches are made of so many places at once.
const STEP: u64 = 256;

/// What a context takes.
pub(super) struct Cache {
    /// In bytes; `None` where that can't be told.
    pub(super) bytes: Option<u64>,
    /// Places for the tokens of one conversation, in all kinds of caches together.
    pub(super) cells: u64,
}

pub(super) fn of(header: &GgufHeader, options: &EstimateOptions, places: &Places) -> Cache {
    let full = places.context.saturating_add(STEP - 1) / STEP * STEP;
    match layers::plan(header) {
        Plan::None => Cache { bytes: Some(0), cells: full },
        Plan::Unknown => Cache { bytes: None, cells: full },
        Plan::Layers(layers) => {
            let kept = Kept { header, options, full, window: window(&layers, full, places) };
            let has = |what: &[Keeps]| layers.keeps.iter().any(|keeps| what.contains(keeps));
            let whole = if has(&[Keeps::All, Keeps::AllAndState]) { full } else { 0 };
            let sliding = if has(&[Keeps::Window]) { kept.window } else { 0 };
            let bytes = kept.bytes(&layers).and_then(|bytes| bytes.checked_mul(places.parallel));
            Cache { bytes, cells: whole.saturating_add(sliding) }
        }
    }
}

fn window(layers: &Layers, full: u64, places: &Places) -> u64 {
    full.min(layers.window.saturating_add(places.batch)).saturating_add(STEP - 1) / STEP * STEP
}

struct Kept<'a> {
    header: &'a GgufHeader,
    options: &'a EstimateOptions,
    full: u64,
    window: u64,
}

impl Kept<'_> {
    /// Bytes of all layers for one conversation.
    fn bytes(&self, layers: &Layers) -> Option<u64> {
        (0_u32..).zip(&layers.keeps).try_fold(0_u64, |sum, (layer, keeps)| {
            let bytes = match keeps {
                Keeps::All => self.tokens(layer, self.full, false, layers.keys_only)?,
                Keeps::Window => self.tokens(layer, self.window, true, layers.keys_only)?,
                Keeps::State => state::bytes(self.header)?,
                Keeps::AllAndState => self
                    .tokens(layer, self.full, false, layers.keys_only)?
                    .checked_add(state::bytes(self.header)?)?,
                Keeps::Nothing => 0,
            };
            sum.checked_add(bytes)
        })
    }

    /// Bytes of one layer's keys and values.
    fn tokens(&self, layer: u32, cells: u64, slides: bool, keys_only: bool) -> Option<u64> {
        let header = self.header;
        let heads = header.head_count.as_ref()?;
        let kept = u64::from(header.head_count_kv.as_ref().unwrap_or(heads).at(layer));
        let each = || header.embedding_length?.checked_div(heads.largest());
        let (mut key, mut value) = (header.key_length, header.value_length);
        if slides {
            key = header.layout.sliding_key_length.or(key);
            value = header.layout.sliding_value_length.or(value);
        }
        let numbers =
            |width: Option<u32>| cells.checked_mul(kept)?.checked_mul(u64::from(width.or_else(each)?));
        let keys = self.options.kv_key.bytes(numbers(key)?)?;
        if keys_only {
            return Some(keys);
        }
        keys.checked_add(self.options.kv_value.bytes(numbers(value)?)?)
    }
}
