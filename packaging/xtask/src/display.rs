//! A display without a screen: an X server that draws into a file.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

pub(crate) struct VirtualDisplay {
    server: Child,
    number: u32,
    framebuffer: TempDir,
}

/// Whether a window could be opened here as things are.
pub(crate) fn is_here() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

impl VirtualDisplay {
    /// Returns once the display accepts programs. The server itself picks a free number.
    ///
    /// It ends with this value or with the last window on it, and not with a terminal's Ctrl-C: that one is meant for
    /// the program in the window, which then ends in order.
    pub(crate) fn start(width: u32, height: u32) -> Result<Self> {
        let framebuffer = tempfile::tempdir().context("cannot make a folder for the virtual display")?;
        let mut server = Command::new("Xvfb");
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut server, 0);
        let mut server = server
            .args(["-displayfd", "1", "-terminate", "-nolisten", "tcp"])
            .args(["-screen", "0", &format!("{width}x{height}x24"), "-fbdir"])
            .arg(framebuffer.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start Xvfb, the virtual display")?;
        let mut answer = String::new();
        if let Some(stdout) = server.stdout.take() {
            BufReader::new(stdout).read_line(&mut answer).context("cannot read the virtual display's number")?;
        }
        let Ok(number) = answer.trim().parse() else {
            let status = server.wait().context("Xvfb cannot be waited for")?;
            bail!("Xvfb, the virtual display, did not start ({status})");
        };
        Ok(Self { server, number, framebuffer })
    }

    /// For the variable `DISPLAY`.
    pub(crate) fn name(&self) -> String {
        format!(":{}", self.number)
    }

    /// What the screen shows right now, as an X window dump.
    pub(crate) fn framebuffer(&self) -> PathBuf {
        self.framebuffer.path().join("Xvfb_screen0")
    }

    /// No more pictures: takes the file away, which the server keeps open and nobody can remove after a Ctrl-C.
    pub(crate) fn forget_framebuffer(&self) -> Result<()> {
        std::fs::remove_dir_all(self.framebuffer.path()).context("cannot remove the virtual display's file")
    }
}

impl Drop for VirtualDisplay {
    fn drop(&mut self) {
        // Both fail only when the server has ended already, which is what is wanted.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
