//! Checks the table of tensors: each must lie within the file, where the format says that it begins.

use std::io::{Read, Seek};

use super::{
    GgufError,
    names::packing,
    reader::{Reader, cut_off, damaged},
};

/// The most tensors a file may have; the largest known models have a few thousand.
pub(super) const MAX_TENSORS: u64 = 65_536;

/// What the table says in all.
pub(super) struct Table {
    /// Elements of all tensors.
    pub(super) elements: u64,
    /// Where the weights begin.
    pub(super) data_offset: u64,
    /// Where the last weight ends.
    pub(super) data_end: u64,
}

/// Reads `count` entries; `alignment` is what the weights' places are multiples of, in bytes.
pub(super) fn read<R: Read + Seek>(
    reader: &mut Reader<R>,
    count: u64,
    alignment: u64,
) -> Result<Table, GgufError> {
    let mut elements: u64 = 0;
    let mut last = 0;
    // Where the next tensor must begin; unknown after one of a type whose size we don't know.
    let mut expected = Some(0_u64);
    for _ in 0..count {
        reader.key(256)?;
        let tensor = Tensor::read(reader)?;
        elements = elements.checked_add(tensor.elements).ok_or_else(impossible)?;
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
    Ok(Table { elements, data_offset, data_end })
}

struct Tensor {
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
        Ok(Self { elements, bytes, offset })
    }
}

fn align(position: u64, alignment: u64) -> Option<u64> {
    position.checked_next_multiple_of(alignment)
}

fn impossible() -> GgufError {
    damaged("its weights would be larger than any disk")
}
