//! Puts the header together: magic, version, metadata, tensors.

use std::{
    collections::BTreeMap,
    io::{Read, Seek},
};

use super::{
    GgufError, GgufHeader, PerLayer,
    layout::{self, Layout},
    names,
    reader::{Reader, damaged, unsupported},
    split::GgufKind,
    tensors::{self, MAX_TENSORS},
    value::{self, Value},
};

/// The most metadata entries; real files have 20 to 100.
const MAX_ENTRIES: u64 = 16_384;

/// The longest key that may matter, in bytes.
const MAX_KEPT_KEY: u64 = 128;

/// The longest text that is looked at, in bytes; chat templates are the longest, at about 20 KiB.
const MAX_TEXT: u64 = 1024 * 1024;

/// What is kept of metadata, by key.
type Metadata = BTreeMap<String, Value>;

/// A sound file, of whatever kind.
pub(super) struct Parsed {
    version: u32,
    metadata: Metadata,
    table: tensors::Table,
}

pub(super) fn read<R: Read + Seek>(reader: &mut Reader<R>) -> Result<GgufHeader, GgufError> {
    let parsed = parse(reader)?;
    refuse_others(&parsed)?;
    parsed.describe()
}

pub(super) fn parse<R: Read + Seek>(reader: &mut Reader<R>) -> Result<Parsed, GgufError> {
    let version = version(reader)?;
    let (tensors, entries) = (reader.u64()?, reader.u64()?);
    if tensors > MAX_TENSORS || entries > MAX_ENTRIES {
        return Err(damaged("it claims to hold more than any model does"));
    }
    let metadata = metadata(reader, entries)?;
    let alignment = number(&metadata, "general.alignment").unwrap_or(32);
    if !(1..=1024 * 1024).contains(&alignment) || !alignment.is_power_of_two() {
        return Err(damaged("its alignment makes no sense"));
    }
    let table = tensors::read(reader, tensors, alignment)?;
    Ok(Parsed { version, metadata, table })
}

fn version<R: Read + Seek>(reader: &mut Reader<R>) -> Result<u32, GgufError> {
    if reader.length() < 24 || reader.bytes::<4>()? != *b"GGUF" {
        return Err(GgufError::Damaged(
            "This is not a GGUF model file, or only its name is. Choose a file ending in .gguf, or get it again.".into(),
        ));
    }
    match reader.u32()? {
        version @ (2 | 3) => Ok(version),
        1 => Err(unsupported(
            "it is in the first version of the format, which nobody writes any more; get a newer file",
        )),
        version if matches!(version.swap_bytes(), 1..=3) => {
            Err(unsupported("it was made for computers of the other byte order; get the usual file"))
        }
        version => Err(unsupported(&format!("it is in version {version} of the format; Web+ reads 2 and 3"))),
    }
}

fn metadata<R: Read + Seek>(reader: &mut Reader<R>, entries: u64) -> Result<Metadata, GgufError> {
    let mut kept = Metadata::new();
    for _ in 0..entries {
        let key = reader.key(MAX_KEPT_KEY)?;
        let kind = reader.u32()?;
        let matters = key.as_deref().is_some_and(matters);
        let value = value::read(reader, kind, if matters { MAX_TEXT } else { 0 })?;
        let Some(key) = key.filter(|_| matters) else { continue };
        // Two readers that each believe another one of two equal keys is how checks are got around.
        if kept.insert(key, value).is_some() {
            return Err(damaged("it says the same thing twice"));
        }
    }
    Ok(kept)
}

fn matters(key: &str) -> bool {
    let Some((first, rest)) = key.split_once('.') else { return false };
    match first {
        "general" => matches!(
            rest,
            "architecture"
                | "name"
                | "basename"
                | "size_label"
                | "license"
                | "file_type"
                | "alignment"
                | "type"
        ),
        "tokenizer" => matches!(rest, "chat_template" | "ggml.tokens"),
        "split" => matches!(rest, "count" | "no"),
        _ if layout::KEYS.contains(&rest) => true,
        _ => matches!(
            rest,
            "context_length"
                | "block_count"
                | "embedding_length"
                | "feed_forward_length"
                | "vocab_size"
                | "pooling_type"
                | "attention.head_count"
                | "attention.head_count_kv"
                | "attention.key_length"
                | "attention.value_length"
                | "attention.sliding_window"
                | "attention.causal"
                | "wkv.head_size"
        ),
    }
}

/// What is a GGUF file and yet not a model that can be loaded.
fn refuse_others(Parsed { metadata, table, .. }: &Parsed) -> Result<(), GgufError> {
    if number(metadata, "split.count").is_some_and(|count| count > 1) {
        return Err(unsupported(
            "it is one part of a model that was split over several files, and isn't called as such; put all of them into one folder under their first names, which end in -00001-of-00002 and so on",
        ));
    }
    match text(metadata, "general.type").as_deref() {
        None | Some("model") => {}
        Some(other) => {
            let other: String = other.chars().filter(|c| c.is_alphanumeric() || *c == '-').take(24).collect();
            return Err(unsupported(&format!(
                "it holds no model of its own (it is of type {other}); choose the model's file"
            )));
        }
    }
    if table.tensors == 0 {
        return Err(unsupported("it holds no weights, only a vocabulary; choose the model's file"));
    }
    Ok(())
}

impl Parsed {
    /// What kind of file it is.
    pub(super) fn kind(&self) -> Result<GgufKind, GgufError> {
        let part = |key: &str| number(&self.metadata, key).and_then(|number| u32::try_from(number).ok());
        if let Some(count) = part("split.count").filter(|count| *count > 1) {
            let number = part("split.no").and_then(|number| number.checked_add(1));
            let number = number.filter(|number| *number <= count);
            return Ok(GgufKind::Part(
                number.ok_or_else(|| damaged("it doesn't say which part of a model it is"))?,
                count,
            ));
        }
        let old_projector = text(&self.metadata, "general.architecture").as_deref() == Some("clip");
        match text(&self.metadata, "general.type").as_deref() {
            Some("adapter") => Ok(GgufKind::Adapter),
            Some("mmproj") => Ok(GgufKind::Projector),
            _ if old_projector => Ok(GgufKind::Projector),
            _ => refuse_others(self).map(|()| GgufKind::Model),
        }
    }

    /// Takes in another part of the same model.
    pub(super) fn add(&mut self, part: Self) -> Result<(), GgufError> {
        self.table.add(part.table)
    }

    /// What it says of itself.
    pub(super) fn describe(mut self) -> Result<GgufHeader, GgufError> {
        self.table.packings.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.kind.cmp(&b.kind)));
        describe(self.version, self.table, &self.metadata)
    }
}

fn describe(version: u32, table: tensors::Table, metadata: &Metadata) -> Result<GgufHeader, GgufError> {
    let architecture = text(metadata, "general.architecture")
        .filter(|name| !name.is_empty() && name.len() <= 64)
        .ok_or_else(|| damaged("it doesn't say of what architecture the model is"))?;
    let key = |rest: &str| format!("{architecture}.{rest}");
    let own = |rest: &str| number(metadata, &key(rest)).and_then(|value| u32::try_from(value).ok());
    let vocabulary = match metadata.get("tokenizer.ggml.tokens") {
        Some(Value::Length(length)) => u32::try_from(*length).ok(),
        Some(Value::Numbers(numbers)) => u32::try_from(numbers.len()).ok(),
        _ => own("vocab_size"),
    };
    let template = text(metadata, "tokenizer.chat_template");
    Ok(GgufHeader {
        version,
        name: label(metadata, "general.name").or_else(|| label(metadata, "general.basename")),
        size_label: label(metadata, "general.size_label").filter(|label| label.len() <= 24),
        license: label(metadata, "general.license"),
        quantization: number(metadata, "general.file_type").and_then(names::quantization).map(str::to_owned),
        parameters: table.elements,
        context_length: own("context_length"),
        block_count: own("block_count"),
        embedding_length: own("embedding_length"),
        feed_forward_length: per_layer(metadata, &key("feed_forward_length")),
        head_count: per_layer(metadata, &key("attention.head_count")),
        head_count_kv: per_layer(metadata, &key("attention.head_count_kv")),
        key_length: own("attention.key_length"),
        value_length: own("attention.value_length"),
        sliding_window: own("attention.sliding_window").filter(|window| *window > 0),
        vocabulary,
        unusual_memory: ["attention.key_length_mla", "ssm.state_size", "wkv.head_size"]
            .iter()
            .any(|rest| metadata.contains_key(&key(rest))),
        layout: Layout::new(own, |rest| per_layer(metadata, &key(rest))),
        embedding: own("attention.causal") == Some(0)
            || own("pooling_type").is_some_and(|pooling| pooling > 0),
        chat_template: template.as_deref().is_some_and(|template| !template.trim().is_empty()),
        reasoning: template
            .as_deref()
            .is_some_and(|template| template.contains("<think>") || template.contains("enable_thinking")),
        tensors: table.tensors,
        packings: table.packings,
        data_offset: table.data_offset,
        data_end: table.data_end,
        architecture,
    })
}

fn number(metadata: &Metadata, key: &str) -> Option<u64> {
    if let Some(Value::Number(number)) = metadata.get(key) { Some(*number) } else { None }
}

fn text(metadata: &Metadata, key: &str) -> Option<String> {
    if let Some(Value::Text(text)) = metadata.get(key) { Some(text.clone()) } else { None }
}

/// A short text for people: one line, no control characters.
fn label(metadata: &Metadata, key: &str) -> Option<String> {
    let text: String = text(metadata, key)?.chars().filter(|c| !c.is_control()).take(120).collect();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn per_layer(metadata: &Metadata, key: &str) -> Option<PerLayer> {
    match metadata.get(key)? {
        Value::Number(number) => u32::try_from(*number).ok().map(PerLayer::Same),
        Value::Numbers(numbers) => Some(PerLayer::Each(numbers.clone())),
        _ => None,
    }
}
