//! All of a machine that a person choosing a model wants to know.

use std::path::Path;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Gpu, Hardware, Processor, gpu};

/// Where the kernel of Linux tells of graphics devices.
const DEVICES: &str = "/sys/class/drm";

/// Memory and cores, the processor, and GPUs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    /// Memory and cores.
    #[serde(flatten)]
    pub hardware: Hardware,
    /// The processor.
    pub processor: Processor,
    /// The GPUs whose drivers can be asked; none on macOS, where they share the machine's memory.
    pub gpus: Vec<Gpu>,
}

impl Machine {
    /// Looks at the machine. Takes some milliseconds, some tens of them with an NVIDIA driver, and blocks.
    pub fn measure() -> Self {
        Self::with_devices(Path::new(DEVICES))
    }

    /// The same, with another folder of graphics devices.
    pub fn with_devices(devices: &Path) -> Self {
        Self { hardware: Hardware::measure(), processor: Processor::measure(), gpus: gpu::find(devices) }
    }
}

/// Bytes that may still be written where `folder` is; `None` where that can't be told. Blocks.
pub fn disk_free(folder: &Path) -> Option<u64> {
    crate::space::free(folder)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn this_machine_can_be_looked_at_and_told_as_json() {
        let nowhere = tempfile::tempdir().unwrap();
        let machine = Machine::with_devices(nowhere.path());
        let told = serde_json::to_value(&machine).unwrap();
        assert!(told["totalMemory"].as_u64().unwrap() > 0, "{told}");
        assert!(told["processor"]["features"].is_array() && told["gpus"].is_array());
        assert_eq!(serde_json::from_value::<Machine>(told).unwrap(), machine);
        assert!(disk_free(nowhere.path()).unwrap() > 0);
    }
}
