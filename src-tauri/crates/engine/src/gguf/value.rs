//! Metadata values: the few that matter are kept, all others are stepped over.

use std::io::{Read, Seek};

use super::{
    GgufError,
    reader::{Reader, damaged},
};

/// The most elements an array may have: the largest vocabularies have 260,000 words and twice as many merges.
const MAX_ARRAY: u64 = 16 * 1024 * 1024;

/// The longest list of numbers that is kept; no model has as many layers.
const MAX_KEPT: u64 = 2048;

/// Arrays of arrays go no deeper than this.
const MAX_NESTING: u32 = 3;

/// A value that was kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Any whole number or truth value that fits.
    Number(u64),
    /// A text.
    Text(String),
    /// A list of numbers, one for each layer.
    Numbers(Vec<u32>),
    /// A list that was stepped over: how long it is.
    Length(u64),
    /// Anything else.
    Other,
}

/// Reads one value of the given type; texts longer than `most_text` are stepped over.
pub(super) fn read<R: Read + Seek>(
    reader: &mut Reader<R>,
    kind: u32,
    most_text: u64,
) -> Result<Value, GgufError> {
    Ok(match kind {
        STRING => reader.string(most_text)?.map_or(Value::Other, Value::Text),
        ARRAY => array(reader)?,
        _ => scalar(reader, kind)?.map_or(Value::Other, Value::Number),
    })
}

const STRING: u32 = 8;
const ARRAY: u32 = 9;

/// A fixed-size value; `None` for a negative number or a fraction.
fn scalar<R: Read + Seek>(reader: &mut Reader<R>, kind: u32) -> Result<Option<u64>, GgufError> {
    Ok(match kind {
        0 | 7 => Some(u64::from(reader.bytes::<1>()?[0])),
        1 => u64::try_from(i8::from_le_bytes(reader.bytes()?)).ok(),
        2 => Some(u64::from(u16::from_le_bytes(reader.bytes()?))),
        3 => u64::try_from(i16::from_le_bytes(reader.bytes()?)).ok(),
        4 => Some(u64::from(reader.u32()?)),
        5 => u64::try_from(i32::from_le_bytes(reader.bytes()?)).ok(),
        10 => Some(reader.u64()?),
        11 => u64::try_from(i64::from_le_bytes(reader.bytes()?)).ok(),
        6 => {
            reader.skip(4)?;
            None
        }
        12 => {
            reader.skip(8)?;
            None
        }
        _ => return Err(damaged("it holds a value of a type that doesn't exist")),
    })
}

fn width(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

fn array<R: Read + Seek>(reader: &mut Reader<R>) -> Result<Value, GgufError> {
    let (kind, count) = array_head(reader)?;
    let whole = matches!(kind, 0..=5 | 7 | 10 | 11);
    if whole && count <= MAX_KEPT {
        let mut numbers = Vec::new();
        for _ in 0..count {
            let number = scalar(reader, kind)?.unwrap_or(0);
            numbers.push(u32::try_from(number).unwrap_or(u32::MAX));
        }
        return Ok(Value::Numbers(numbers));
    }
    skip_elements(reader, kind, count, 1)?;
    Ok(Value::Length(count))
}

fn array_head<R: Read + Seek>(reader: &mut Reader<R>) -> Result<(u32, u64), GgufError> {
    let (kind, count) = (reader.u32()?, reader.u64()?);
    if count > MAX_ARRAY {
        return Err(damaged("it holds a list longer than any model's"));
    }
    Ok((kind, count))
}

/// Every element costs at least one byte of the budget, so this ends.
fn skip_elements<R: Read + Seek>(
    reader: &mut Reader<R>,
    kind: u32,
    count: u64,
    depth: u32,
) -> Result<(), GgufError> {
    if let Some(width) = width(kind) {
        return reader.skip(count * width);
    }
    match kind {
        STRING => {
            for _ in 0..count {
                let length = reader.u64()?;
                reader.skip(length)?;
            }
            Ok(())
        }
        ARRAY if depth < MAX_NESTING => {
            for _ in 0..count {
                let (kind, count) = array_head(reader)?;
                skip_elements(reader, kind, count, depth + 1)?;
            }
            Ok(())
        }
        ARRAY => Err(damaged("its lists are nested deeper than any model's")),
        _ => Err(damaged("it holds a value of a type that doesn't exist")),
    }
}
