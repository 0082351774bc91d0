//! A window of the same size with nothing in it, to compare the start and the memory of Web+'s own with.

use tauri::{Url, WebviewUrl, WebviewWindowBuilder};

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            let page = WebviewUrl::External(Url::parse("about:blank")?);
            WebviewWindowBuilder::new(app, "blank", page).title("Blank").inner_size(1180.0, 800.0).build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
}
