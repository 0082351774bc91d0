//! The memory of each load, added up from its buffers.

use std::collections::VecDeque;

use super::Fact;

/// So many loads are remembered.
const KEPT: usize = 32;

/// What a load of a model took, in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadMemory {
    /// The model's file.
    pub model: String,
    /// The weights.
    pub weights: u64,
    /// The memory of the context, what recurrent layers keep included.
    pub context: u64,
    /// What the computation needs.
    pub compute: u64,
    /// What the results need.
    pub output: u64,
    /// Layers on a GPU, of how many; none where no GPU could take any.
    pub layers: Option<(u32, u32)>,
}

impl LoadMemory {
    /// All of it, in bytes.
    pub fn total(&self) -> u64 {
        self.weights + self.context + self.compute + self.output
    }
}

/// The last loads. Lines of two loads at once can't be told apart and count for the later one.
#[derive(Debug, Clone, Default)]
pub struct Loads {
    loads: VecDeque<LoadMemory>,
}

impl Loads {
    /// Takes what a line told.
    pub fn take(&mut self, fact: &Fact) {
        match fact {
            Fact::Loading { model } => {
                if self.loads.len() == KEPT {
                    self.loads.pop_front();
                }
                self.loads.push_back(LoadMemory { model: model.clone(), ..LoadMemory::default() });
            }
            Fact::Buffer { kind, bytes, .. } => {
                let Some(load) = self.loads.back_mut() else { return };
                let place = match kind.as_str() {
                    "model" => &mut load.weights,
                    "KV" | "RS" => &mut load.context,
                    "output" => &mut load.output,
                    _ => &mut load.compute,
                };
                *place += bytes;
            }
            Fact::Layers { gpu, all } => {
                if let Some(load) = self.loads.back_mut() {
                    load.layers = Some((*gpu, *all));
                }
            }
            _ => {}
        }
    }

    /// The last loads, oldest first.
    pub fn all(&self) -> Vec<LoadMemory> {
        self.loads.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fact, *};

    const LOG: &str = include_str!("../../../tests/fixtures/ollama/load-then-runner-killed.log");

    #[test]
    fn the_buffers_of_each_recorded_load_are_added_up() {
        let mut loads = Loads::default();
        LOG.lines().filter_map(fact).for_each(|fact| loads.take(&fact));
        let loads = loads.all();
        assert_eq!(loads.len(), 2);
        for load in &loads {
            let total = load.total() as f64 / f64::from(1 << 20);
            assert!((total - 199.80).abs() < 0.01, "{total}");
            assert_eq!(load.context, 90 << 20);
        }
    }

    #[test]
    fn the_layers_on_a_gpu_are_read_as_llama_cpp_says_them() {
        let mut loads = Loads::default();
        for line in [
            r#"msg="starting llama-server" cmd="/x/llama-server --model /m/a --port 1""#,
            "load_tensors: offloading 30 repeating layers to GPU",
            "load_tensors: offloaded 31/33 layers to GPU",
            "load_tensors: offloaded many layers to GPU",
        ] {
            if let Some(fact) = fact(line) {
                loads.take(&fact);
            }
        }
        assert_eq!(loads.all().first().unwrap().layers, Some((31, 33)));
    }

    #[test]
    fn a_second_context_memory_of_the_same_load_counts_too() {
        let mut loads = Loads::default();
        for line in [
            "llama_kv_cache:  CPU KV buffer size =    1.00 MiB",
            r#"msg="starting llama-server" cmd="/x/llama-server --model /m/a b --port 1""#,
            "llama_kv_cache:  CPU KV buffer size =    90.00 MiB",
            "llama_kv_cache:  CUDA0 KV buffer size =    10.00 MiB",
        ] {
            loads.take(&fact(line).unwrap());
        }
        let expected = LoadMemory { model: "/m/a b".into(), context: 100 << 20, ..LoadMemory::default() };
        assert_eq!(loads.all(), [expected]);
    }
}
