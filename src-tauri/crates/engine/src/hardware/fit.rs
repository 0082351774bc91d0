//! Whether a model fits into what a machine has.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Machine;
use crate::estimate::MemoryEstimate;

/// A GPU with less of its own memory than this is there for the screen, in bytes.
const LEAST_GPU: u64 = 1 << 30;

/// How much of a memory a model may take and still fit well, in tenths.
const WELL: u64 = 9;

/// Whether and how a model fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Well: wholly on the GPU where there is one, else in memory.
    Yes,
    /// Barely: little is left for anything else.
    Tight,
    /// Partly on the GPU, the rest in memory: slower.
    Partly,
    /// Not at all.
    No,
    /// It can't be told.
    Unknown,
}

/// Memory that a model may take, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Room {
    /// Of the machine's memory.
    #[ts(type = "number")]
    pub memory: u64,
    /// Of its GPUs' own memory, together.
    #[ts(type = "number")]
    pub gpu: u64,
}

impl Room {
    /// What is free now: for a model that is about to be loaded.
    pub fn now(machine: &Machine) -> Self {
        let gpu = sum(machine, |gpu| gpu.memory_free.or(gpu.memory_total));
        Self { memory: machine.hardware.available_memory, gpu }
    }

    /// What this machine has for a model when little else runs: for choosing one.
    pub fn at_best(machine: &Machine) -> Self {
        let total = machine.hardware.total_memory;
        // The system and a browser want some too.
        let others = (total / 8).max(1 << 30);
        let gpu = sum(machine, |gpu| gpu.memory_total.map(|total| total - total / 16));
        Self { memory: total.saturating_sub(others), gpu }
    }
}

fn sum(machine: &Machine, of: impl Fn(&super::Gpu) -> Option<u64>) -> u64 {
    let large = machine.gpus.iter().filter(|gpu| gpu.memory_total.is_some_and(|total| total >= LEAST_GPU));
    large.filter_map(of).fold(0, u64::saturating_add)
}

/// Whether a model that takes what `estimate` says fits.
pub fn fits(estimate: &MemoryEstimate, room: &Room) -> Fit {
    match fits_bytes(estimate.total, room) {
        // What is known of it is too much already.
        Fit::No => Fit::No,
        _ if !estimate.known => Fit::Unknown,
        fit => fit,
    }
}

/// Whether so many bytes fit.
pub fn fits_bytes(needed: u64, room: &Room) -> Fit {
    let well = |room: u64| needed <= room / 10 * WELL;
    if room.gpu > 0 && well(room.gpu) {
        Fit::Yes
    } else if needed <= room.gpu {
        Fit::Tight
    } else if room.gpu > 0 && needed <= room.gpu.saturating_add(room.memory) {
        Fit::Partly
    } else if well(room.memory) {
        Fit::Yes
    } else if needed <= room.memory {
        Fit::Tight
    } else {
        Fit::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        estimate::{EstimateOptions, estimate_with},
        hardware::{Gpu, Hardware, Processor, Vendor},
        testing::smollm2,
    };

    const GIB: u64 = 1 << 30;

    fn machine(memory: u64, gpu: Option<(u64, u64)>) -> Machine {
        Machine {
            hardware: Hardware {
                total_memory: memory,
                available_memory: memory / 2,
                logical_cores: 8,
                physical_cores: 4,
            },
            processor: Processor::default(),
            gpus: gpu
                .map(|(total, free)| Gpu {
                    name: "GPU".into(),
                    vendor: Vendor::Nvidia,
                    memory_total: Some(total),
                    memory_free: Some(free),
                    driver: None,
                })
                .into_iter()
                .collect(),
        }
    }

    #[test]
    fn without_a_gpu_memory_decides() {
        let room = Room::at_best(&machine(16 * GIB, None));
        assert_eq!(room, Room { memory: 14 * GIB, gpu: 0 });
        assert_eq!(fits_bytes(5 * GIB, &room), Fit::Yes);
        assert_eq!(fits_bytes(13 * GIB, &room), Fit::Tight);
        assert_eq!(fits_bytes(15 * GIB, &room), Fit::No);
    }

    #[test]
    fn with_a_gpu_its_memory_decides_and_the_rest_may_help() {
        let room = Room::now(&machine(32 * GIB, Some((12 * GIB, 10 * GIB))));
        assert_eq!(room, Room { memory: 16 * GIB, gpu: 10 * GIB });
        assert_eq!(fits_bytes(5 * GIB, &room), Fit::Yes);
        assert_eq!(fits_bytes(10 * GIB, &room), Fit::Tight);
        assert_eq!(fits_bytes(20 * GIB, &room), Fit::Partly);
        assert_eq!(fits_bytes(27 * GIB, &room), Fit::No);
    }

    #[test]
    fn a_gpu_for_the_screen_does_not_count() {
        let room = Room::at_best(&machine(16 * GIB, Some((GIB / 2, GIB / 2))));
        assert_eq!(room.gpu, 0);
        assert_eq!(fits_bytes(5 * GIB, &room), Fit::Yes);
    }

    #[test]
    fn what_is_not_known_is_said_unless_it_is_too_much_already() {
        let mut header = smollm2();
        header.unusual_memory = true;
        let estimate = estimate_with(&header, &EstimateOptions::ollama(4096));
        assert_eq!(fits(&estimate, &Room { memory: GIB, gpu: 0 }), Fit::Unknown);
        assert_eq!(fits(&estimate, &Room { memory: 1000, gpu: 0 }), Fit::No);
    }
}
