//! Makes small GGUF files, sound and otherwise.

/// A file in the making.
#[derive(Clone)]
pub(crate) struct Gguf {
    entries: Vec<Vec<u8>>,
    tensors: Vec<(String, Vec<u64>, u32, u64)>,
    data: u64,
}

impl Gguf {
    /// Nothing yet.
    pub(crate) fn empty() -> Self {
        Self { entries: Vec::new(), tensors: Vec::new(), data: 0 }
    }

    /// An architecture and a tensor, nothing else.
    pub(crate) fn bare() -> Self {
        Self::empty().text("general.architecture", "llama").tensor(
            "token_embd.weight",
            &[64, 3],
            0,
            64 * 3 * 4,
        )
    }

    /// A sound model of two layers.
    pub(crate) fn model(name: &str) -> Self {
        let gguf = Self::empty()
            .text("general.architecture", "llama")
            .text("general.name", name)
            .text("general.license", "mit")
            .number("general.file_type", 2)
            .number("llama.context_length", 8192)
            .number("llama.block_count", 2)
            .number("llama.embedding_length", 64)
            .number("llama.feed_forward_length", 128)
            .number("llama.attention.head_count", 4)
            .number("llama.attention.head_count_kv", 2)
            .text("tokenizer.chat_template", "{{ messages }}")
            .texts("tokenizer.ggml.tokens", &["<s>", "a", "b"]);
        gguf.tensor("token_embd.weight", &[64, 3], 0, 64 * 3 * 4).tensor(
            "blk.0.weight",
            &[64, 64],
            2,
            64 * 64 / 32 * 18,
        )
    }

    pub(crate) fn text(self, key: &str, value: &str) -> Self {
        self.entry(key, 8, &string(value))
    }

    pub(crate) fn number(self, key: &str, value: u32) -> Self {
        self.entry(key, 4, &value.to_le_bytes())
    }

    pub(crate) fn texts(self, key: &str, values: &[&str]) -> Self {
        let mut bytes = 8_u32.to_le_bytes().to_vec();
        bytes.extend((values.len() as u64).to_le_bytes());
        for value in values {
            bytes.extend(string(value));
        }
        self.entry(key, 9, &bytes)
    }

    pub(crate) fn entry(mut self, key: &str, kind: u32, value: &[u8]) -> Self {
        let mut bytes = string(key);
        bytes.extend(kind.to_le_bytes());
        bytes.extend(value);
        self.entries.push(bytes);
        self
    }

    pub(crate) fn tensor(mut self, name: &str, dimensions: &[u64], kind: u32, bytes: u64) -> Self {
        self.tensors.push((name.into(), dimensions.to_vec(), kind, self.data));
        self.data = (self.data + bytes).next_multiple_of(32);
        self
    }

    /// The given part, from 0, of a model in three files: the first says what it is, the others hold weights only.
    #[allow(dead_code, reason = "not every test needs a model in several files")]
    pub(crate) fn part(name: &str, number: u16) -> Self {
        let first = Self { tensors: Vec::new(), data: 0, ..Self::model(name) };
        let gguf = if number == 0 { first } else { Self::empty() };
        gguf.entry("split.no", 2, &number.to_le_bytes()).entry("split.count", 2, &3_u16.to_le_bytes()).tensor(
            &format!("blk.{number}.weight"),
            &[64, 64],
            2,
            64 * 64 / 32 * 18,
        )
    }

    /// The whole file, its weights all the same byte.
    pub(crate) fn bytes(&self, weight: u8) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3_u32.to_le_bytes());
        bytes.extend((self.tensors.len() as u64).to_le_bytes());
        bytes.extend((self.entries.len() as u64).to_le_bytes());
        for entry in &self.entries {
            bytes.extend(entry);
        }
        for (name, dimensions, kind, offset) in &self.tensors {
            bytes.extend(string(name));
            bytes.extend((dimensions.len() as u32).to_le_bytes());
            for size in dimensions {
                bytes.extend(size.to_le_bytes());
            }
            bytes.extend(kind.to_le_bytes());
            bytes.extend(offset.to_le_bytes());
        }
        let begin = bytes.len().next_multiple_of(32);
        bytes.resize(begin, 0);
        bytes.resize(begin + self.data as usize, weight);
        bytes
    }
}

fn string(text: &str) -> Vec<u8> {
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes
}
