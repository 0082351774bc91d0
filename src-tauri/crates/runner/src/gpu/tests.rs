#![allow(clippy::unwrap_used, reason = "tests")]
use super::needs::Layer;
use super::*;

/// Ten layers of 100 MiB with 20 MiB of context each, 80 MiB of output, 64 MiB to compute in.
fn needs() -> Needs {
    let layer = Layer { weights: 100 * MIB, cache: 20 * MIB };
    Needs { layers: vec![layer; 10], output: 80 * MIB, compute: 64 * MIB }
}

fn gpu(free: u64) -> Gpu {
    Gpu { name: "Card".to_owned(), free: free * MIB }
}

#[test]
fn what_fits_is_put_on_the_gpu_without_a_word() {
    let least = 512 + 64 + 80 + 1200;
    let choice = choice(&needs(), 99, &[gpu(least)]);
    assert_eq!(choice, Choice { layers: 10, kept: 0, notice: None });
}

#[test]
fn a_part_goes_to_a_gpu_that_has_room_for_a_part_and_that_is_said() {
    let choice = choice(&needs(), 11, &[gpu(512 + 64 + 80 + 400)]);
    assert_eq!((choice.layers, choice.kept), (3, 700 * MIB));
    let notice = choice.notice.unwrap();
    assert!(notice.contains("Card: 1056 MiB") && notice.contains("3 of the model's 10 layers"), "{notice}");
}

#[test]
fn two_gpus_have_the_room_of_both() {
    let both = choice(&needs(), 11, &[gpu(512 + 64 + 80 + 400), gpu(512 + 64 + 300)]);
    assert_eq!(both.layers, 5);
    assert!(both.notice.unwrap().starts_with("Card and Card: "));
}

#[test]
fn a_full_gpu_leaves_all_to_the_cpu_and_that_is_said() {
    for free in [0, 100, 512 + 64 + 80 + 119] {
        let choice = choice(&needs(), 11, &[gpu(free)]);
        assert_eq!((choice.layers, choice.kept), (0, 1000 * MIB));
        assert!(choice.notice.unwrap().ends_with("The CPU is used."));
    }
}

#[test]
fn no_more_layers_are_put_there_than_were_asked_for() {
    let choice = choice(&needs(), 4, &[gpu(100_000)]);
    assert_eq!(choice, Choice { layers: 4, kept: 600 * MIB, notice: None });
}

#[test]
fn an_integrated_gpu_is_used_only_where_there_is_no_dedicated_one() {
    let device = |description: &str, device_type| LlamaBackendDevice {
        index: 0,
        name: "Vulkan0".to_owned(),
        description: description.to_owned(),
        backend: "Vulkan".to_owned(),
        memory_total: 9,
        memory_free: 7,
        device_type,
    };
    let cpu = device("a CPU", LlamaBackendDeviceType::Cpu);
    let inside = device("inside", LlamaBackendDeviceType::IntegratedGpu);
    let card = device("card", LlamaBackendDeviceType::Gpu);
    let names = |devices: &[&LlamaBackendDevice]| {
        let gpus = chosen(devices.iter().map(|device| (*device).clone()).collect());
        gpus.into_iter().map(|gpu| (gpu.name, gpu.free)).collect::<Vec<_>>()
    };
    assert_eq!(names(&[&cpu]), []);
    assert_eq!(names(&[&cpu, &inside]), [("inside".to_owned(), 7)]);
    assert_eq!(names(&[&inside, &card, &cpu]), [("card".to_owned(), 7)]);
    assert_eq!(names(&[&device("", LlamaBackendDeviceType::Gpu)]), [("Vulkan0".to_owned(), 7)]);
}
