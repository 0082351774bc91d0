//! Reading JSON that servers get slightly wrong, without trusting it: depth is limited, a wrong type is an absent value,
//! a doubled key's last value counts, and NaN, which isn't JSON, is read as null.

use serde_json::Value;

/// The value, or nothing where it can't be read even with good will.
pub(crate) fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&without_nan(text)?).ok())
}

/// The text at a path of keys.
pub(crate) fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(value, path).as_str()
}

/// The whole number at a path of keys; a float without a fraction counts.
pub(crate) fn number(value: &Value, path: &[&str]) -> Option<u64> {
    let value = at(value, path);
    value.as_u64().or_else(|| {
        value.as_f64().filter(|float| *float >= 0.0 && float.fract() == 0.0).map(|float| float as u64)
    })
}

/// The value at a path of keys; null where there is none.
pub(crate) fn at<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(value, |value, key| &value[*key])
}

/// The text with NaN and infinities outside of strings made null; nothing where there are none.
fn without_nan(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut changed = false;
    let mut rest = text;
    let mut in_string = false;
    while let Some(first) = rest.chars().next() {
        if !in_string
            && let Some((word, _)) = ["NaN", "-Infinity", "Infinity"]
                .iter()
                .find_map(|word| rest.strip_prefix(word).map(|after| (word, after)))
        {
            out.push_str("null");
            rest = rest.get(word.len()..)?;
            changed = true;
            continue;
        }
        let mut length = first.len_utf8();
        match first {
            '"' => in_string = !in_string,
            '\\' if in_string => length += rest.get(1..)?.chars().next()?.len_utf8(),
            _ => {}
        }
        out.push_str(rest.get(..length)?);
        rest = rest.get(length..)?;
    }
    changed.then_some(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn not_a_number_is_null_outside_of_strings_only() {
        let value = parse(r#"{"a":NaN,"b":"NaN \" -Infinity","c":[-Infinity,Infinity],"d":1}"#).unwrap();
        assert_eq!(value, serde_json::json!({"a": null, "b": "NaN \" -Infinity", "c": [null, null], "d": 1}));
    }

    #[test]
    fn depth_is_limited_and_doubled_keys_take_the_last() {
        assert_eq!(parse(&format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000))), None);
        assert_eq!(parse(r#"{"a":1,"a":2}"#), Some(serde_json::json!({"a": 2})));
    }

    #[test]
    fn a_wrong_type_is_an_absent_value() {
        let value = serde_json::json!({"a": {"b": 3.0, "c": "x"}});
        assert_eq!(number(&value, &["a", "b"]), Some(3));
        assert_eq!(number(&value, &["a", "c"]), None);
        assert_eq!(text(&value, &["a", "b", "z"]), None);
    }
}
