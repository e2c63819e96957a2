//! System packages of Debian and Ubuntu.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};

use crate::program;

/// Whether this machine's packages come from apt.
pub(crate) fn is_here() -> bool {
    program::find("apt-get").is_some() && program::find("dpkg-query").is_some()
}

/// Whether apt knows a package of this name. Call it after the lists are fresh.
pub(crate) fn offers(package: &str) -> bool {
    program::succeeds(Command::new("apt-cache").args(["show", package]))
}

/// Makes sure that all of them are installed. `purpose` completes the sentence "Installing ...".
pub(crate) fn install(packages: &[&str], purpose: &str) -> Result<()> {
    let missing = missing(packages)?;
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing {} {purpose}.", missing.join(" "));
    update()?;
    let mut install = as_root("apt-get")?;
    install.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(&missing);
    perform(&mut install)
}

/// Fetches the package lists again, once: those of a fresh machine are empty, those of an old one name files that are
/// gone.
pub(crate) fn update() -> Result<()> {
    static UPDATED: AtomicBool = AtomicBool::new(false);
    if !UPDATED.load(Ordering::Relaxed) {
        let mut update = as_root("apt-get")?;
        update.args(["update", "--quiet", "--quiet"]);
        perform(&mut update)?;
        UPDATED.store(true, Ordering::Relaxed);
    }
    Ok(())
}

fn missing<'a>(packages: &[&'a str]) -> Result<Vec<&'a str>> {
    // dpkg-query's exit code only says that it does not know one of the names.
    let output = Command::new("dpkg-query")
        .args(["--show", "--showformat=${Package} ${db:Status-Status}\n"])
        .args(packages)
        .output()?;
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(not_installed(packages, &listed))
}

fn not_installed<'a>(packages: &[&'a str], listed: &str) -> Vec<&'a str> {
    let installed: Vec<&str> = listed.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    packages.iter().copied().filter(|package| !installed.contains(package)).collect()
}

fn perform(command: &mut Command) -> Result<()> {
    println!("  {}", program::shown(command));
    program::run(command)
}

/// The program started directly by root, else through sudo; never asking anything but sudo's password.
fn as_root(name: &str) -> Result<Command> {
    if is_root() {
        let mut command = Command::new("env");
        command.args(["DEBIAN_FRONTEND=noninteractive", name]);
        return Ok(command);
    }
    if program::find("sudo").is_none() {
        bail!(
            "system packages are missing, and there is no sudo to install them with; run `cargo xtask setup` as root"
        );
    }
    let mut command = Command::new("sudo");
    command.args(["env", "DEBIAN_FRONTEND=noninteractive", name]);
    Ok(command)
}

/// By the owner of this process's own entry in /proc.
fn is_root() -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(Path::new("/proc/self")).is_ok_and(|own| own.uid() == 0)
    }
    #[cfg(not(unix))]
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_and_unknown_packages_count_as_missing() {
        let listed = "cmake installed\nclang config-files\nxvfb not-installed\n";
        assert_eq!(
            not_installed(&["cmake", "clang", "xvfb", "unheard-of"], listed),
            ["clang", "xvfb", "unheard-of"],
            "only what dpkg calls installed is installed"
        );
    }
}
