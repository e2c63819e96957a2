//! What llama.cpp tells of a model and a context while it sets them up, and has no function for.
//!
//! The sizes of its buffers and whether it uses flash attention stand in its log alone (`load_tensors`,
//! `llama_kv_cache`, `sched_reserve` in llama-model.cpp, llama-kv-cache.cpp, llama-context.cpp). A version that words them
//! otherwise costs the Details on the page their numbers, and a test says so.

use std::cell::RefCell;

use hearth_ipc::DeviceMemory;

/// ggml's name for the processor.
const CPU: &str = "CPU";

thread_local! {
    static LINES: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// What was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetupNotes {
    lines: Vec<String>,
}

/// Does something that sets up and gathers what is told meanwhile, on this thread.
pub fn gather<Result>(work: impl FnOnce() -> Result) -> (Result, SetupNotes) {
    LINES.with_borrow_mut(|lines| *lines = Some(Vec::new()));
    let result = work();
    let lines = LINES.with_borrow_mut(Option::take).unwrap_or_default();
    (result, SetupNotes { lines })
}

/// Looks at a line of the log.
pub(super) fn note(line: &str) {
    if line.contains("buffer size =") || line.contains("Flash Attention") || line.contains("flash_attn") {
        LINES.with_borrow_mut(|lines| lines.iter_mut().for_each(|lines| lines.push(line.to_owned())));
    }
}

impl SetupNotes {
    /// Whether flash attention is used: llama.cpp is asked to decide, and says when it is not.
    pub fn flash_attention(&self) -> bool {
        !self.lines.iter().any(|line| line.contains("set to disabled") || line.contains("forcing off"))
    }

    /// The buffers by device, the processor's first. `devices` are ggml's names; what belongs to none of them is in the
    /// computer's own memory.
    pub fn memory(&self, devices: &[String]) -> Vec<DeviceMemory> {
        let names = std::iter::once(CPU).chain(devices.iter().map(String::as_str));
        let empty =
            |name: &str| DeviceMemory { device: name.to_owned(), weights_bytes: 0, kv_bytes: 0, compute_bytes: 0 };
        let mut memory: Vec<DeviceMemory> = names.map(empty).collect();
        for (buffer, kind, bytes) in self.lines.iter().filter_map(|line| buffer_in(line)) {
            // What is pinned for a device (`Vulkan_Host`) lies in the computer's memory.
            let place = devices.iter().position(|device| {
                buffer.strip_prefix(device.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
            });
            let of_device = &mut memory[place.map_or(0, |place| place + 1)];
            match kind {
                "model" => of_device.weights_bytes += bytes,
                "KV" | "RS" => of_device.kv_bytes += bytes,
                _ => of_device.compute_bytes += bytes,
            }
        }
        memory
    }
}

/// Buffer, kind and bytes of a line like `load_tensors:   CPU_Mapped model buffer size =    93.76 MiB`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "mebibytes with two digits, above zero")]
fn buffer_in(line: &str) -> Option<(&str, &str, u64)> {
    let (what, size) = line.split_once(" buffer size =")?;
    let mut words = what.split_whitespace().rev();
    let (kind, buffer) = (words.next()?, words.next()?);
    let mebibytes: f64 = size.trim().strip_suffix("MiB")?.trim().parse().ok()?;
    Some((buffer, kind, (mebibytes * 1024.0 * 1024.0) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(lines: &[&str]) -> SetupNotes {
        SetupNotes { lines: lines.iter().map(|&line| line.to_owned()).collect() }
    }

    #[test]
    fn buffers_are_counted_to_the_device_they_are_on() {
        let notes = notes(&[
            "load_tensors:   CPU_Mapped model buffer size =    10.00 MiB",
            "load_tensors:      Vulkan0 model buffer size =    20.00 MiB",
            "load_tensors:     Vulkan10 model buffer size =    1.00 MiB",
            "llama_kv_cache:    Vulkan0 KV buffer size =   4.50 MiB",
            "sched_reserve:    Vulkan0 compute buffer size =     2.00 MiB",
            "sched_reserve: Vulkan_Host compute buffer size =     3.00 MiB",
            "llama_context:        CPU  output buffer size =     1.00 MiB",
        ]);
        let memory = notes.memory(&["Vulkan0".to_owned(), "Vulkan10".to_owned()]);
        let mebibytes = |bytes: u64| bytes / (1024 * 512);
        let halves: Vec<_> = memory
            .iter()
            .map(|of| {
                (of.device.as_str(), mebibytes(of.weights_bytes), mebibytes(of.kv_bytes), mebibytes(of.compute_bytes))
            })
            .collect();
        assert_eq!(halves, [("CPU", 20, 0, 8), ("Vulkan0", 40, 9, 4), ("Vulkan10", 2, 0, 0)]);
    }

    #[test]
    fn flash_attention_is_used_unless_it_is_said_not_to_be() {
        assert!(notes(&["llama_context: flash_attn            = auto"]).flash_attention());
        assert!(!notes(&["sched_reserve: Flash Attention not supported, set to disabled"]).flash_attention());
    }

    #[test]
    fn only_what_is_told_during_the_work_is_gathered() {
        note("a buffer size = 1.00 MiB");
        let ((), gathered) = gather(|| note("load_tensors: CPU model buffer size = 1.00 MiB"));
        note("b buffer size = 1.00 MiB");
        assert_eq!(gathered.lines.len(), 1);
    }
}
