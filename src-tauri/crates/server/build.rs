//! Makes an empty page folder where the page hasn't been built, so that everything else builds without Node.
fn main() {
    let dist = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/dist");
    if !dist.exists() && std::fs::create_dir_all(&dist).is_err() {
        println!("cargo:warning=ui/dist could not be made; the page will be missing");
    }
    println!("cargo:rerun-if-changed={}", dist.display());
}
