//! The program that drives the webview from outside.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::process::Process;
use crate::wait::{PATIENCE, until};

/// A running `WebKitWebDriver`. It starts the app as its child and hands its own environment on to it.
#[derive(Debug)]
pub struct Driver {
    _program: Child,
    process: Process,
    port: u16,
}

impl Driver {
    /// Name of the program.
    pub(crate) const PROGRAM: &'static str = "WebKitWebDriver";

    /// Runs `command`, which ends in the driver's name. What the app prints goes to `output`.
    pub(crate) async fn start(mut command: Command, output: &Path) -> anyhow::Result<Self> {
        let port = free_port()?;
        let output = std::fs::OpenOptions::new().create(true).append(true).open(output)?;
        let program = command
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .kill_on_drop(true)
            .spawn()
            .context("WebKitWebDriver cannot be started; `cargo xtask setup` installs it")?;
        let pid = program.id().context("WebKitWebDriver ended at once")?;
        let process = Process::with_pid(i32::try_from(pid)?)?;
        let address = (Ipv4Addr::LOCALHOST, port);
        until("the WebDriver's port", PATIENCE, async || Ok(TcpStream::connect(address).await.ok().map(drop))).await?;
        Ok(Self { _program: program, process, port })
    }

    /// Has it start the app with these arguments and connect to its page.
    pub async fn open(&self, app: &Path, arguments: &[&str]) -> anyhow::Result<Client> {
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("webkitgtk:browserOptions".into(), json!({ "binary": app, "args": arguments }));
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let address = format!("http://127.0.0.1:{}", self.port);
        let client = tokio::time::timeout(Duration::from_mins(1), builder.connect(&address))
            .await
            .context("the app's window does not open")?
            .context("the app's window cannot be opened")?;
        Ok(client)
    }

    /// The driver's process, of which the app is a child.
    pub(crate) fn process(&self) -> &Process {
        &self.process
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The driver does not take the app with it.
        for process in self.process.descendants() {
            process.kill().ok();
        }
    }
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
