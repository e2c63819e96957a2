//! Headers of Vulkan that are new enough to compile ggml's Vulkan backend with.
//!
//! Debian 12's are too old: they lack `vk::LayerSettingEXT`. Those of the next Debian are unpacked into the cache, beside
//! the system's own and without touching it. Everything else of Vulkan (the loader, the shader compiler) is the system's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::folders::Folders;
use crate::{apt, kept, program};

/// What CMake and llama.cpp's build script find Vulkan by.
pub(crate) const VARIABLE: &str = "VULKAN_SDK";

/// The youngest thing that ggml-vulkan asks of the headers.
const NEEDED: &str = "struct LayerSettingEXT";

/// Debian 13.
const SUITE: &str = "trixie";
const PACKAGE: &str = "libvulkan-dev";
/// The headers' folder in the cache.
const FOLDER: &str = "vulkan-headers";
/// Has signed Debian's archive, on every Debian.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Makes sure that there are headers, where the Vulkan backend is built.
pub(crate) fn ensure_headers(folders: &Folders) -> Result<()> {
    let is_built_here = cfg!(any(target_os = "linux", windows));
    if !is_built_here || std::env::var_os(VARIABLE).is_some() || own(folders).is_some() {
        return Ok(());
    }
    if has_what_is_needed(Path::new("/usr/include")) {
        return Ok(());
    }
    ensure!(
        apt::is_here() && Path::new(KEYRING).exists(),
        "the system's Vulkan headers are missing or older than 1.3.272; install the Vulkan SDK (https://vulkan.lunarg.com) \
         and set {VARIABLE} to its folder"
    );
    println!("Fetching newer Vulkan headers than this system's, from Debian's {SUITE}.");
    kept::folder(folders, FOLDER, make)?;
    Ok(())
}

fn make(scratch: &Path) -> Result<PathBuf> {
    let package = download(scratch).context("cannot fetch the Vulkan headers")?;
    let unpacked = scratch.join("unpacked");
    program::run(Command::new("dpkg").arg("-x").arg(&package).arg(&unpacked))?;
    // The loader that comes along is a link to nothing.
    let sdk = scratch.join("sdk");
    fs::create_dir(&sdk)?;
    fs::rename(unpacked.join("usr/include"), sdk.join("include")).context("the package holds no headers")?;
    ensure!(has_what_is_needed(&sdk.join("include")), "the Vulkan headers of Debian's {SUITE} are too old, too");
    Ok(sdk)
}

/// The folder for [`VARIABLE`], if the headers are not the system's own. For every command that may compile llama.cpp.
pub(crate) fn own(folders: &Folders) -> Option<PathBuf> {
    Some(folders.cache.join(FOLDER)).filter(|place| place.is_dir())
}

fn has_what_is_needed(include: &Path) -> bool {
    fs::read_to_string(include.join("vulkan/vulkan_structs.hpp")).is_ok_and(|text| text.contains(NEEDED))
}

/// With a list of packages of its own, from where this machine gets its packages. apt checks the signatures.
fn download(folder: &Path) -> Result<PathBuf> {
    let lists = folder.join("lists");
    for made in ["lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(folder.join(made))?;
    }
    let sources = folder.join("headers.sources");
    let entry = format!("Types: deb\nURIs: {}\nSuites: {SUITE}\nComponents: main\nSigned-By: {KEYRING}\n", mirror()?);
    fs::write(&sources, entry)?;
    let apt = || {
        let mut apt = Command::new("apt-get");
        let option = |name: &str, value: &Path| format!("{name}={}", value.display());
        // Its own user may not enter a temporary folder of somebody else.
        apt.current_dir(folder).args(["-q", "-q", "-o", "APT::Sandbox::User=root"]);
        apt.args(["-o", &option("Dir::Etc::sourcelist", &sources), "-o", "Dir::Etc::sourceparts=/dev/null"]);
        apt.args(["-o", &option("Dir::State::lists", &lists), "-o", &option("Dir::Cache", &folder.join("cache"))]);
        apt
    };
    program::run(apt().arg("update"))?;
    program::run(apt().args(["download", PACKAGE]))?;
    let found = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"));
    found.context("apt ended without an error, but left no package")
}

/// The archive that this machine's own packages come from.
fn mirror() -> Result<String> {
    apt::update()?;
    let mut targets = Command::new("apt-get");
    targets.args(["indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Identifier: Packages", "Origin: Debian"]);
    let listed = program::capture(&mut targets)?;
    main_archive(&listed).map(str::to_owned).context("apt's sources name no archive of Debian's")
}

/// Of lines with an address and a suite: the address of a suite that is no addition to another.
fn main_archive(listed: &str) -> Option<&str> {
    let mut pairs = listed.lines().filter_map(|line| line.rsplit_once(' '));
    pairs.find(|(_, suite)| !suite.is_empty() && !suite.contains('-')).map(|(address, _)| address.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_and_security_are_not_the_archive() {
        let listed = "http://mirror/debian-security/ bookworm-security\nhttp://mirror/debian/ bookworm-updates\n\
                      http://mirror/debian/ bookworm\n";
        assert_eq!(main_archive(listed), Some("http://mirror/debian"));
        assert_eq!(main_archive("http://mirror/debian-security/ bookworm-security\n"), None);
    }

    #[test]
    fn headers_are_judged_by_what_they_hold() {
        let include = tempfile::tempdir().unwrap();
        assert!(!has_what_is_needed(include.path()), "no headers at all");
        fs::create_dir(include.path().join("vulkan")).unwrap();
        let header = include.path().join("vulkan/vulkan_structs.hpp");
        fs::write(&header, "struct Extent2D {").unwrap();
        assert!(!has_what_is_needed(include.path()), "too old");
        fs::write(&header, "  struct LayerSettingEXT\n  {").unwrap();
        assert!(has_what_is_needed(include.path()));
    }
}
