//! JavaScript, as the body of a function: no files, no network, no clock, no chance.

use std::time::Instant;

use rquickjs::{CatchResultExt as _, CaughtError, Context, Ctx, Function, Runtime, context::intrinsic};
use serde_json::{Map, Value};

use super::{JOB, MEMORY, Outcome};

/// For calls inside calls, in bytes; well below the thread's own.
const STACK: usize = 16 << 20;
/// How much a program may log, in characters.
const LOG: usize = 65_536;

/// What there is: the language, without `Date`, `performance` and what else tells one run from another.
type Surroundings = (
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::Proxy,
    intrinsic::MapSet,
    intrinsic::TypedArrays,
    intrinsic::Promise,
);

/// Makes the function that is handed the program, the names and the values as JSON. What it gives is JSON too, so that nothing
/// else crosses the border. `kept` are the functions as they were before the program could change them.
const FRAME: &str = r#"
(function () {
  "use strict";
  const kept = { parse: JSON.parse, stringify: JSON.stringify, Function: Function, String: String, Promise: Promise };
  delete Math.random;
  const state = { log: "", result: undefined };
  const show = (value) => {
    if (typeof value === "string") return value;
    try { return kept.stringify(value) ?? kept.String(value); } catch { return kept.String(value); }
  };
  const write = (...values) => {
    if (state.log.length < LOG) state.log += values.map(show).join(" ").slice(0, LOG) + "\n";
  };
  globalThis.console = { log: write, info: write, warn: write, error: write, debug: write };
  const done = (value) => { state.result = kept.stringify(value === undefined ? null : value) ?? "null"; };
  return {
    run(code, names, values) {
      const program = new kept.Function(...kept.parse(names), "\"use strict\";\n" + code + "\n");
      const value = program(...kept.parse(values));
      if (value instanceof kept.Promise) {
        value.then(done, (error) => { state.failure = error instanceof Error ? error.name + ": " + error.message : show(error); });
      } else {
        done(value);
      }
    },
    result: () => state.result,
    failure: () => state.failure,
    log: () => state.log,
  };
})()
"#;

pub(super) fn run(code: &str, args: &Map<String, Value>) -> Outcome {
    if let Some(name) = args.keys().find(|name| !is_name(name)) {
        return Outcome::Failed {
            message: format!("\"{name}\" can't be the name of a value in JavaScript."),
            log: String::new(),
        };
    }
    let failed = |error: rquickjs::Error| Outcome::Failed { message: error.to_string(), log: String::new() };
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(error),
    };
    runtime.set_memory_limit(MEMORY);
    runtime.set_max_stack_size(STACK);
    let begun = Instant::now();
    runtime.set_interrupt_handler(Some(Box::new(move || begun.elapsed() > JOB)));
    let context = match Context::custom::<Surroundings>(&runtime) {
        Ok(context) => context,
        Err(error) => return failed(error),
    };
    context.with(|ctx| match framed(&ctx) {
        Ok(frame) => {
            let ran = ran(&ctx, &frame, code, args);
            let log: String = call(&frame, "log").unwrap_or_default();
            match ran {
                Ok(value) => Outcome::Done { values: vec![value], log },
                Err(message) => Outcome::Failed { message, log },
            }
        }
        Err(message) => Outcome::Failed { message, log: String::new() },
    })
}

fn framed<'js>(ctx: &Ctx<'js>) -> Result<rquickjs::Object<'js>, String> {
    ctx.eval(FRAME.replace("LOG", &LOG.to_string())).catch(ctx).map_err(|error| told(&error))
}

fn ran<'js>(
    ctx: &Ctx<'js>,
    frame: &rquickjs::Object<'js>,
    code: &str,
    args: &Map<String, Value>,
) -> Result<Value, String> {
    let text = |value: &Value| value.to_string();
    let names = text(&Value::from(args.keys().cloned().collect::<Vec<_>>()));
    let values = text(&Value::Array(args.values().cloned().collect()));
    let run: Function<'js> = frame.get("run").catch(ctx).map_err(|error| told(&error))?;
    run.call::<_, ()>((code, names, values)).catch(ctx).map_err(|error| told(&error))?;
    while ctx.execute_pending_job() {}
    if let Some(failure) = call::<Option<String>>(frame, "failure").unwrap_or_default() {
        return Err(failure);
    }
    let result: Option<String> = call(frame, "result").unwrap_or_default();
    let result = result.ok_or("It returned a promise that nothing fulfils.")?;
    serde_json::from_str(&result).map_err(|error| format!("Its result isn't JSON: {error}."))
}

fn call<'js, T: rquickjs::FromJs<'js>>(frame: &rquickjs::Object<'js>, name: &str) -> Option<T> {
    frame.get::<_, Function<'js>>(name).ok()?.call(()).ok()
}

fn told(error: &CaughtError<'_>) -> String {
    match error {
        CaughtError::Exception(exception) => {
            let message = exception.message().unwrap_or_default();
            let line = exception.stack().and_then(|stack| line_of(&stack));
            match line {
                Some(line) => format!("{message} (line {line})"),
                None => message,
            }
        }
        CaughtError::Value(value) => format!(
            "It threw {}",
            value.as_string().and_then(|text| text.to_string().ok()).unwrap_or_else(|| "a value".to_owned())
        ),
        CaughtError::Error(error) => error.to_string(),
    }
}

/// The program's own line in a stack: the function is built with two lines before it.
fn line_of(stack: &str) -> Option<u32> {
    let place = stack.lines().find(|line| line.contains("anonymous") || line.contains("<input>"))?;
    let numbers = place.rsplit_once("<input>:")?.1;
    let line: u32 = numbers.split([':', ')']).next()?.parse().ok()?;
    line.checked_sub(3).filter(|line| *line > 0)
}

fn is_name(name: &str) -> bool {
    let letter = |letter: char| letter.is_ascii_alphabetic() || matches!(letter, '_' | '$');
    name.starts_with(letter) && name.chars().all(|each| letter(each) || each.is_ascii_digit())
}
