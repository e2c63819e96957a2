//! The Hub as a program.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use crate::{
    client::{get, head},
    interface::LISTING,
};

/// The program, until it is dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) endpoint: String,
}

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hearth-fake-hub"))
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut endpoint = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut endpoint).expect("a line");
        Self { child, endpoint: endpoint.trim().to_owned() }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn starter_model() -> PathBuf {
    let path = std::env::var_os("HEARTH_STARTER_MODEL").map(PathBuf::from).unwrap_or_default();
    assert!(path.is_file(), "HEARTH_STARTER_MODEL names no model: run `cargo xtask test`, which sets it");
    path
}

#[test]
fn the_program_serves_a_list_and_a_real_model_and_tells_its_address() {
    let model = starter_model();
    let served = format!("maker/starter-GGUF={}", model.display());
    let program = Program::start(&["--listing", LISTING, "--model", &served]);
    let all = get(format!("{}/api/models", program.endpoint)).send().json();
    assert!(all.as_array().unwrap().len() > 30);
    let info = get(format!("{}/api/models/maker/starter-GGUF", program.endpoint)).send().json();
    assert_eq!((&info["gguf"]["architecture"], &info["gguf"]["context_length"]), (&"llama".into(), &8192.into()));
    assert_eq!(info["gguf"]["total"].as_u64().map(|total| total / 1_000_000), Some(134));
    let name = model.file_name().unwrap().to_string_lossy();
    let told = head(format!("{}/maker/starter-GGUF/resolve/main/{name}", program.endpoint)).send();
    assert_eq!(told.header("x-linked-size"), Some(model.metadata().unwrap().len().to_string().as_str()));
    let file = get(told.header("location").unwrap()).range("0-3").send();
    assert_eq!(file.body, b"GGUF");
}
