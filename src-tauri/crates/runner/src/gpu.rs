//! How many layers of a model go to a GPU: what its memory has free, against what the last layers need there. llama.cpp takes
//! any number and fails in the middle of loading when it was too many.
//!
//! Deliberately not here: choosing among several GPUs, since llama.cpp spreads the layers over all that it found.

use llama_cpp_2::{LlamaBackendDevice, LlamaBackendDeviceType, list_llama_ggml_backend_devices};

use crate::load::LoadRequest;

mod needs;

pub(crate) use needs::Needs;

const MIB: u64 = 1024 * 1024;

/// Left free on each GPU, in bytes: its driver takes some, and the screen is drawn with the same memory.
const LEFT_FREE: u64 = 512 * MIB;

/// A GPU that this build can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gpu {
    pub(crate) name: String,
    /// Bytes of its memory that are free.
    pub(crate) free: u64,
}

/// The GPUs that llama.cpp will use: the dedicated ones, or the integrated ones if there are no others.
pub(crate) fn found() -> Vec<Gpu> {
    chosen(list_llama_ggml_backend_devices())
}

fn chosen(devices: Vec<LlamaBackendDevice>) -> Vec<Gpu> {
    let of = |kind: LlamaBackendDeviceType| {
        let wanted = devices.iter().filter(move |device| device.device_type == kind);
        wanted.map(|device| Gpu {
            name: if device.description.is_empty() {
                device.name.clone()
            } else {
                device.description.clone()
            },
            free: device.memory_free as u64,
        })
    };
    let dedicated: Vec<_> = of(LlamaBackendDeviceType::Gpu).collect();
    if dedicated.is_empty() { of(LlamaBackendDeviceType::IntegratedGpu).collect() } else { dedicated }
}

/// What is done with a GPU's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Layers that go to the GPUs, the last ones of the model; at most as many as were asked for.
    pub(crate) layers: u32,
    /// Bytes of weights that stay in this computer's own memory.
    pub(crate) kept: u64,
    /// What the person should know, if not all fits.
    pub(crate) notice: Option<String>,
}

/// Chooses for the request; `None` where the file doesn't tell what its layers need.
pub(crate) fn choose(request: &LoadRequest, gpus: &[Gpu]) -> Option<Choice> {
    Some(choice(&Needs::of(request)?, request.gpu_layers, gpus))
}

fn choice(needs: &Needs, asked: u32, gpus: &[Gpu]) -> Choice {
    let rooms = gpus.iter().map(|gpu| gpu.free.saturating_sub(LEFT_FREE + needs.compute));
    let room = rooms.fold(0, u64::saturating_add);
    let all = needs.layers.len() as u32;
    let asked = asked.min(all);
    let layers = needs.layers_within(room).min(asked);
    let kept = needs.layers.iter().take((all - layers) as usize).map(|layer| layer.weights).sum();
    let names = gpus.iter().map(|gpu| gpu.name.as_str()).collect::<Vec<_>>().join(" and ");
    let free = gpus.iter().map(|gpu| gpu.free).fold(0, u64::saturating_add) / MIB;
    let notice = match layers {
        _ if layers == asked => None,
        0 => Some(format!(
            "{names}: {free} MiB of memory are free, too little for this model with this context. The CPU is used."
        )),
        _ => Some(format!(
            "{names}: {free} MiB of memory are free, which is room for {layers} of the model's {all} layers. The CPU computes the \
             others; a smaller context leaves more room."
        )),
    };
    Choice { layers, kept, notice }
}

#[cfg(test)]
mod tests;
