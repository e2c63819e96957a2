//! Compiles permissions and configuration in, and sees to it that the page inside is the newest one.

use std::path::Path;

fn main() {
    if std::env::var_os("CARGO_FEATURE_CUSTOM_PROTOCOL").is_some() {
        let page = Path::new("../ui/dist");
        if !page.exists() {
            println!("cargo::error=the page is not built: `cargo xtask run` does it, or `npm run build` in ui/");
            return;
        }
        // `generate_context!` takes the page in, but cargo does not know its files.
        println!("cargo::rerun-if-changed={}", page.display());
    }
    tauri_build::build();
}
