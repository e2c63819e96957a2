//! What has to be on the machine before Hearth can be built, shown and tested.
//!
//! On Debian and Ubuntu it is installed; elsewhere it is looked for, and what is missing is named.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{apt, program};

/// To build the engine and the shell, and to fetch the starter model.
const BUILD: Group = Group {
    purpose: "to build Hearth",
    apt: &[
        "build-essential",
        "clang",
        "cmake",
        "curl",
        "glslc",
        "libayatana-appindicator3-dev",
        "libclang-dev",
        "librsvg2-dev",
        "libssl-dev",
        "libvulkan-dev",
        "libwebkit2gtk-4.1-dev",
        "pkg-config",
        "spirv-headers",
    ],
    elsewhere: &[
        Requirement { wanted: "a C++ compiler: clang", found_by: Probe::Program("clang"), on: Platform::Any },
        Requirement { wanted: "CMake 3.14 or newer", found_by: Probe::Program("cmake"), on: Platform::Any },
        Requirement { wanted: "curl", found_by: Probe::Program("curl"), on: Platform::Any },
        Requirement {
            wanted: "glslc, the compiler of Vulkan's shaders",
            found_by: Probe::Program("glslc"),
            on: Platform::Linux,
        },
        Requirement {
            wanted: "the Vulkan loader with its development files, and the SPIR-V headers",
            found_by: Probe::Library("vulkan"),
            on: Platform::Linux,
        },
        Requirement {
            wanted: "WebKitGTK 4.1 with its development files",
            found_by: Probe::Library("webkit2gtk-4.1"),
            on: Platform::Linux,
        },
        Requirement {
            wanted: "librsvg 2 with its development files",
            found_by: Probe::Library("librsvg-2.0"),
            on: Platform::Linux,
        },
        Requirement {
            wanted: "OpenSSL with its development files",
            found_by: Probe::Library("openssl"),
            on: Platform::Linux,
        },
    ],
};

/// To open a window where there is no display.
const VIRTUAL_DISPLAY: Group = Group {
    purpose: "to open the window without a display",
    apt: &["xvfb"],
    elsewhere: &[Requirement {
        wanted: "Xvfb, the virtual display",
        found_by: Probe::Program("Xvfb"),
        on: Platform::Linux,
    }],
};

/// To drive the real window, for a keychain to keep secrets in, and for a graphics card made of software. Chromium, for the page's tests, is [`crate::browser`]'s concern.
const TEST: Group = Group {
    purpose: "to test Hearth",
    apt: &["dbus-daemon", "gnome-keyring", "mesa-vulkan-drivers", "webkit2gtk-driver", "xvfb"],
    elsewhere: &[
        Requirement { wanted: "Xvfb, the virtual display", found_by: Probe::Program("Xvfb"), on: Platform::Linux },
        Requirement { wanted: "dbus-daemon", found_by: Probe::Program("dbus-daemon"), on: Platform::Linux },
        Requirement { wanted: "dbus-run-session", found_by: Probe::Program("dbus-run-session"), on: Platform::Linux },
        Requirement {
            wanted: "gnome-keyring, a keychain",
            found_by: Probe::Program("gnome-keyring-daemon"),
            on: Platform::Linux,
        },
        Requirement {
            wanted: "WebKitWebDriver, which comes with WebKitGTK",
            found_by: Probe::Program("WebKitWebDriver"),
            on: Platform::Linux,
        },
    ],
};

/// Node's oldest version that the page's tools accept.
const NODE: (u32, u32) = (20, 19);

struct Group {
    purpose: &'static str,
    apt: &'static [&'static str],
    elsewhere: &'static [Requirement],
}

struct Requirement {
    wanted: &'static str,
    found_by: Probe,
    on: Platform,
}

enum Probe {
    Program(&'static str),
    /// As pkg-config knows it.
    Library(&'static str),
}

#[derive(PartialEq)]
enum Platform {
    Any,
    Linux,
}

pub(crate) fn to_build() -> Result<()> {
    BUILD.ensure()?;
    node_is_new_enough()
}

pub(crate) fn for_a_virtual_display() -> Result<()> {
    VIRTUAL_DISPLAY.ensure()
}

pub(crate) fn to_test() -> Result<()> {
    TEST.ensure()
}

impl Group {
    fn ensure(&self) -> Result<()> {
        if apt::is_here() {
            return apt::install(self.apt, self.purpose);
        }
        let missing: Vec<&str> = self
            .elsewhere
            .iter()
            .filter(|requirement| requirement.on == Platform::Any || cfg!(target_os = "linux"))
            .filter(|requirement| !requirement.found_by.finds())
            .map(|requirement| requirement.wanted)
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        println!("Missing {}:", self.purpose);
        for wanted in &missing {
            println!("  - {wanted}");
        }
        println!("{}", hint());
        bail!("install what is missing and run the same command again");
    }
}

impl Probe {
    fn finds(&self) -> bool {
        match self {
            Self::Program(name) => program::find(name).is_some(),
            Self::Library(name) => program::succeeds(Command::new("pkg-config").args(["--exists", name])),
        }
    }
}

fn hint() -> &'static str {
    if cfg!(target_os = "macos") {
        "On macOS: `xcode-select --install`, then `brew install cmake`."
    } else if cfg!(windows) {
        "On Windows: the \"Desktop development with C++\" workload of the Visual Studio Build Tools, then\n\
         `winget install Kitware.CMake LLVM.LLVM`. WebView2 comes with Windows 11."
    } else {
        "On Fedora, for one: `sudo dnf install clang cmake curl librsvg2-devel openssl-devel pkgconf webkit2gtk4.1-devel\n\
         xorg-x11-server-Xvfb dbus-daemon`; on Arch: `sudo pacman -S base-devel clang cmake curl librsvg openssl\n\
         webkit2gtk-4.1 xorg-server-xvfb dbus`."
    }
}

pub(crate) fn node_is_new_enough() -> Result<()> {
    let (major, minor) = NODE;
    let Some(found) = program::find("node") else {
        bail!("Node is missing; install version {major}.{minor} or newer (https://nodejs.org) and run this again");
    };
    let version = program::capture(Command::new(found).arg("--version"))?;
    match parse_version(&version) {
        Some(version) if version >= NODE => Ok(()),
        _ => bail!("Node {} is too old; install {major}.{minor} or newer (https://nodejs.org)", version.trim()),
    }
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_are_compared_as_numbers() {
        assert!(parse_version("v20.9.0\n").unwrap() < NODE, "20.9 is older than 20.19");
        assert!(parse_version("v22.0.1\n").unwrap() > NODE, "22.0 is newer than 20.19");
        assert_eq!(parse_version("20.19.0"), None, "what does not look like Node's answer is not guessed at");
    }
}
