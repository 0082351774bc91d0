//! How domain values stand in columns: ids as 16 bytes, names of enumerations as text, compound values as JSON.
//!
//! The orphan rule keeps `ToSql` and `FromSql` off the domain's own types, so they travel in these wrappers.

use domain::{
    CallId, ConversationId, EventRowId, JobId, MessageId, PresetId, ProviderId, RunId, ThreadId, Timestamp,
    UserId, WebhookId,
};
use rusqlite::{
    Row,
    types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef},
};
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, value::StrDeserializer},
};

use crate::Error;

/// An id of the domain.
pub trait Id: Copy {
    /// Its 16 bytes.
    fn bytes(&self) -> &[u8; 16];
    /// The id of those bytes.
    fn of(bytes: [u8; 16]) -> Self;
}

macro_rules! ids {
    ($($name:ident)*) => {$(
        impl Id for $name {
            fn bytes(&self) -> &[u8; 16] {
                self.as_bytes()
            }
            fn of(bytes: [u8; 16]) -> Self {
                Self::from_bytes(bytes)
            }
        }
    )*};
}

ids! { CallId ConversationId EventRowId JobId MessageId PresetId ProviderId RunId ThreadId UserId WebhookId }

/// An id as a BLOB of 16 bytes.
#[derive(Debug, Clone, Copy)]
pub struct Blob<T>(pub T);

impl<T: Id> ToSql for Blob<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.bytes())))
    }
}

impl<T: Id> FromSql for Blob<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        <[u8; 16]>::column_result(value).map(|bytes| Self(T::of(bytes)))
    }
}

/// A value whose JSON is a string, as TEXT without the quotes: enumerations and model references.
#[derive(Debug, Clone, Copy)]
pub struct Text<T>(pub T);

impl<T: Serialize> ToSql for Text<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match serde_json::to_value(&self.0) {
            Ok(serde_json::Value::String(text)) => Ok(text.into()),
            Ok(_) => Err(rusqlite::Error::ToSqlConversionFailure("the value isn't a name".into())),
            Err(error) => Err(rusqlite::Error::ToSqlConversionFailure(error.into())),
        }
    }
}

impl<T: DeserializeOwned> FromSql for Text<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = StrDeserializer::<serde::de::value::Error>::new(value.as_str()?);
        T::deserialize(text).map(Self).map_err(FromSqlError::other)
    }
}

/// Any serialisable value, as JSON in TEXT.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        serde_json::to_string(&self.0)
            .map(Into::into)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    }
}

impl<T: for<'de> Deserialize<'de>> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}

/// The id in that column, counted from 0.
pub fn id<T: Id>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    row.get::<_, Blob<T>>(column).map(|id| id.0)
}

/// The id in that column, absent for NULL.
pub fn optional_id<T: Id>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    row.get::<_, Option<Blob<T>>>(column).map(|id| id.map(|id| id.0))
}

/// The name in that column.
pub fn text<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    row.get::<_, Text<T>>(column).map(|text| text.0)
}

/// The name in that column, absent for NULL.
pub fn optional_text<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    row.get::<_, Option<Text<T>>>(column).map(|text| text.map(|text| text.0))
}

/// The JSON in that column.
pub fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    row.get::<_, Json<T>>(column).map(|json| json.0)
}

/// The JSON in that column, absent for NULL.
pub fn optional_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    row.get::<_, Option<Json<T>>>(column).map(|json| json.map(|json| json.0))
}

/// The point in time in that column.
pub fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

/// The count in that column.
pub fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|count| u64::try_from(count).unwrap_or(0))
}

/// A count as SQLite can hold it: what is beyond 2^63 saturates.
pub fn integer(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Turns "no row was changed" into `NotFound`.
pub fn found(changed: usize) -> Result<(), Error> {
    if changed == 0 { Err(Error::NotFound) } else { Ok(()) }
}
