//! jq programs, without what would reach out of them: the environment, the clock, other input, the process's own end.

use jaq_core::{
    Compiler, Ctx, Vars, data,
    load::{Arena, File, Loader},
    unwrap_valr,
};
use jaq_json::Val;
use serde_json::Value;

use super::Outcome;

/// What reaches out, as functions and as what is defined with them.
const LEFT_OUT: &[&str] = &[
    "debug",
    "debug_empty",
    "env",
    "halt",
    "halt_error",
    "input",
    "inputs",
    "localtime",
    "mktime",
    "now",
    "stderr",
    "stderr_empty",
    "strflocaltime",
];
/// The most results of one program.
const MOST: usize = 100_000;

pub(super) fn run(program: &str, input: Value) -> Outcome {
    match values(program, input) {
        Ok(values) => Outcome::Done { values, log: String::new() },
        Err(message) => Outcome::Failed { message, log: String::new() },
    }
}

fn values(program: &str, input: Value) -> Result<Vec<Value>, String> {
    let input: Val = serde_json::from_value(input).map_err(|error| error.to_string())?;
    let allowed = |name: &str| !LEFT_OUT.contains(&name);
    let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let arena = Arena::default();
    let loader = Loader::new(defs.filter(|def| allowed(def.name)));
    let modules = loader
        .load(&arena, File { code: program, path: () })
        .map_err(|errors| errors.iter().map(|(_, error)| unread(error)).collect::<Vec<_>>().join("; "))?;
    let filter = Compiler::default().with_funs(funs.filter(|fun| allowed(fun.0))).compile(modules).map_err(
        |errors| {
            let unknown = errors.iter().flat_map(|(_, errors)| errors);
            unknown
                .map(|(name, what)| format!("There is no {} \"{name}\"", what.as_str()))
                .collect::<Vec<_>>()
                .join("; ")
        },
    )?;
    let ctx = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
    let mut found = Vec::new();
    for value in filter.id.run((ctx, input)).map(unwrap_valr) {
        let value = value.map_err(|error| error.to_string())?;
        if found.len() >= MOST {
            return Err(format!("It gives more than {MOST} results"));
        }
        found.push(plain(&value)?);
    }
    Ok(found)
}

/// A value of jq that JSON has, too.
fn plain(value: &Val) -> Result<Value, String> {
    let text = value.to_string();
    serde_json::from_str(&text).map_err(|_| {
        let shown: String = text.chars().take(60).collect();
        format!("It gives {shown}, which JSON doesn't have")
    })
}

fn unread(error: &jaq_core::load::Error<&str>) -> String {
    use jaq_core::load::Error;
    let near = |text: &str| match text.trim().chars().take(20).collect::<String>() {
        rest if rest.is_empty() => "at its end".to_owned(),
        rest => format!("near \"{rest}\""),
    };
    match error {
        Error::Io(_) => "It asks for other files, which it may not read".to_owned(),
        Error::Lex(errors) => errors.first().map_or_else(
            || "It can't be read".to_owned(),
            |(expected, found)| format!("Expected {} {}", expected.as_str(), near(found)),
        ),
        Error::Parse(errors) => errors.first().map_or_else(
            || "It can't be read".to_owned(),
            |(expected, found)| format!("Expected {} {}", expected.as_str(), near(found)),
        ),
    }
}
