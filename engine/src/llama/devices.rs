//! What computes beside the processor, as ggml and the drivers tell of it.

use std::ffi::CStr;

use hearth_ipc::{ComputePath, Device, DeviceKind};
use llama_cpp_sys_2 as sys;

use super::Backend;

/// One device of the loaded path.
#[derive(Debug, Clone, Copy)]
pub struct Gpu {
    device: sys::ggml_backend_dev_t,
}

impl Gpu {
    /// Those of a backend that can hold a model's layers.
    pub(super) fn all_of(registration: sys::ggml_backend_reg_t) -> Vec<Self> {
        // SAFETY: registrations live as long as the process, and the index is below the count.
        let devices = unsafe {
            (0..sys::ggml_backend_reg_dev_count(registration))
                .map(|index| Self { device: sys::ggml_backend_reg_dev_get(registration, index) })
                .collect::<Vec<_>>()
        };
        devices.into_iter().filter(|gpu| matches!(gpu.kind(), DeviceKind::Gpu | DeviceKind::IntegratedGpu)).collect()
    }

    /// ggml's name, e.g. `Vulkan0`.
    pub fn name(&self) -> String {
        // SAFETY: the device lives as long as the process, and its texts end with NUL. So in the functions below.
        text(unsafe { CStr::from_ptr(sys::ggml_backend_dev_name(self.device)) })
    }

    /// The maker's name for it.
    pub fn description(&self) -> String {
        // SAFETY: as above.
        text(unsafe { CStr::from_ptr(sys::ggml_backend_dev_description(self.device)) })
    }

    /// Free memory and memory in all, in bytes.
    pub fn memory(&self) -> (u64, u64) {
        let (mut free, mut total) = (0, 0);
        // SAFETY: as above; the two numbers live during the call.
        unsafe { sys::ggml_backend_dev_memory(self.device, &raw mut free, &raw mut total) };
        (free as u64, total as u64)
    }

    fn kind(self) -> DeviceKind {
        // SAFETY: as above.
        match unsafe { sys::ggml_backend_dev_type(self.device) } {
            sys::GGML_BACKEND_DEVICE_TYPE_GPU => DeviceKind::Gpu,
            sys::GGML_BACKEND_DEVICE_TYPE_IGPU => DeviceKind::IntegratedGpu,
            _ => DeviceKind::Other,
        }
    }
}

impl Backend {
    /// What the path computes on, with its memory as it is now. Asks the system's Vulkan, so it takes some milliseconds.
    pub fn devices(&self) -> Vec<Device> {
        let drivers = Drivers::of(self.path());
        let devices = self.gpus().iter().map(|gpu| {
            let description = gpu.description();
            let (free_bytes, memory_bytes) = gpu.memory();
            let kind = if drivers.is_software(&description) { DeviceKind::Software } else { gpu.kind() };
            let driver = drivers.driver_of(&description);
            Device { name: gpu.name(), description, kind, memory_bytes, free_bytes, driver }
        });
        devices.collect()
    }

    /// What computes, in words: `CPU (zen4)` or `NVIDIA GeForce RTX 3060 (Vulkan)`.
    pub fn device(&self) -> String {
        let path = match self.path() {
            ComputePath::Cpu => return self.processor(),
            ComputePath::Vulkan => "Vulkan",
            ComputePath::Cuda => "CUDA",
            ComputePath::Metal => "Metal",
        };
        let names: Vec<String> = self.gpus().iter().map(Gpu::description).collect();
        format!("{} ({path})", names.join(" + "))
    }
}

fn text(text: &CStr) -> String {
    text.to_string_lossy().into_owned()
}

/// What ggml does not tell of its devices.
enum Drivers {
    /// By the name of the device: two of the same name have the same driver.
    #[cfg(not(target_os = "macos"))]
    ByDevice(Vec<super::vulkan_drivers::VulkanDriver>),
    /// One for all.
    One(Option<String>),
}

impl Drivers {
    fn of(path: ComputePath) -> Self {
        match path {
            #[cfg(not(target_os = "macos"))]
            ComputePath::Vulkan => Self::ByDevice(super::vulkan_drivers::all()),
            ComputePath::Cuda => Self::One(nvidia_driver()),
            _ => Self::One(None),
        }
    }

    fn is_software(&self, description: &str) -> bool {
        match self {
            #[cfg(not(target_os = "macos"))]
            Self::ByDevice(drivers) => drivers.iter().any(|driver| driver.device == description && driver.is_software),
            Self::One(_) => {
                let _ = description;
                false
            }
        }
    }

    fn driver_of(&self, description: &str) -> Option<String> {
        match self {
            #[cfg(not(target_os = "macos"))]
            Self::ByDevice(drivers) => {
                drivers.iter().find(|driver| driver.device == description).map(|found| found.driver.clone())
            }
            Self::One(driver) => {
                let _ = description;
                driver.clone()
            }
        }
    }
}

/// The version of NVIDIA's kernel module, where Linux shows it.
fn nvidia_driver() -> Option<String> {
    nvidia_version(&std::fs::read_to_string("/proc/driver/nvidia/version").ok()?)
}

/// In `NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 18:56:32 UTC 2023` it is the first word that
/// looks like a version.
fn nvidia_version(text: &str) -> Option<String> {
    let words = text.lines().next()?.split_whitespace();
    let mut versions = words.filter(|word| {
        word.contains('.')
            && word.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    });
    versions.next().map(|version| format!("NVIDIA {version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nvidias_version_is_found_in_what_its_module_says() {
        let closed =
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 18:56:32 UTC 2023\nGCC version: 12";
        let open = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build  (dvs)";
        assert_eq!(nvidia_version(closed).as_deref(), Some("NVIDIA 535.129.03"));
        assert_eq!(nvidia_version(open).as_deref(), Some("NVIDIA 570.86.15"));
        assert_eq!(nvidia_version("something else"), None);
    }
}
