//! What llama.cpp logs: to stderr, and the last error kept, because its functions tell only that they failed, not why.

use std::ffi::{CStr, c_char, c_void};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use llama_cpp_sys_2::{
    GGML_LOG_LEVEL_CONT, GGML_LOG_LEVEL_ERROR, GGML_LOG_LEVEL_INFO, GGML_LOG_LEVEL_WARN, ggml_log_level,
    llama_log_set,
};

/// The longest error that is kept, in bytes.
const MAX_KEPT: usize = 2000;

static ERRORS: Mutex<String> = Mutex::new(String::new());
static CONTINUE: AtomicBool = AtomicBool::new(false);

/// Takes over llama.cpp's log for the rest of the process.
#[allow(
    unsafe_code,
    reason = "the wrapper can only log to a tracing subscriber and panics on unknown levels"
)]
pub(crate) fn install() {
    // SAFETY: the callback is a function that lives as long as the process and ignores its user data.
    unsafe { llama_log_set(Some(receive), std::ptr::null_mut()) }
}

/// Forgets the errors so far.
pub(crate) fn clear() {
    ERRORS.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// The errors logged since `clear`, lower case, one per line.
pub(crate) fn errors() -> String {
    ERRORS.lock().unwrap_or_else(PoisonError::into_inner).to_lowercase()
}

#[allow(unsafe_code, reason = "a C string arrives as a pointer")]
extern "C" fn receive(level: ggml_log_level, text: *const c_char, _: *mut c_void) {
    let wanted = match level {
        GGML_LOG_LEVEL_CONT => CONTINUE.load(Ordering::Relaxed),
        GGML_LOG_LEVEL_INFO | GGML_LOG_LEVEL_WARN | GGML_LOG_LEVEL_ERROR => true,
        _ => false,
    };
    CONTINUE.store(wanted, Ordering::Relaxed);
    if !wanted || text.is_null() {
        return;
    }
    // SAFETY: llama.cpp passes a string that ends with NUL and lives for the call.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes();
    if level == GGML_LOG_LEVEL_ERROR {
        let mut kept = ERRORS.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MAX_KEPT {
            kept.push_str(&String::from_utf8_lossy(bytes));
        }
    }
    // A log that can't be written is no reason to stop computing.
    let _ = std::io::stderr().write_all(bytes);
}
