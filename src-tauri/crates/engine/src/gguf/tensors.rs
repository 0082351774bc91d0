//! Checks the table of tensors: each must lie within the file, where the format says that it begins.

use std::io::{Read, Seek};

use serde::{Deserialize, Serialize};

use super::{
    GgufError,
    names::{self, packing},
    reader::{Reader, cut_off, damaged},
};

/// The most tensors a file may have; the largest known models have a few thousand.
pub(super) const MAX_TENSORS: u64 = 65_536;

/// Tensors that are packed the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TensorSum {
    /// "Q4_K" and the like.
    #[serde(rename = "type")]
    pub kind: String,
    /// How many.
    pub count: u64,
    /// Parameters that they hold.
    pub elements: u64,
    /// Bytes of all of them; 0 where the packing isn't known here.
    pub bytes: u64,
}

/// What the table says in all.
pub(super) struct Table {
    /// How many tensors.
    pub(super) tensors: u64,
    /// Elements of all tensors.
    pub(super) elements: u64,
    /// All of them by how they are packed.
    pub(super) packings: Vec<TensorSum>,
    /// Where the weights begin.
    pub(super) data_offset: u64,
    /// Where the last weight ends.
    pub(super) data_end: u64,
}

impl Table {
    /// Takes in the table of another part of the same model.
    pub(super) fn add(&mut self, part: Self) -> Result<(), GgufError> {
        let sum = |a: u64, b: u64| a.checked_add(b).ok_or_else(impossible);
        self.tensors = sum(self.tensors, part.tensors)?;
        self.elements = sum(self.elements, part.elements)?;
        self.data_offset = sum(self.data_offset, part.data_offset)?;
        self.data_end = sum(self.data_end, part.data_end)?;
        part.packings.into_iter().for_each(|packing| add(&mut self.packings, packing));
        Ok(())
    }
}

/// Adds to what is packed the same way. There are few ways: a file can't make this long.
fn add(packings: &mut Vec<TensorSum>, more: TensorSum) {
    match packings.iter_mut().find(|sum| sum.kind == more.kind) {
        Some(sum) => {
            sum.count += more.count;
            sum.elements = sum.elements.saturating_add(more.elements);
            sum.bytes = sum.bytes.saturating_add(more.bytes);
        }
        None => packings.push(more),
    }
}

/// Reads `count` entries; `alignment` is what the weights' places are multiples of, in bytes.
pub(super) fn read<R: Read + Seek>(
    reader: &mut Reader<R>,
    count: u64,
    alignment: u64,
) -> Result<Table, GgufError> {
    let mut elements: u64 = 0;
    let mut packings = Vec::new();
    let mut last = 0;
    // Where the next tensor must begin; unknown after one of a type whose size we don't know.
    let mut expected = Some(0_u64);
    for _ in 0..count {
        reader.key(256)?;
        let tensor = Tensor::read(reader)?;
        elements = elements.checked_add(tensor.elements).ok_or_else(impossible)?;
        let kind = names::tensor_type(tensor.kind).unwrap_or("?").to_owned();
        let bytes = tensor.bytes.unwrap_or(0);
        add(&mut packings, TensorSum { kind, count: 1, elements: tensor.elements, bytes });
        if !tensor.offset.is_multiple_of(alignment)
            || expected.is_some_and(|expected| expected != tensor.offset)
        {
            return Err(damaged("its table of weights contradicts itself"));
        }
        let end = tensor.offset.checked_add(tensor.bytes.unwrap_or(0)).ok_or_else(impossible)?;
        expected =
            if tensor.bytes.is_some() { Some(align(end, alignment).ok_or_else(impossible)?) } else { None };
        last = last.max(end);
    }
    let data_offset = align(reader.position(), alignment).ok_or_else(impossible)?;
    let data_end = data_offset.checked_add(last).ok_or_else(impossible)?;
    if data_end > reader.length() {
        return Err(cut_off());
    }
    Ok(Table { tensors: count, elements, packings, data_offset, data_end })
}

struct Tensor {
    kind: u32,
    elements: u64,
    /// `None` for a type that isn't known here.
    bytes: Option<u64>,
    offset: u64,
}

impl Tensor {
    fn read<R: Read + Seek>(reader: &mut Reader<R>) -> Result<Self, GgufError> {
        let dimensions = reader.u32()?;
        if dimensions > 4 {
            return Err(damaged("a table of weights has more than four dimensions"));
        }
        let mut elements: u64 = 1;
        let mut row = 1;
        for index in 0..dimensions {
            let size = reader.u64()?;
            if index == 0 {
                row = size;
            }
            elements = elements
                .checked_mul(size)
                .filter(|product| i64::try_from(*product).is_ok())
                .ok_or_else(impossible)?;
        }
        let (kind, offset) = (reader.u32()?, reader.u64()?);
        let bytes = match packing(kind) {
            Some((block, _)) if !row.is_multiple_of(block) => {
                return Err(damaged("a row of weights doesn't fit its packing"));
            }
            Some((block, size)) => Some((elements / block).checked_mul(size).ok_or_else(impossible)?),
            None => None,
        };
        Ok(Self { kind, elements, bytes, offset })
    }
}

fn align(position: u64, alignment: u64) -> Option<u64> {
    position.checked_next_multiple_of(alignment)
}

fn impossible() -> GgufError {
    damaged("its weights would be larger than any disk")
}
