//! The names and sizes of a model file's tensors, read from its header before anything is loaded.

use std::ffi::{CStr, CString};
use std::path::Path;

use llama_cpp_sys_2::{
    gguf_free, gguf_get_n_tensors, gguf_get_tensor_name, gguf_get_tensor_ne, gguf_get_tensor_size,
    gguf_init_from_file, gguf_init_params,
};

/// One tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tensor {
    pub(crate) name: String,
    /// Bytes in the file, which are those in memory.
    pub(crate) bytes: u64,
    /// How many rows it has: for the embedding, the size of the vocabulary.
    pub(crate) rows: u64,
}

/// All tensors of a file; `None` if it can't be read as a GGUF.
#[allow(unsafe_code, reason = "the safe wrapper reads metadata only, not what is said of the tensors")]
pub(crate) fn of_file(path: &Path) -> Option<Vec<Tensor>> {
    let path = CString::new(path.to_str()?).ok()?;
    let parameters = gguf_init_params { no_alloc: true, ctx: std::ptr::null_mut() };
    // SAFETY: the path ends with NUL and lives for the call; without allocation no tensor is read and no context is made.
    let file = unsafe { gguf_init_from_file(path.as_ptr(), parameters) };
    if file.is_null() {
        return None;
    }
    // SAFETY: the file is open until it is freed below, and the indices are those that it counts.
    let tensors = unsafe {
        (0..gguf_get_n_tensors(file))
            .map(|at| Tensor {
                name: CStr::from_ptr(gguf_get_tensor_name(file, at)).to_string_lossy().into_owned(),
                bytes: gguf_get_tensor_size(file, at) as u64,
                // Every tensor has four lengths; those that it doesn't use are 1.
                rows: u64::try_from(*gguf_get_tensor_ne(file, at).add(1)).unwrap_or(0),
            })
            .collect()
    };
    // SAFETY: it isn't null, and nothing of it is used any more.
    unsafe { gguf_free(file) };
    Some(tensors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_gguf_has_no_tensors() {
        assert_eq!(of_file(Path::new("/nowhere.gguf")), None);
        assert_eq!(of_file(Path::new("/dev/null")), None);
    }
}
