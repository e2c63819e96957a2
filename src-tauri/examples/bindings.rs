//! Writes `ui/src/backend/bindings.ts` anew: `cargo run -p hearth --example bindings`.

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/backend/bindings.ts");
    Ok(hearth_shell::bindings::export(&path)?)
}
