//! From a file to a model in memory, or to a sentence that says why not.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::{ErrorCode, RunnerReply};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;

use crate::engine_log;
use crate::failure::Failure;
use crate::gpu;
use crate::memory;
use crate::wire::Output;

/// What the application asked for.
pub(crate) struct LoadRequest {
    pub(crate) path: PathBuf,
    pub(crate) context: u32,
    pub(crate) threads: u32,
    pub(crate) gpu_layers: u32,
    pub(crate) confine: bool,
}

impl LoadRequest {
    /// The files of the model: itself, or all parts when its name says that it is the first of several
    /// (`NAME-00001-of-00003.gguf`).
    pub(crate) fn parts(&self) -> Vec<PathBuf> {
        parts_of(&self.path).unwrap_or_else(|| vec![self.path.clone()])
    }
}

fn parts_of(path: &Path) -> Option<Vec<PathBuf>> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".gguf")?;
    let (front, count) = stem.rsplit_once("-of-")?;
    let (name, _) = front.rsplit_once('-')?;
    let parts: u32 = count.parse().ok().filter(|parts| (1..=999).contains(parts) && count.len() == 5)?;
    Some((1..=parts).map(|part| path.with_file_name(format!("{name}-{part:05}-of-{count}.gguf"))).collect())
}

/// A model in memory.
pub(crate) struct Loaded {
    pub(crate) model: LlamaModel,
    pub(crate) gpu_layers: u32,
    pub(crate) file_bytes: u64,
    pub(crate) notices: Vec<String>,
}

/// Reads the model, mapped into memory, telling how far it is; as many as fit of `gpu_layers` layers to a GPU, if there is one.
pub(crate) fn model(
    backend: &LlamaBackend,
    request: &LoadRequest,
    mut gpu_layers: u32,
    available: Option<u64>,
    output: &Arc<Output>,
) -> Result<Loaded, Failure> {
    let file_bytes = check_file(request)?;
    let mut notices = Vec::new();
    let mut kept = file_bytes;
    if gpu_layers > 0 {
        let gpus = gpu::found();
        if gpus.is_empty() {
            notices.push("No GPU that this build can use was found: the CPU is used.".to_owned());
            gpu_layers = 0;
        } else if let Some(choice) = gpu::choose(request, &gpus) {
            gpu_layers = choice.layers;
            kept = choice.kept;
            notices.extend(choice.notice);
        } else {
            kept = 0;
        }
    }
    memory::check_weights(kept, available)?;
    engine_log::clear();
    let mut model = read(backend, request, gpu_layers, output);
    if model.is_none() && gpu_layers > 0 {
        notices = vec!["The model can't be loaded onto the GPU: the CPU is used.".to_owned()];
        gpu_layers = 0;
        memory::check_weights(file_bytes, available)?;
        engine_log::clear();
        model = read(backend, request, 0, output);
    }
    let model = model.ok_or_else(|| refused(request))?;
    let gpu_layers = gpu_layers.min(model.n_layer());
    Ok(Loaded { model, gpu_layers, file_bytes, notices })
}

fn read(
    backend: &LlamaBackend,
    request: &LoadRequest,
    gpu_layers: u32,
    output: &Arc<Output>,
) -> Option<LlamaModel> {
    let output = Arc::clone(output);
    let mut told = -1.0_f32;
    // llama.cpp counts what comes after the last layer as one more.
    let gpu_layers = if gpu_layers > 0 { gpu_layers + 1 } else { 0 };
    let parameters = LlamaModelParams::default()
        .with_n_gpu_layers(gpu_layers)
        .with_use_mmap(true)
        .with_progress_callback(move |progress| {
            if progress - told >= 0.05 || (progress >= 1.0 && told < 1.0) {
                told = progress;
                output.send(&RunnerReply::Loading { progress: progress.clamp(0.0, 1.0) });
            }
            true
        });
    // Without layers of its own a GPU would still be given long prompts, and its memory, if it weren't taken away.
    let parameters = if gpu_layers > 0 { parameters } else { parameters.with_devices(&[]).ok()? };
    LlamaModel::load_from_file(backend, &request.path, &parameters).ok()
}

/// The size of all parts in bytes, if the file is there and is a GGUF at all.
fn check_file(request: &LoadRequest) -> Result<u64, Failure> {
    let unreadable = |path: &Path, error: std::io::Error| {
        let code = if error.kind() == std::io::ErrorKind::NotFound {
            ErrorCode::NotFound
        } else {
            ErrorCode::EngineFailed
        };
        Failure::new(code, format!("The model's file {} can't be read: {error}.", name(path)))
    };
    let mut magic = [0_u8; 4];
    let mut file = File::open(&request.path).map_err(|error| unreadable(&request.path, error))?;
    if file.read_exact(&mut magic).is_err() || &magic != b"GGUF" {
        return Err(damaged(request, "it doesn't begin as a GGUF file does"));
    }
    let mut bytes = 0_u64;
    for part in request.parts() {
        bytes += std::fs::metadata(&part).map_err(|error| unreadable(&part, error))?.len();
    }
    Ok(bytes)
}

/// Why llama.cpp refused, by what it logged.
fn refused(request: &LoadRequest) -> Failure {
    let log = engine_log::errors();
    if log.contains("unknown model architecture") || log.contains("unknown pre-tokenizer") {
        return Failure::new(
            ErrorCode::EngineFailed,
            format!(
                "The built-in engine doesn't know the kind of model in {}. Choose another model.",
                name(&request.path)
            ),
        );
    }
    if ["failed to allocate", "unable to allocate", "out of memory", "bad_alloc", "cannot allocate"]
        .iter()
        .any(|words| log.contains(words))
    {
        return Failure::new(
            ErrorCode::OutOfMemory,
            "There isn't enough free memory for the model. Close other programs or choose a smaller model."
                .to_owned(),
        );
    }
    damaged(request, "it is cut off or its contents make no sense")
}

fn damaged(request: &LoadRequest, why: &str) -> Failure {
    Failure::new(
        ErrorCode::ModelDamaged,
        format!(
            "The model's file {} is damaged: {why}. Remove the model and add it again.",
            name(&request.path)
        ),
    )
}

/// The file without its folder, which is nobody's business but ours.
fn name(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_model_has_all_its_parts_and_another_only_itself() {
        let parts = parts_of(Path::new("/m/big-00001-of-00003.gguf"));
        assert_eq!(
            parts,
            Some(vec![
                "/m/big-00001-of-00003.gguf".into(),
                "/m/big-00002-of-00003.gguf".into(),
                "/m/big-00003-of-00003.gguf".into()
            ])
        );
        assert_eq!(parts_of(Path::new("/m/one-of-a-kind.gguf")), None);
        assert_eq!(parts_of(Path::new("/m/x-1-of-99999.gguf")), None);
    }
}
