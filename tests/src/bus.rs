//! A session bus: what a second start of the app finds the first one by.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context;
use tokio::process::{Child, Command};

use crate::wait::{PATIENCE, until};

/// A session bus of its own for each desk.
#[derive(Debug)]
pub(crate) struct Bus {
    _daemon: Child,
    socket: PathBuf,
}

impl Bus {
    /// Starts one whose socket lies in `folder`.
    pub(crate) async fn start(folder: &Path) -> anyhow::Result<Self> {
        let socket = folder.join("bus");
        let daemon = outlives_nobody("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--nosyslog"])
            .arg(format!("--address=unix:path={}", socket.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("dbus-daemon cannot be started; `cargo xtask setup` installs it")?;
        until("the session bus", PATIENCE, async || Ok(socket.exists().then_some(()))).await?;
        Ok(Self { _daemon: daemon, socket })
    }

    /// For `DBUS_SESSION_BUS_ADDRESS`.
    pub(crate) fn address(&self) -> String {
        format!("unix:path={}", self.socket.display())
    }
}

/// A program that ends with the test, also when the test itself is killed: with the thread that starts it, to be exact.
pub(crate) fn outlives_nobody(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", program]).kill_on_drop(true);
    command
}
