//! What this machine has, and what of a model fits into it.

mod fit;
mod gpu;
mod machine;
mod processor;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    estimate::{MemoryEstimate, estimate},
    gguf::GgufHeader,
};

pub use fit::{Fit, Room, fits, fits_bytes};
pub use gpu::{Gpu, Vendor};
pub use machine::{Machine, disk_free};
pub use processor::Processor;

/// The context that a model is loaded with where memory allows and nobody chose another, in tokens.
const USUAL_CONTEXT: u32 = 8192;

/// Smaller than this a conversation makes no sense, in tokens.
const LEAST_CONTEXT: u32 = 512;

/// What this machine has. Memory is in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Hardware {
    /// Memory in all, or what this process may use of it.
    #[ts(type = "number")]
    pub total_memory: u64,
    /// Memory that can be had without swapping.
    #[ts(type = "number")]
    pub available_memory: u64,
    /// Cores that the system shows.
    pub logical_cores: u32,
    /// Cores that really compute; the logical ones where unknown.
    pub physical_cores: u32,
}

impl Hardware {
    /// Looks at the machine. Takes a few milliseconds and blocks.
    pub fn measure() -> Self {
        let mut system = sysinfo::System::new();
        system.refresh_memory();
        let (mut total, mut available) = (system.total_memory(), system.available_memory());
        if let Some(limits) = system.cgroup_limits() {
            total = total.min(limits.total_memory.max(1));
            // Not its free memory: that counts the file cache as used.
            available = available.min(limits.total_memory.saturating_sub(limits.rss));
        }
        let logical = std::thread::available_parallelism().map_or(1, |count| count.get() as u32);
        let physical = sysinfo::System::physical_core_count().map_or(logical, |count| count as u32);
        Self {
            total_memory: total,
            available_memory: available,
            logical_cores: logical,
            physical_cores: physical.clamp(1, logical),
        }
    }

    /// Threads to compute with: one core stays free for everything else, since a crowded machine generates several times
    /// slower.
    pub fn threads(&self) -> u32 {
        self.physical_cores.saturating_sub(1).max(1)
    }

    /// Whether the model fits into the memory that is available now.
    pub fn fits(&self, estimate: &MemoryEstimate) -> bool {
        estimate.total <= self.available_memory
    }

    /// The context to load a model with unless the person chose one: what it was trained with, at most 8,192 tokens, and
    /// halved until it fits. In tokens.
    pub fn default_context(&self, header: &GgufHeader, file_size: u64) -> u32 {
        let trained = header.context_length.unwrap_or(USUAL_CONTEXT).max(1);
        let mut context = trained.min(USUAL_CONTEXT);
        while context / 2 >= LEAST_CONTEXT && !self.fits(&estimate(header, file_size, context)) {
            context /= 2;
        }
        context
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::smollm2;

    fn machine(available: u64) -> Hardware {
        Hardware {
            total_memory: available * 2,
            available_memory: available,
            logical_cores: 8,
            physical_cores: 4,
        }
    }

    #[test]
    fn one_core_stays_free() {
        assert_eq!(machine(0).threads(), 3);
        assert_eq!(Hardware { physical_cores: 1, ..machine(0) }.threads(), 1);
    }

    #[test]
    fn the_context_shrinks_until_it_fits() {
        let header = smollm2();
        assert_eq!(machine(8 << 30).default_context(&header, 98_362_432), 8192);
        assert_eq!(machine(250 << 20).default_context(&header, 98_362_432), 4096);
        assert_eq!(machine(1 << 20).default_context(&header, 98_362_432), 512);
    }

    #[test]
    fn this_machine_has_memory_and_cores() {
        let here = Hardware::measure();
        assert!(here.total_memory > 0 && here.logical_cores > 0 && here.physical_cores > 0);
    }
}
