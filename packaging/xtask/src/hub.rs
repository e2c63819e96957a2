//! A file of the Hugging Face Hub, fetched with the system's curl: the machine's proxy and certificates are then
//! used as everywhere else.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde::Deserialize;

use crate::program;

#[derive(Deserialize)]
pub(crate) struct HubFile {
    repository: String,
    revision: String,
    path: String,
}

impl HubFile {
    pub(crate) fn url(&self) -> String {
        let host = env::var("HF_ENDPOINT").unwrap_or_else(|_| "https://huggingface.co".to_owned());
        format!("{}/{}/resolve/{}/{}", host.trim_end_matches('/'), self.repository, self.revision, self.path)
    }

    /// Gives up after five seconds without a connection, and after thirty without progress: there are other sources.
    pub(crate) fn fetch(&self, to: &Path) -> Result<()> {
        let mut curl = Command::new("curl");
        curl.args(["--fail", "--location", "--no-progress-meter", "--connect-timeout", "5"])
            .args(["--speed-limit", "1000", "--speed-time", "30", "--output"])
            .arg(to)
            .arg(self.url());
        program::run(&mut curl)
    }
}
