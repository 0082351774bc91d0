//! Vendors and well-known models as rows: addresses, limits, prices at a date, what each can do. Facts only, in
//! `catalog.json`; an unknown price stays absent and is never taken for nothing.

use std::sync::LazyLock;

use domain::{Capability, Price, ProviderKind};
use serde::Deserialize;

use crate::Extend;

/// A vendor, or a kind of local server, that can be added by its row.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Vendor {
    /// What its models' names begin with unless the person chooses otherwise.
    pub slug: String,
    /// What the person sees.
    pub name: String,
    /// Where it is, without a trailing slash.
    pub base_url: String,
    /// Where a key is made; absent where none is needed.
    #[serde(default)]
    pub key_url: Option<String>,
    /// Which protocol it speaks.
    #[serde(default = "compatible")]
    pub kind: ProviderKind,
    /// How it goes on with a partial answer.
    #[serde(default)]
    pub extend: Extend,
    /// Whether it takes `stream_options`.
    #[serde(default = "yes")]
    pub stream_options: bool,
}

/// What the catalogue knows about a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KnownModel {
    /// The slug of the vendor that serves it.
    pub provider: String,
    /// Its name there, without a date.
    pub name: String,
    /// The longest prompt, in tokens.
    pub context: u32,
    /// The most tokens in an answer.
    pub output: u32,
    price: Amounts,
    #[serde(default)]
    above: Option<Above>,
    flags: Vec<Flag>,
}

/// Prices in nano-USD per million tokens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Amounts {
    input: i64,
    output: i64,
    #[serde(default)]
    cache_read: Option<i64>,
    #[serde(default)]
    cache_write: Option<i64>,
}

/// Prices of prompts longer than so many tokens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Above {
    tokens: u64,
    price: Amounts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Flag {
    Vision,
    Tools,
    JsonSchema,
    Reasoning,
    ResponsesOnly,
    EffortNone,
    EffortMinimal,
    ThinkingAdaptive,
    ThinkingBudget,
    ThinkingAlways,
    Sampling,
    Prefill,
}

#[derive(Debug, Deserialize)]
struct Catalog {
    as_of: String,
    source: String,
    vendors: Vec<Vendor>,
    models: Vec<KnownModel>,
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    serde_json::from_str(include_str!("catalog.json")).unwrap_or_else(|error| {
        // A test reads the file, so this is for a build that nobody tested.
        tracing::error!(%error, "the catalogue can't be read");
        Catalog { as_of: String::new(), source: String::new(), vendors: Vec::new(), models: Vec::new() }
    })
});

/// The vendors, in the order in which they are offered.
pub fn vendors() -> &'static [Vendor] {
    &CATALOG.vendors
}

/// The date of the prices (YYYY-MM-DD), and where they come from.
pub fn provenance() -> (&'static str, &'static str) {
    (&CATALOG.as_of, &CATALOG.source)
}

/// What is known about a model. A row is for its name, and for the same name with a date or "-latest" behind it; never for
/// a longer name, whose price may be another.
pub fn known(provider: &str, model: &str) -> Option<&'static KnownModel> {
    let rows = || CATALOG.models.iter().filter(|row| row.provider == provider);
    rows().find(|row| row.name == model).or_else(|| {
        rows().find(|row| {
            model
                .strip_prefix(row.name.as_str())
                .and_then(|rest| rest.strip_prefix('-'))
                .is_some_and(is_version)
        })
    })
}

/// The price of a call with that many prompt tokens; absent where unknown.
pub fn price(provider: &str, model: &str, prompt_tokens: u64) -> Option<Price> {
    let row = known(provider, model)?;
    let above = row.above.as_ref().filter(|above| prompt_tokens > above.tokens);
    let (amounts, suffix) =
        above.map_or((&row.price, String::new()), |above| (&above.price, format!(">{}", above.tokens)));
    Some(Price {
        id: format!("{}/{}{suffix}@{}", row.provider, row.name, CATALOG.as_of),
        input: amounts.input,
        output: amounts.output,
        cache_read: amounts.cache_read,
        cache_write: amounts.cache_write,
    })
}

/// Whether OpenAI serves a model by /responses only.
pub fn needs_responses(model: &str) -> bool {
    match known("openai", model) {
        Some(row) => row.has(Flag::ResponsesOnly),
        // Newer ones of the same kinds.
        None => ["-pro", "-codex", "codex-", "deep-research"].iter().any(|part| model.contains(part)),
    }
}

/// The word for the least reasoning that an OpenAI model can do; absent where it always reasons.
pub(crate) fn least_effort(model: &str) -> Option<&'static str> {
    let row = known("openai", model)?;
    if row.has(Flag::EffortNone) { Some("none") } else { row.has(Flag::EffortMinimal).then_some("minimal") }
}

impl KnownModel {
    fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    /// What it can do.
    pub fn capabilities(&self) -> Vec<Capability> {
        let pairs = [
            (Flag::Vision, Capability::Vision),
            (Flag::Tools, Capability::Tools),
            (Flag::Reasoning, Capability::Reasoning),
            (Flag::JsonSchema, Capability::JsonSchema),
        ];
        let more = pairs.iter().filter(|(flag, _)| self.has(*flag)).map(|(_, capability)| *capability);
        std::iter::once(Capability::Chat).chain(more).collect()
    }

    /// Whether temperature and the like may be set.
    pub fn sampling(&self) -> bool {
        self.has(Flag::Sampling)
    }

    /// Whether it reasons.
    pub fn reasons(&self) -> bool {
        self.has(Flag::Reasoning)
    }

    /// Whether answers can be made to follow a schema.
    pub fn json_schema(&self) -> bool {
        self.has(Flag::JsonSchema)
    }

    /// Anthropic: how thinking is asked for.
    pub(crate) fn adaptive(&self) -> bool {
        self.has(Flag::ThinkingAdaptive)
    }

    /// Anthropic: whether it can't be kept from thinking.
    pub(crate) fn always_thinks(&self) -> bool {
        self.has(Flag::ThinkingAlways)
    }

    /// Anthropic: whether it goes on with a trailing assistant message.
    pub(crate) fn prefill(&self) -> bool {
        self.has(Flag::Prefill)
    }
}

/// "2025-08-07", "20250929", "latest", "0613".
fn is_version(text: &str) -> bool {
    text == "latest" || (text.len() >= 4 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
}

fn yes() -> bool {
    true
}

fn compatible() -> ProviderKind {
    ProviderKind::OpenaiCompatible
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_and_every_row_makes_sense() {
        assert!(vendors().len() >= 15 && !CATALOG.models.is_empty());
        assert_eq!(provenance().0.len(), 10);
        for row in &CATALOG.models {
            let price = price(&row.provider, &row.name, 1).unwrap();
            assert!(price.input > 0 && price.output >= price.input, "{}", row.name);
            assert!(row.context >= 4_096 && row.output <= row.context.max(272_000), "{}", row.name);
        }
        for vendor in vendors() {
            assert!(
                vendor.base_url.starts_with("http") && !vendor.base_url.ends_with('/'),
                "{}",
                vendor.slug
            );
        }
    }

    #[test]
    fn a_row_is_never_taken_for_a_longer_name() {
        let name = |model| known("openai", model).map(|row| row.name.as_str());
        assert_eq!(name("gpt-4o"), Some("gpt-4o"));
        assert_eq!(name("gpt-4o-2024-08-06"), Some("gpt-4o"));
        assert_eq!(name("gpt-4o-mini"), Some("gpt-4o-mini"));
        assert_eq!(name("gpt-4o-mini-2024-07-18"), Some("gpt-4o-mini"));
        assert_eq!(name("gpt-4o-audio-preview"), None);
        assert_eq!(name("gpt-4.1-something"), None);
        assert_eq!(price("groq", "gpt-4o", 1), None);
    }

    #[test]
    fn a_long_prompt_has_the_price_of_long_prompts() {
        let short = price("openai", "gpt-5.4", 272_000).unwrap();
        let long = price("openai", "gpt-5.4", 272_001).unwrap();
        assert_eq!((short.input, long.input), (2_500_000_000, 5_000_000_000));
        assert_ne!(short.id, long.id);
    }
}
