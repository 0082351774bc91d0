//! The GPUs of this machine and their memory, as their drivers tell it.
//!
//! NVIDIA's library is loaded when it is asked, so that nothing is needed where it isn't; on Linux the kernel tells of the
//! others in files. Deliberately not here: what an engine makes of them.

use std::path::Path;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

mod nvidia;
mod sysfs;

/// Who made a GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "GpuVendor")]
pub enum Vendor {
    /// AMD.
    Amd,
    /// Intel.
    Intel,
    /// NVIDIA.
    Nvidia,
}

/// A GPU. Memory is its own, in bytes; what it borrows of the machine's isn't counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Gpu {
    /// What its maker calls it, as far as that is known here.
    pub name: String,
    /// Its maker.
    pub vendor: Vendor,
    /// Memory in all; `None` where the driver doesn't tell.
    #[ts(type = "number | null")]
    pub memory_total: Option<u64>,
    /// Memory that nobody uses now; `None` where the driver doesn't tell.
    #[ts(type = "number | null")]
    pub memory_free: Option<u64>,
    /// The driver's version where it tells, else its name.
    pub driver: Option<String>,
}

/// The GPUs here; none where none can be asked. `devices` is the folder of the kernel's graphics devices, `/sys/class/drm`.
/// Blocks: loading NVIDIA's library takes some tens of milliseconds where there is one.
pub(super) fn find(devices: &Path) -> Vec<Gpu> {
    let mut gpus = nvidia::find();
    let told = !gpus.is_empty();
    gpus.extend(sysfs::find(devices).into_iter().filter(|gpu| !(told && gpu.vendor == Vendor::Nvidia)));
    gpus
}
