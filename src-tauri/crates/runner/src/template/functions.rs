//! What chat templates expect beside Jinja itself: `raise_exception`, `strftime_now`, a `tojson` as Python's `json.dumps`
//! writes it, and the training-only `generation` marks taken out.

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, Value};
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::clock;

/// Adds the functions and filters.
pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_function("raise_exception", |message: String| -> Result<Value, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, message))
    });
    environment.add_function("strftime_now", |format: String| format_time(&format, clock::unix_seconds()));
    environment.add_filter("tojson", to_json);
    // In Python, unlike here, None can't be iterated over; templates ask that of `tools`.
    environment.add_test("iterable", |value: &Value| !value.is_none() && value.try_iter().is_ok());
}

/// The template without `{% generation %}` and `{% endgeneration %}`, which mark what is trained on and render to nothing.
pub(super) fn without_training_marks(source: &str) -> String {
    let mut kept = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(start) = rest.find("{%") {
        let Some(length) = rest[start..].find("%}").map(|end| end + 2) else { break };
        let tag = &rest[start..start + length];
        let inner = tag.trim_start_matches("{%").trim_end_matches("%}");
        let word = inner.trim_matches(['-', '+', ' ', '\n', '\t', '\r']);
        kept.push_str(&rest[..start]);
        if word == "generation" || word == "endgeneration" {
            // An empty comment keeps the whitespace control of the tag.
            kept.push_str(if inner.starts_with('-') { "{#-" } else { "{#" });
            kept.push_str(if inner.ends_with('-') { "-#}" } else { "#}" });
        } else {
            kept.push_str(tag);
        }
        rest = &rest[start + length..];
    }
    kept.push_str(rest);
    kept
}

fn to_json(value: &Value, indent: Option<usize>, options: Kwargs) -> Result<Value, Error> {
    let indent = indent.or(options.get::<Option<usize>>("indent")?);
    let failed = |error: serde_json::Error| Error::new(ErrorKind::InvalidOperation, error.to_string());
    let mut bytes = Vec::new();
    match indent {
        Some(width) => {
            let spaces = " ".repeat(width.min(16));
            let style = PrettyFormatter::with_indent(spaces.as_bytes());
            value.serialize(&mut Serializer::with_formatter(&mut bytes, style)).map_err(failed)?;
        }
        None => value.serialize(&mut Serializer::with_formatter(&mut bytes, Spaced)).map_err(failed)?,
    }
    String::from_utf8(bytes)
        .map(Value::from)
        .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
}

/// `{"a": 1, "b": [2, 3]}`
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, writer: &mut W) -> std::io::Result<()> {
        writer.write_all(b": ")
    }
}

/// The parts of C's `strftime` that templates use, in UTC; what isn't known stays as it is.
pub(super) fn format_time(format: &str, unix_seconds: u64) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const DAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
    let days = unix_seconds / 86_400;
    let (year, month, day) = civil_date(days);
    let month_name = MONTHS.get(month as usize - 1).copied().unwrap_or_default();
    let day_name = DAYS.get((days % 7) as usize).copied().unwrap_or_default();
    let second = unix_seconds % 86_400;
    let mut text = String::new();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        let Some(letter) = characters.next() else {
            text.push('%');
            break;
        };
        let written = match letter {
            'Y' => year.to_string(),
            'y' => format!("{:02}", year % 100),
            'm' => format!("{month:02}"),
            'd' => format!("{day:02}"),
            'e' => format!("{day:2}"),
            'B' => month_name.to_owned(),
            'b' | 'h' => month_name.chars().take(3).collect(),
            'A' => day_name.to_owned(),
            'a' => day_name.chars().take(3).collect(),
            'H' => format!("{:02}", second / 3600),
            'M' => format!("{:02}", second / 60 % 60),
            'S' => format!("{:02}", second % 60),
            'F' => format!("{year}-{month:02}-{day:02}"),
            'T' => format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60),
            'Z' => "UTC".to_owned(),
            'z' => "+0000".to_owned(),
            '%' => "%".to_owned(),
            other => format!("%{other}"),
        };
        text.push_str(&written);
    }
    text
}

/// Year, month (from 1) and day (from 1) in the proleptic Gregorian calendar, of days since 1970-01-01.
fn civil_date(days: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    let mut left = days;
    let leap = |year: u64| {
        u64::from(year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while left >= 365 + leap(year) {
        left -= 365 + leap(year);
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}
