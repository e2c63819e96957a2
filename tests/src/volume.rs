//! A small disk of its own for a home folder, which can be full or read-only.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::Context;

/// A `tmpfs`, mounted at a folder in a mount namespace that only the apps on one desk are in.
///
/// Root makes such a namespace directly, others together with a user namespace. A system may forbid the second; then
/// the error says so.
#[derive(Debug)]
pub struct Volume {
    /// Waits inside the namespace until its input ends, which it does at the latest with this program.
    holder: Child,
    input: Option<ChildStdin>,
    folder: PathBuf,
}

impl Volume {
    /// Mounts a disk of `size_kib` at `folder`.
    pub(crate) fn mount(folder: &Path, size_kib: u32) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let script =
            r#"mount -t tmpfs -o "size=$2k,mode=0755" tmpfs "$1" && echo mounted && cat && umount --lazy "$1""#;
        let mut holder = Command::new("unshare")
            .args(namespaces())
            .args(propagation()?)
            .args(["--", "sh", "-c", script, "sh"])
            .arg(folder)
            .arg(size_kib.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .context("unshare (of util-linux) cannot be started")?;
        let input = holder.stdin.take().context("no input")?;
        let mut answer = String::new();
        BufReader::new(holder.stdout.take().context("no output")?).read_line(&mut answer)?;
        anyhow::ensure!(
            answer.trim() == "mounted",
            "This system lets this user mount no disk of their own (see the line of `unshare` or `mount` above), so a \
             full or read-only disk cannot be tried. Run the tests as root, or allow user namespaces: \
             sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0."
        );
        Ok(Self { holder, input: Some(input), folder: folder.to_owned() })
    }

    /// What goes before a command so that it sees this disk.
    pub(crate) fn entering(&self) -> Vec<String> {
        let mut words = vec!["nsenter".to_owned(), "--target".to_owned(), self.holder.id().to_string()];
        if !rustix::process::geteuid().is_root() {
            words.extend(["--user".to_owned(), "--preserve-credentials".to_owned()]);
        }
        // Who enters a namespace stands at its very root, outside of where `chroot` has put this program.
        words.extend(["--mount".to_owned(), "--root".to_owned(), "--".to_owned()]);
        words
    }

    /// The disk as this program, which is not in the namespace, can reach it.
    pub fn folder(&self) -> PathBuf {
        let below_root = self.folder.strip_prefix("/").unwrap_or(&self.folder);
        Path::new("/proc").join(self.holder.id().to_string()).join("root").join(below_root)
    }

    /// Writes until nothing more fits. Dropping the result makes room again.
    pub fn fill(&self) -> anyhow::Result<Ballast> {
        let path = self.folder().join("ballast");
        let mut file = File::create(&path)?;
        let ballast = Ballast { path };
        for chunk_bytes in [65_536, 4_096, 1] {
            let chunk = vec![1_u8; chunk_bytes];
            loop {
                match file.write(&chunk) {
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => return Err(error).context("the disk cannot be filled"),
                }
            }
        }
        Ok(ballast)
    }

    /// Makes it read-only, or writable again. No file on it may be open for writing.
    pub fn set_read_only(&self, read_only: bool) -> anyhow::Result<()> {
        let words = self.entering();
        let status = Command::new(&words[0])
            .args(&words[1..])
            .args(["mount", "-o", if read_only { "remount,ro" } else { "remount,rw" }])
            .arg(&self.folder)
            .status()?;
        anyhow::ensure!(status.success(), "the disk cannot be mounted anew");
        Ok(())
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // The holder ends with its input, and takes the disk away before.
        self.input = None;
        self.holder.wait().ok();
    }
}

/// A file that fills a disk, until it is dropped.
#[derive(Debug)]
pub struct Ballast {
    path: PathBuf,
}

impl Drop for Ballast {
    fn drop(&mut self) {
        std::fs::remove_file(&self.path).ok();
    }
}

/// What is mounted in the namespace shall not be seen outside. That is for the root folder to say; one that is no mount of its
/// own, as after `chroot`, cannot, and the disk is taken away by hand at the end.
fn propagation() -> anyhow::Result<&'static [&'static str]> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").context("the mounts are unknown")?;
    // The fifth word is the place (proc(5)).
    let is_mount = mounts.lines().any(|mount| mount.split(' ').nth(4) == Some("/"));
    Ok(if is_mount { &[] } else { &["--propagation", "unchanged"] })
}

fn namespaces() -> &'static [&'static str] {
    if rustix::process::geteuid().is_root() { &["--mount"] } else { &["--user", "--map-root-user", "--mount"] }
}
