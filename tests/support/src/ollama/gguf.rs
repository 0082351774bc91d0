//! As much of a GGUF file as the recorded answers need: its values, its tensors, and whether it is whole.

use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use serde_json::{Map, Value, json};

/// What stands at the beginning of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Gguf {
    pub(super) values: Map<String, Value>,
    pub(super) tensors: Vec<Tensor>,
}

/// A tensor.
#[derive(Debug, Clone)]
pub(super) struct Tensor {
    pub(super) name: String,
    pub(super) shape: Vec<u64>,
    pub(super) kind: u32,
    offset: u64,
}

/// Why a file is no model, in the engine's own words.
pub(super) fn read(path: &Path) -> Result<Gguf, String> {
    let file = File::open(path).map_err(|_| format!("open {}: no such file or directory", path.display()))?;
    let length = file.metadata().map_or(0, |found| found.len());
    parse(BufReader::new(file), length)
}

/// The same of what isn't in a file.
pub(super) fn parse(file: impl Read + Seek, length: u64) -> Result<Gguf, String> {
    let mut reader = Reader { file, at: 0, length };
    if reader.bytes(4)? != b"GGUF" {
        return Err("supplied file was not in GGUF format".to_owned());
    }
    let _version = reader.number(4)?;
    let (tensors, values) = (reader.number(8)?, reader.number(8)?);
    let mut gguf = Gguf::default();
    for _ in 0..values {
        let name = reader.text()?;
        let kind = reader.number(4)?;
        let value = reader.value(kind)?;
        gguf.values.insert(name, value);
    }
    for _ in 0..tensors {
        let name = reader.text()?;
        let dimensions = reader.number(4)?;
        let shape = (0..dimensions.min(8)).map(|_| reader.number(8)).collect::<Result<_, _>>()?;
        let kind = reader.number(4)? as u32;
        let offset = reader.number(8)?;
        gguf.tensors.push(Tensor { name, shape, kind, offset });
    }
    let alignment = gguf.number("general.alignment").unwrap_or(32).max(1);
    let data = reader.at.next_multiple_of(alignment);
    for tensor in &gguf.tensors {
        let end = data.saturating_add(tensor.offset).saturating_add(tensor.bytes());
        if end > length {
            let name = &tensor.name;
            return Err(format!("tensor \"{name}\" offset+size ({end}) exceeds file size ({length})"));
        }
    }
    Ok(gguf)
}

impl Gguf {
    pub(super) fn number(&self, key: &str) -> Option<u64> {
        self.values.get(key).and_then(Value::as_u64)
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key).and_then(Value::as_str)
    }

    pub(super) fn architecture(&self) -> &str {
        self.text("general.architecture").unwrap_or("unknown")
    }

    /// A number under the architecture's own name.
    pub(super) fn own(&self, key: &str) -> Option<u64> {
        self.number(&format!("{}.{key}", self.architecture()))
    }

    fn parameters(&self) -> u64 {
        self.tensors.iter().map(Tensor::elements).sum()
    }

    /// "134.52M".
    pub(super) fn parameter_size(&self) -> String {
        let count = self.parameters() as f64;
        match self.parameters() {
            0..1_000 => format!("{count}"),
            1_000..1_000_000 => format!("{:.2}K", count / 1e3),
            1_000_000..1_000_000_000 => format!("{:.2}M", count / 1e6),
            _ => format!("{:.1}B", count / 1e9),
        }
    }

    /// "Q4_1".
    pub(super) fn quantization(&self) -> &'static str {
        match self.number("general.file_type") {
            Some(0) => "F32",
            Some(1) => "F16",
            Some(2) => "Q4_0",
            Some(3) => "Q4_1",
            Some(7) => "Q8_0",
            Some(10) => "Q2_K",
            Some(12) => "Q3_K_M",
            Some(14) => "Q4_K_S",
            Some(15) => "Q4_K_M",
            Some(17) => "Q5_K_M",
            Some(18) => "Q6_K",
            Some(32) => "BF16",
            _ => "unknown",
        }
    }

    /// As `/api/show` has it: lists are null, the name and the template are left out.
    pub(super) fn model_info(&self) -> Value {
        let mut info = self.values.clone();
        info.remove("general.name");
        info.remove("tokenizer.chat_template");
        info.insert("general.parameter_count".to_owned(), self.parameters().into());
        Value::Object(info)
    }

    pub(super) fn tensor_list(&self) -> Value {
        let entry = |tensor: &Tensor| json!({"name": tensor.name, "type": kind(tensor.kind).0, "shape": tensor.shape});
        self.tensors.iter().map(entry).collect()
    }
}

impl Tensor {
    fn elements(&self) -> u64 {
        self.shape.iter().fold(1, |product: u64, size| product.saturating_mul(*size))
    }

    fn bytes(&self) -> u64 {
        let (_, block, size) = kind(self.kind);
        self.elements() / block * size
    }
}

/// A kind of tensor: its name, the elements of a block and the block's bytes.
fn kind(id: u32) -> (&'static str, u64, u64) {
    match id {
        0 => ("F32", 1, 4),
        1 => ("F16", 1, 2),
        2 => ("Q4_0", 32, 18),
        3 => ("Q4_1", 32, 20),
        6 => ("Q5_0", 32, 22),
        7 => ("Q5_1", 32, 24),
        8 => ("Q8_0", 32, 34),
        10 => ("Q2_K", 256, 84),
        11 => ("Q3_K", 256, 110),
        12 => ("Q4_K", 256, 144),
        13 => ("Q5_K", 256, 176),
        14 => ("Q6_K", 256, 210),
        30 => ("BF16", 1, 2),
        _ => ("unknown", 1, 0),
    }
}

struct Reader<R> {
    file: R,
    at: u64,
    length: u64,
}

impl<R: Read + Seek> Reader<R> {
    /// So many bytes; a claim beyond the file's end is found before memory is taken for it.
    fn bytes(&mut self, count: u64) -> Result<Vec<u8>, String> {
        let end = || "unexpected EOF".to_owned();
        if count > self.length.saturating_sub(self.at) {
            return Err(end());
        }
        let mut bytes = vec![0; count as usize];
        self.file.read_exact(&mut bytes).map_err(|_| end())?;
        self.at += count;
        Ok(bytes)
    }

    fn number(&mut self, bytes: u64) -> Result<u64, String> {
        let read = self.bytes(bytes)?;
        Ok(read.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn text(&mut self) -> Result<String, String> {
        let length = self.number(8)?;
        Ok(String::from_utf8_lossy(&self.bytes(length)?).into_owned())
    }

    fn value(&mut self, kind: u64) -> Result<Value, String> {
        let signed = |number: u64, bits: u32| Value::from((number << (64 - bits)) as i64 >> (64 - bits));
        Ok(match kind {
            0 => self.number(1)?.into(),
            1 => signed(self.number(1)?, 8),
            2 => self.number(2)?.into(),
            3 => signed(self.number(2)?, 16),
            4 => self.number(4)?.into(),
            5 => signed(self.number(4)?, 32),
            6 => f64::from(f32::from_bits(self.number(4)? as u32)).into(),
            7 => (self.number(1)? != 0).into(),
            8 => self.text()?.into(),
            9 => {
                let (kind, count) = (self.number(4)?, self.number(8)?);
                self.skip(kind, count)?;
                Value::Null
            }
            10 => self.number(8)?.into(),
            11 => signed(self.number(8)?, 64),
            12 => f64::from_bits(self.number(8)?).into(),
            other => return Err(format!("invalid value type: {other}")),
        })
    }

    fn skip(&mut self, kind: u64, count: u64) -> Result<(), String> {
        let size = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            10..=12 => 8,
            _ => {
                for _ in 0..count {
                    self.value(kind)?;
                }
                return Ok(());
            }
        };
        let bytes = count.saturating_mul(size);
        if bytes > self.length.saturating_sub(self.at) {
            return Err("unexpected EOF".to_owned());
        }
        self.file.seek(SeekFrom::Current(bytes as i64)).map_err(|error| error.to_string())?;
        self.at += bytes;
        Ok(())
    }
}
