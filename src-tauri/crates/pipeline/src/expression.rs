//! Expressions and templates, evaluated strictly and within bounds: an undefined name is an error, only numbers can be ordered,
//! a condition is true or false and nothing else, and a text that loops or nests without end is stopped.
//!
//! A text is a person's, the values are anybody's: neither may cost the application more than a moment.

mod environment;
mod filters;
mod order;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::RwLock;

use minijinja::value::Serde;
use minijinja::{ErrorKind, Value as Inner};
use serde_json::Value;

use crate::scan;
pub use environment::{MAX_EXPRESSION, MAX_TEMPLATE, on_big_stack};
use environment::{environment, within};

/// Why a text couldn't be compiled or evaluated: a sentence for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ExpressionError {
    /// What is wrong and, where that is known, what to write instead.
    pub message: String,
    /// The line, from 1.
    pub line: Option<usize>,
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) if line > 1 => write!(formatter, "{} (line {line})", self.message),
            _ => formatter.write_str(&self.message),
        }
    }
}

impl ExpressionError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), line: None }
    }
}

/// The value of an expression, which is text without braces. `context` is an object whose keys are the names it can use.
pub fn evaluate(expression: &str, context: &Value) -> Result<Value, ExpressionError> {
    let value = within(expression, MAX_EXPRESSION, || {
        let environment = environment();
        let text = order::numbers_only(expression, &[scan::expression(expression)]);
        let compiled = environment.compile_expression(&text).map_err(|error| told(&error))?;
        let value = compiled.eval(Inner::from(Serde(context))).map_err(|error| told(&error))?;
        if value.is_undefined() {
            return Err(ExpressionError::new(format!(
                "`{}` has no value. Check the name, or write `{} | default(none)`.",
                shortened(expression),
                shortened(expression)
            )));
        }
        serde_json::to_value(&value).map_err(|_| {
            ExpressionError::new("The result isn't a value that can be kept, such as text or a list.")
        })
    })?;
    Ok(value)
}

/// Whether a condition holds. What is neither true nor false is an error: text that says "no" isn't false.
pub fn condition(expression: &str, context: &Value) -> Result<bool, ExpressionError> {
    match evaluate(expression, context)? {
        Value::Bool(holds) => Ok(holds),
        other => Err(ExpressionError::new(format!(
            "A condition must be true or false, but `{}` is {}. Compare it with something, for example `… == 'yes'`.",
            shortened(expression),
            kind_of(&other)
        ))),
    }
}

/// The text of a template.
pub fn render(template: &str, context: &Value) -> Result<String, ExpressionError> {
    // Most texts of a definition have no code at all.
    if !template.contains('{') && template.len() <= MAX_TEMPLATE {
        return Ok(template.to_owned());
    }
    within(template, MAX_TEMPLATE, || {
        let environment = environment();
        let text = order::numbers_only(template, &scan::template(template));
        let compiled = environment.template_from_named_str("text", &text).map_err(|error| told(&error))?;
        compiled.render(Inner::from(Serde(context))).map_err(|error| told(&error))
    })
}

/// Whether an expression can be compiled.
pub(crate) fn check_expression(expression: &str) -> Result<(), ExpressionError> {
    within(expression, MAX_EXPRESSION, || {
        let environment = environment();
        environment.compile_expression(expression).map_err(|error| told(&error))?;
        match order::numbers_only(expression, &[scan::expression(expression)]) {
            Cow::Borrowed(_) => Ok(()),
            Cow::Owned(changed) => {
                environment.compile_expression(&changed).map(|_| ()).map_err(|error| told(&error))
            }
        }
    })
}

/// Whether there is a filter of that name.
pub(crate) fn is_filter(name: &str) -> bool {
    is_known(name, "filter")
}

/// Whether there is a test (`x is NAME`) of that name.
pub(crate) fn is_test(name: &str) -> bool {
    is_known(name, "test")
}

/// The engine can only be asked by an expression, which is dear where each step of a thousand names a filter. What it has
/// never changes, so each name that it has is asked for once.
fn is_known(name: &str, what: &'static str) -> bool {
    static KNOWN: RwLock<BTreeSet<(&'static str, String)>> = RwLock::new(BTreeSet::new());
    let asked = (what, name.to_owned());
    if KNOWN.read().is_ok_and(|known| known.contains(&asked)) {
        return true;
    }
    let known =
        environment().compile_expression(if what == "filter" { "name is filter" } else { "name is test" });
    let answer = known.and_then(|known| known.eval(minijinja::context! { name }));
    let is_known = answer.is_ok_and(|answer| answer.is_true());
    if is_known && let Ok(mut known) = KNOWN.write() {
        known.insert(asked);
    }
    is_known
}

/// Whether a template can be compiled; each of its tags is bounded as an expression is.
pub(crate) fn check_template(template: &str) -> Result<(), ExpressionError> {
    if !template.contains('{') && template.len() <= MAX_TEMPLATE {
        return Ok(());
    }
    within(template, MAX_TEMPLATE, || {
        let tags = scan::template(template);
        if tags.iter().any(|tag| tag.range.len() > MAX_EXPRESSION) {
            return Err(ExpressionError::new(format!(
                "A tag of this text is longer than {} KB. Move part of it into a step of its own.",
                MAX_EXPRESSION / 1024
            )));
        }
        for tag in &tags {
            let word =
                tag.tokens.first().and_then(|token| template.get(token.range.clone())).unwrap_or_default();
            let begins =
                tag.range.start.checked_sub(2).and_then(|start| template.get(start..tag.range.start));
            let is_block = begins.is_some_and(|begins| begins.ends_with('%') || begins.starts_with('%'));
            if is_block && ["include", "import", "from", "extends"].contains(&word) {
                return Err(ExpressionError::new(format!(
                    "`{word}` doesn't work here: a template can't load another. Use a template step before this one."
                )));
            }
        }
        let environment = environment();
        environment.template_from_named_str("text", template).map_err(|error| told(&error))?;
        match order::numbers_only(template, &tags) {
            Cow::Borrowed(_) => Ok(()),
            Cow::Owned(changed) => environment
                .template_from_named_str("text", &changed)
                .map(|_| ())
                .map_err(|error| told(&error)),
        }
    })
}

fn told(error: &minijinja::Error) -> ExpressionError {
    let detail = error.detail().unwrap_or_default();
    let message = match error.kind() {
        ErrorKind::OutOfFuel => {
            "This takes too many steps. Loop over less, or split it over several steps.".to_owned()
        }
        ErrorKind::UndefinedError => match detail.strip_suffix(" is undefined") {
            Some(name) => format!("{name} has no value. Check the name, or add `| default('')` to it."),
            None if detail.is_empty() => "A name in it has no value. Check the names.".to_owned(),
            None => sentence(detail),
        },
        _ if detail.is_empty() => format!("{}.", error.kind()),
        _ => sentence(detail),
    };
    ExpressionError { message: order::as_written(&message), line: error.line() }
}

/// The engine's words begin small and end without a stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    let mut whole: String = first.chain(letters).collect();
    if !whole.ends_with(['.', '?']) {
        whole.push('.');
    }
    whole
}

fn shortened(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(59).chain(['…']).collect() }
}

/// "text", "a list", …
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "yes or no",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests;
