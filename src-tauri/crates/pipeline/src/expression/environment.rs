//! The one environment in which everything is compiled and run, and its bounds.

use std::cell::Cell;
use std::sync::{LazyLock, Mutex};
use std::thread;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::{ExpressionError, filters, order};

/// The longest expression, and the longest tag of a template, in bytes.
pub const MAX_EXPRESSION: usize = 4 * 1024;
/// The longest template, in bytes.
pub const MAX_TEMPLATE: usize = 64 * 1024;
/// Steps of the program, 64 bytes that it writes counting as one: at most some 128 MB and 0.2 s.
const FUEL: u64 = 2_000_000;
/// How deep calls may nest.
const MAX_DEPTH: usize = 100;
/// Texts up to this many bytes can't nest deep enough to need the big stack.
const SHALLOW: usize = 512;
/// A few thousand nested operators need some 10 MiB in a debug build.
const STACK: usize = 16 * 1024 * 1024;

thread_local! {
    static ON_BIG_STACK: Cell<bool> = const { Cell::new(false) };
}

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    // A tag on a line of its own leaves no empty line, and the text ends as it was written.
    let mut syntax = SyntaxConfig::builder();
    if let Ok(syntax) = syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(MAX_DEPTH);
    // So that an error names what has no value, in a release build too.
    environment.set_debug(true);
    // It prints everything there is, other steps' results included.
    environment.remove_global("debug");
    filters::add(&mut environment);
    order::add(&mut environment);
    environment
});

pub(super) fn environment() -> &'static Environment<'static> {
    &ENVIRONMENT
}

/// Runs `work` on a thread with a stack of 16 MiB and waits for it; on the spot where this already is one. Compiling and
/// evaluating recurse as deeply as a text nests, and a stack that runs out ends the whole application.
pub fn on_big_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if ON_BIG_STACK.get() {
        return work();
    }
    // Both are kept outside the thread, so that the work is still there where no thread can be had.
    let work = Mutex::new(Some(work));
    let result = Mutex::new(None);
    let run = || {
        let taken = work.lock().ok().and_then(|mut work| work.take());
        if let (Some(work), Ok(mut result)) = (taken, result.lock()) {
            *result = Some(work());
        }
    };
    thread::scope(|scope| {
        let on_thread = || {
            ON_BIG_STACK.set(true);
            run();
        };
        match thread::Builder::new()
            .name("expressions".into())
            .stack_size(STACK)
            .spawn_scoped(scope, on_thread)
        {
            Ok(thread) => {
                if let Err(panic) = thread.join() {
                    std::panic::resume_unwind(panic);
                }
            }
            Err(_) => run(),
        }
    });
    match result.into_inner() {
        Ok(Some(result)) => result,
        _ => unreachable!("the work ran once, and its panic was passed on"),
    }
}

/// `work` over `text`, if that isn't too long, and on the big stack if it is long enough to nest deeply.
pub(super) fn within<T: Send>(
    text: &str,
    limit: usize,
    work: impl FnOnce() -> Result<T, ExpressionError> + Send,
) -> Result<T, ExpressionError> {
    if text.len() > limit {
        return Err(ExpressionError::new(format!(
            "This text has {} KB; at most {} KB are allowed.",
            text.len().div_ceil(1024),
            limit / 1024
        )));
    }
    if text.len() <= SHALLOW { work() } else { on_big_stack(work) }
}
