//! Processes as the system lists them, and their violent end.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};

use crate::wait::until;

/// One run of a program. A later process that was given the same number is not it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    pid: i32,
    /// Of the program's file, cut to 15 bytes by the kernel.
    name: String,
    parent: i32,
    /// In the kernel's ticks since the machine's start.
    started: u64,
    has_ended: bool,
}

impl Process {
    /// The process with that number, as it is now.
    pub fn with_pid(pid: i32) -> anyhow::Result<Self> {
        Self::read(pid).with_context(|| format!("no process {pid}"))
    }

    /// `/proc/PID/stat`, described in proc(5). The name stands in parentheses and may hold any character.
    fn read(pid: i32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (head, tail) = stat.rsplit_once(')')?;
        let name = head.split_once('(')?.1.to_owned();
        let fields: Vec<&str> = tail.split_whitespace().collect();
        Some(Self {
            pid,
            name,
            parent: fields.get(1)?.parse().ok()?,
            started: fields.get(19)?.parse().ok()?,
            has_ended: matches!(*fields.first()?, "Z" | "X"),
        })
    }

    fn all() -> Vec<Self> {
        let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
        entries.flatten().filter_map(|entry| Self::read(entry.file_name().to_str()?.parse().ok()?)).collect()
    }

    /// The system's number for it.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// The name of the program's file, cut to 15 bytes.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it still runs. One that has ended and was not yet waited for does not.
    pub fn is_alive(&self) -> bool {
        Self::read(self.pid).is_some_and(|now| now.started == self.started && !now.has_ended)
    }

    /// Its children, their children and so on, those still running.
    pub fn descendants(&self) -> Vec<Self> {
        let all = Self::all();
        let mut found: Vec<Self> = Vec::new();
        let mut parents = vec![self.pid];
        while let Some(parent) = parents.pop() {
            for child in all.iter().filter(|process| process.parent == parent && !process.has_ended) {
                parents.push(child.pid);
                found.push(child.clone());
            }
        }
        found
    }

    /// How long it has computed so far, in all its threads.
    pub fn cpu_seconds(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid));
        let stat = stat.with_context(|| format!("{} ({}) has ended", self.name, self.pid))?;
        // Behind the name, fields 12 and 13 are the times in user and in kernel mode, in hundredths of a second.
        let (_, fields) = stat.rsplit_once(')').context("a process has a name")?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u32>);
        Ok(f64::from(ticks.sum::<Result<u32, _>>()?) / 100.0)
    }

    /// Proportional set size in bytes: private pages whole, shared pages divided by the number of processes that share
    /// them (proc(5), `smaps_rollup`).
    pub fn memory_bytes(&self) -> anyhow::Result<u64> {
        let path = format!("/proc/{}/smaps_rollup", self.pid);
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).context("there is no Pss")?;
        let kibibytes: u64 = line.trim().strip_suffix("kB").context("it has a unit")?.trim().parse()?;
        Ok(kibibytes * 1024)
    }

    /// Whether its program is that file. Seen from another mount namespace the same file has another path, so the files
    /// themselves are compared.
    pub fn runs(&self, program: &Path) -> bool {
        let file = |path: &Path| std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
        let own = file(Path::new(&format!("/proc/{}/exe", self.pid)));
        own.is_some() && own == file(program)
    }

    /// Addresses of its sockets that reach beyond this machine, as the kernel prints them.
    ///
    /// Loopback is where the WebDriver listens, and the only place where a socket may be.
    pub fn outside_connections(&self) -> Vec<String> {
        let Ok(descriptors) = std::fs::read_dir(format!("/proc/{}/fd", self.pid)) else { return Vec::new() };
        let own: Vec<String> = descriptors
            .flatten()
            .filter_map(|entry| std::fs::read_link(entry.path()).ok())
            .filter_map(|target| Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
            .collect();
        let mut found = Vec::new();
        for table in ["tcp", "tcp6", "udp", "udp6"] {
            let Ok(lines) = std::fs::read_to_string(format!("/proc/{}/net/{table}", self.pid)) else { continue };
            for line in lines.lines().skip(1) {
                let fields: Vec<&str> = line.split_whitespace().collect();
                let (Some(&local), Some(&inode)) = (fields.get(1), fields.get(9)) else { continue };
                // 127.0.0.1 and ::1, in the byte order in which the kernel prints them on a small-endian machine.
                let is_loopback = local.starts_with("0100007F:")
                    || local.starts_with("00000000000000000000000001000000:")
                    || local.starts_with("0000000000000000FFFF00000100007F:");
                if own.iter().any(|own| own == inode) && !is_loopback {
                    found.push(format!("{table} {line}"));
                }
            }
        }
        found
    }

    /// `kill -9`.
    pub fn kill(&self) -> anyhow::Result<()> {
        let pid = Pid::from_raw(self.pid).context("a process has a positive number")?;
        kill_process(pid, Signal::KILL).with_context(|| format!("{} ({}) cannot be killed", self.name, self.pid))
    }

    /// Waits until it has ended.
    pub async fn ended(&self, patience: Duration) -> anyhow::Result<()> {
        let what = format!("the end of {} ({})", self.name, self.pid);
        until(&what, patience, async || Ok((!self.is_alive()).then_some(()))).await
    }
}
