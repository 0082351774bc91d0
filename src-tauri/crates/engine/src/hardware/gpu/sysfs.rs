//! What the kernel of Linux tells of graphics devices: one folder each, one fact a file.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use super::{Gpu, Vendor};

/// The longest fact, in bytes.
const MAX_FACT: u64 = 4096;

/// The devices in the folder, in the order of their numbers; none where there is no such folder.
pub(super) fn find(devices: &Path) -> Vec<Gpu> {
    let entries = fs::read_dir(devices).into_iter().flatten().flatten();
    let mut cards: Vec<(u32, PathBuf)> =
        entries.filter_map(|entry| Some((number(entry.file_name().to_str()?)?, entry.path()))).collect();
    cards.sort();
    cards.iter().take(64).filter_map(|(_, card)| gpu(&card.join("device"))).collect()
}

/// "card0" is a card; "card0-HDMI-A-1" is where a screen is plugged in.
fn number(name: &str) -> Option<u32> {
    name.strip_prefix("card")?.parse().ok()
}

fn gpu(device: &Path) -> Option<Gpu> {
    let vendor = match fact(device, "vendor")?.as_str() {
        "0x1002" => Vendor::Amd,
        "0x8086" => Vendor::Intel,
        "0x10de" => Vendor::Nvidia,
        _ => return None,
    };
    let bytes = |name: &str| fact(device, name)?.parse::<u64>().ok();
    let total = bytes("mem_info_vram_total").filter(|total| *total > 0);
    let used = bytes("mem_info_vram_used");
    let name = fact(device, "product_name").unwrap_or_else(|| {
        let maker = match vendor {
            Vendor::Amd => "AMD",
            Vendor::Intel => "Intel",
            Vendor::Nvidia => "NVIDIA",
        };
        let model = fact(device, "device").unwrap_or_default();
        format!("{maker} GPU {}", model.trim_start_matches("0x")).trim_end().to_owned()
    });
    let driver = fact(device, "uevent").and_then(|text| {
        text.lines().find_map(|line| line.strip_prefix("DRIVER=").map(|name| name.trim().to_owned()))
    });
    let memory_free = total.zip(used).map(|(total, used)| total.saturating_sub(used));
    Some(Gpu { name, vendor, memory_total: total, memory_free, driver })
}

/// A file's text without what surrounds it; `None` where there is none.
fn fact(device: &Path, name: &str) -> Option<String> {
    let mut text = String::new();
    fs::File::open(device.join(name)).ok()?.take(MAX_FACT).read_to_string(&mut text).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn card(devices: &Path, name: &str, facts: &[(&str, &str)]) {
        let device = devices.join(name).join("device");
        fs::create_dir_all(&device).unwrap();
        for (file, text) in facts {
            fs::write(device.join(file), format!("{text}\n")).unwrap();
        }
    }

    #[test]
    fn cards_are_read_with_their_memory_and_connectors_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        card(
            here,
            "card1",
            &[
                ("vendor", "0x1002"),
                ("device", "0x73bf"),
                ("mem_info_vram_total", "17163091968"),
                ("mem_info_vram_used", "1163091968"),
                ("uevent", "DRIVER=amdgpu\nPCI_CLASS=30000\nPCI_ID=1002:73BF"),
            ],
        );
        card(here, "card0", &[("vendor", "0x8086"), ("device", "0x56a0"), ("uevent", "DRIVER=xe")]);
        card(here, "card2", &[("vendor", "0x1af4"), ("device", "0x1050")]);
        card(here, "card1-HDMI-A-1", &[("vendor", "0x1002")]);
        fs::create_dir(here.join("renderD128")).unwrap();
        let [intel, amd] = <[Gpu; 2]>::try_from(find(here)).unwrap();
        assert_eq!((intel.name.as_str(), intel.memory_total), ("Intel GPU 56a0", None));
        assert_eq!(intel.driver.as_deref(), Some("xe"));
        assert_eq!((amd.name.as_str(), amd.vendor), ("AMD GPU 73bf", Vendor::Amd));
        assert_eq!((amd.memory_total, amd.memory_free), (Some(17_163_091_968), Some(16_000_000_000)));
        assert_eq!(amd.driver.as_deref(), Some("amdgpu"));
    }

    #[test]
    fn nonsense_and_absence_are_no_gpu() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(find(&folder.path().join("nowhere")), []);
        card(folder.path(), "card0", &[]);
        card(folder.path(), "card1", &[("vendor", "0x1002"), ("mem_info_vram_total", "many")]);
        let [gpu] = <[Gpu; 1]>::try_from(find(folder.path())).unwrap();
        assert_eq!((gpu.memory_total, gpu.memory_free, gpu.driver), (None, None, None));
        assert_eq!(gpu.name, "AMD GPU");
    }
}
