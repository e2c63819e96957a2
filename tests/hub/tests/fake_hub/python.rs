//! Hugging Face's own Python client, run against a Hub of ours.

use std::{path::Path, path::PathBuf, process::Command};

use serde_json::Value;

/// What every script begins with; it ends by giving `tell` what it found out.
const PRELUDE: &str = "\
import json, os
from huggingface_hub import HfApi, errors, hf_hub_download, scan_cache_dir, snapshot_download
api = HfApi()
def tell(found):
    print(json.dumps(found))
def refusal(ask):
    try:
        ask()
    except Exception as error:
        return type(error).__name__
";

/// The client with a home of its own.
pub(crate) struct PythonClient<'a> {
    pub(crate) endpoint: &'a str,
    pub(crate) home: &'a Path,
    pub(crate) token: Option<&'a str>,
}

impl PythonClient<'_> {
    /// Runs a script and returns what it tells.
    pub(crate) fn run(&self, script: &str) -> Value {
        let mut python = Command::new(python());
        python
            .arg("-c")
            .arg(format!("{PRELUDE}{script}"))
            .env_remove("HF_TOKEN")
            .env("HF_ENDPOINT", self.endpoint)
            .env("HF_HOME", self.home)
            .env("HF_HUB_DISABLE_TELEMETRY", "1")
            .env("HF_HUB_DISABLE_PROGRESS_BARS", "1")
            .env("NO_PROXY", "127.0.0.1");
        if let Some(token) = self.token {
            python.env("HF_TOKEN", token);
        }
        let output = python.output().expect("Python starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the client failed:\n{said}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}:\n{said}"))
    }
}

fn python() -> PathBuf {
    let path = std::env::var_os("HEARTH_HUB_CLIENT_PYTHON").map(PathBuf::from);
    path.expect("HEARTH_HUB_CLIENT_PYTHON is not set: run `cargo xtask test`, which fetches the client and sets it")
}
