//! NVIDIA's management library, where the driver brought it.

use super::Gpu;

/// All that the library knows; none where it isn't there or can't be asked.
#[cfg(any(target_os = "linux", windows))]
pub(super) fn find() -> Vec<Gpu> {
    use nvml_wrapper::Nvml;
    let Ok(library) = Nvml::init() else { return Vec::new() };
    let driver = library.sys_driver_version().ok();
    let count = library.device_count().unwrap_or(0).min(64);
    (0..count)
        .filter_map(|index| {
            let device = library.device_by_index(index).ok()?;
            let memory = device.memory_info().ok();
            Some(Gpu {
                name: device.name().unwrap_or_else(|_| "NVIDIA GPU".into()),
                vendor: super::Vendor::Nvidia,
                memory_total: memory.as_ref().map(|memory| memory.total),
                memory_free: memory.as_ref().map(|memory| memory.free),
                driver: driver.clone(),
            })
        })
        .collect()
}

/// There is no such library for this system.
#[cfg(not(any(target_os = "linux", windows)))]
pub(super) fn find() -> Vec<Gpu> {
    Vec::new()
}
