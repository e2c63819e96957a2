//! Which drivers are behind the system's Vulkan devices.

use std::ffi::CStr;

use ash::{Entry, Instance, vk};

/// One physical device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VulkanDriver {
    /// Its name, which is also how ggml describes it.
    pub(super) device: String,
    /// Whether it is a program that only pretends.
    pub(super) is_software: bool,
    /// Name and version, e.g. `llvmpipe Mesa 22.3.6 (LLVM 15.0.6)` or `NVIDIA 550.54.14`.
    pub(super) driver: String,
}

/// All that the loader finds; none where there is no Vulkan 1.2.
pub(super) fn all() -> Vec<VulkanDriver> {
    // SAFETY: the system's own Vulkan loader, which ggml has loaded already by the same name.
    let Ok(entry) = (unsafe { Entry::load() }) else { return Vec::new() };
    let application = vk::ApplicationInfo::default().api_version(vk::API_VERSION_1_2);
    let create = vk::InstanceCreateInfo::default().application_info(&application);
    // SAFETY: the structures live during the call; the instance is destroyed below, before the entry is dropped.
    let Ok(instance) = (unsafe { entry.create_instance(&create, None) }) else { return Vec::new() };
    let drivers = drivers_of(&instance);
    // SAFETY: nothing that was made with it is left.
    unsafe { instance.destroy_instance(None) };
    drivers
}

fn drivers_of(instance: &Instance) -> Vec<VulkanDriver> {
    // SAFETY: the instance lives.
    let devices = unsafe { instance.enumerate_physical_devices() }.unwrap_or_default();
    let drivers = devices.into_iter().map(|device| {
        let mut driver = vk::PhysicalDeviceDriverProperties::default();
        let mut properties = vk::PhysicalDeviceProperties2::default().push_next(&mut driver);
        // SAFETY: instance and device live. A driver older than Vulkan 1.2 leaves the chained structure as it is.
        unsafe { instance.get_physical_device_properties2(device, &mut properties) };
        let properties = properties.properties;
        VulkanDriver {
            device: text(properties.device_name_as_c_str()),
            is_software: properties.device_type == vk::PhysicalDeviceType::CPU,
            driver: name_of(
                &text(driver.driver_name_as_c_str()),
                &text(driver.driver_info_as_c_str()),
                properties.driver_version,
            ),
        }
    });
    drivers.collect()
}

/// A driver that does not introduce itself is told from its next version by its number.
fn name_of(name: &str, info: &str, version: u32) -> String {
    match (name, info) {
        ("", "") => format!("{version:#x}"),
        (name, "") => format!("{name} {version:#x}"),
        (name, info) => format!("{name} {info}").trim().to_owned(),
    }
}

fn text<Error>(text: Result<&CStr, Error>) -> String {
    text.map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_of_a_driver_has_another_name() {
        assert_eq!(name_of("llvmpipe", "Mesa 22.3.6", 1), "llvmpipe Mesa 22.3.6");
        assert_eq!(name_of("AMD", "", 0x20), "AMD 0x20");
        assert_ne!(name_of("", "", 1), name_of("", "", 2));
    }
}
