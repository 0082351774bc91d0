//! Tells Tauri which commands there are, so that each needs a permission, and makes an empty page folder where the page
//! hasn't been built, so that everything else builds without Node.

/// Every command of ours; `capabilities/main.json` grants them to the window by name.
const COMMANDS: &[&str] = &[
    "rpc",
    "subscribe",
    "unsubscribe",
    "open_external",
    "pick_model_file",
    "pick_folder",
    "pick_path",
    "window_ready",
];

fn main() {
    let dist = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/dist");
    if !dist.exists() && std::fs::create_dir_all(&dist).is_err() {
        println!("cargo:warning=ui/dist could not be made; the page will be missing");
    }
    println!("cargo:rerun-if-changed={}", dist.display());
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        println!("cargo:error={error:#}");
        std::process::exit(1);
    }
}
