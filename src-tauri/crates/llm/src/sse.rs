//! Server-sent events as a pure fold over bytes, after the WHATWG's HTML standard, "Parsing an event stream".
//!
//! Lenient in one point: an event that the end of the stream cuts off before its blank line is still handed out by
//! `finish`, because servers forget that line after `[DONE]`. Whether it is whole is told by its JSON.

use crate::frame::{BYTE_ORDER_MARK, TooLarge};

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SseEvent {
    /// Its name; absent for the default one.
    pub event: Option<String>,
    /// Its data lines, joined by line feeds.
    pub data: String,
    /// The last id that the stream gave.
    pub id: Option<String>,
    /// How long to wait before connecting again, in milliseconds, where this event said so.
    pub retry: Option<u64>,
}

/// Reads events from bytes that were cut anywhere.
#[derive(Debug)]
pub struct SseDecoder {
    limit: usize,
    line: Vec<u8>,
    at_start: bool,
    after_carriage_return: bool,
    name: Option<String>,
    data: Option<String>,
    id: Option<String>,
    retry: Option<u64>,
}

impl SseDecoder {
    /// A decoder that refuses a line, or an event, of more than `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            at_start: true,
            after_carriage_return: false,
            name: None,
            data: None,
            id: None,
            retry: None,
        }
    }

    /// Takes more bytes and adds the events that they complete. Events before a line that is too large are still added.
    pub fn push(&mut self, mut bytes: &[u8], events: &mut Vec<SseEvent>) -> Result<(), TooLarge> {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_carriage_return)
                && let Some(rest) = bytes.strip_prefix(b"\n")
            {
                bytes = rest;
                continue;
            }
            let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                return self.keep(bytes);
            };
            let (part, rest) = bytes.split_at(end);
            self.keep(part)?;
            self.after_carriage_return = rest.first() == Some(&b'\r');
            bytes = rest.get(1..).unwrap_or_default();
            let line = std::mem::take(&mut self.line);
            self.take_line(&line, events)?;
            // The buffer is used again: a long answer has many lines.
            self.line = line;
            self.line.clear();
        }
        Ok(())
    }

    /// The stream has ended: hands out what stood unfinished, if anything did.
    pub fn finish(&mut self, events: &mut Vec<SseEvent>) -> Result<(), TooLarge> {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.take_line(&line, events)?;
        }
        self.dispatch(events);
        Ok(())
    }

    fn keep(&mut self, part: &[u8]) -> Result<(), TooLarge> {
        let held = self.line.len() + self.data.as_ref().map_or(0, String::len);
        if held + part.len() > self.limit {
            return Err(TooLarge { limit: self.limit });
        }
        self.line.extend_from_slice(part);
        Ok(())
    }

    fn take_line(&mut self, line: &[u8], events: &mut Vec<SseEvent>) -> Result<(), TooLarge> {
        let line = if std::mem::take(&mut self.at_start) {
            line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
        } else {
            line
        };
        if line.is_empty() {
            self.dispatch(events);
            return Ok(());
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            // A comment: a ping that keeps the connection open.
            Some(0) => return Ok(()),
            Some(colon) => {
                let value = line.get(colon + 1..).unwrap_or_default();
                (line.get(..colon).unwrap_or_default(), value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &[][..]),
        };
        match field {
            b"data" => {
                let value = String::from_utf8_lossy(value);
                match &mut self.data {
                    Some(data) => {
                        if data.len() + value.len() + 1 > self.limit {
                            return Err(TooLarge { limit: self.limit });
                        }
                        data.push('\n');
                        data.push_str(&value);
                    }
                    None => self.data = Some(value.into_owned()),
                }
            }
            b"event" => {
                self.name = Some(String::from_utf8_lossy(value).into_owned()).filter(|name| !name.is_empty());
            }
            b"id" if !value.contains(&0) => self.id = Some(String::from_utf8_lossy(value).into_owned()),
            b"retry" => self.retry = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()),
            _ => {}
        }
        Ok(())
    }

    fn dispatch(&mut self, events: &mut Vec<SseEvent>) {
        let (event, retry) = (self.name.take(), self.retry.take());
        if let Some(data) = self.data.take() {
            events.push(SseEvent { event, data, id: self.id.clone(), retry });
        }
    }
}
