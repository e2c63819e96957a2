//! The page's types are those of this program.

use std::path::Path;

#[test]
fn the_page_s_bindings_are_up_to_date() {
    let checked_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/backend/bindings.ts");
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let fresh = scratch.path().join("bindings.ts");

    hearth_shell::bindings::export(&fresh).expect("every type can be written as TypeScript");

    let read =
        |path: &Path| std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        read(&checked_in) == read(&fresh),
        "{} is stale: run `cargo run -p hearth --example bindings`",
        checked_in.display()
    );
}
