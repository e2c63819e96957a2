//! A text about this computer and this app for asking for help. In English, because those who help read it, and without
//! anything private: no path, no name of a person or of a computer, nothing of a conversation.

use std::fmt::{self, Write};

use crate::view::{ComputePath, Hardware, HardwareSettings, LoadFacts, PathOutcome, PathReason, PathReport};

/// Whom the text is about, besides what the page shows.
pub(crate) struct About<'a> {
    /// Of the app.
    pub(crate) version: &'a str,
    /// Of the engine, if one has said it.
    pub(crate) engine: Option<&'a str>,
    /// The system and its version.
    pub(crate) system: &'a str,
    /// The code of the engine's trouble, if there is any.
    pub(crate) trouble: Option<String>,
}

/// The text.
pub(crate) fn report(about: &About<'_>, hardware: &Hardware, settings: &HardwareSettings) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    write(&mut text, about, hardware, settings).ok();
    text
}

fn write(text: &mut String, about: &About<'_>, hardware: &Hardware, settings: &HardwareSettings) -> fmt::Result {
    writeln!(text, "Hearth {} (engine {})", about.version, about.engine.unwrap_or("not started"))?;
    writeln!(text, "System: {} ({})", about.system, std::env::consts::ARCH)?;
    writeln!(text, "Processor: {}, {} fast cores", hardware.processor, hardware.fast_cores)?;
    writeln!(text, "Memory: {}, {} free", size(hardware.memory_bytes), size(hardware.free_bytes))?;
    writeln!(text, "Battery: {}", if hardware.has_battery { "yes" } else { "no" })?;
    if let Some(trouble) = &about.trouble {
        writeln!(text, "Trouble: {trouble}")?;
    }
    writeln!(text, "\nComputes with: {} ({})", name(hardware.used), reason(&hardware.reason))?;
    for path in &hardware.paths {
        write_path(text, path)?;
    }
    if let Some(load) = &hardware.load {
        write_load(text, load)?;
    }
    writeln!(text, "\nSettings:")?;
    if let Ok(serde_json::Value::Object(values)) = serde_json::to_value(settings) {
        for (name, value) in values {
            writeln!(text, "- {name}: {}", if value.is_null() { "automatic".to_owned() } else { value.to_string() })?;
        }
    }
    Ok(())
}

fn write_path(text: &mut String, path: &PathReport) -> fmt::Result {
    writeln!(text, "- {}: {}", name(path.path), outcome(&path.outcome))?;
    for device in &path.devices {
        writeln!(
            text,
            "  {} ({:?}), {}, {} free, driver {}",
            device.name,
            device.kind,
            size(device.memory_bytes),
            size(device.free_bytes),
            device.driver.as_deref().unwrap_or("unknown")
        )?;
    }
    Ok(())
}

fn write_load(text: &mut String, load: &LoadFacts) -> fmt::Result {
    writeln!(text, "\nModel: {}", load.model)?;
    writeln!(text, "- context: {} of {} tokens", load.context_tokens, load.trained_context_tokens)?;
    writeln!(text, "- layers on the GPU: {} of {}", load.gpu_layers, load.layers)?;
    writeln!(text, "- threads: {}, batch: {} tokens", load.threads, load.batch_tokens)?;
    writeln!(text, "- KV cache: {:?}, flash attention: {}", load.kv_cache, load.flash_attention)?;
    for device in &load.memory {
        writeln!(
            text,
            "- {}: weights {}, KV cache {}, work space {}",
            device.device,
            size(device.weights_bytes),
            size(device.kv_bytes),
            size(device.compute_bytes)
        )?;
    }
    Ok(())
}

fn name(path: ComputePath) -> &'static str {
    match path {
        ComputePath::Cpu => "CPU",
        ComputePath::Vulkan => "Vulkan",
        ComputePath::Cuda => "CUDA",
        ComputePath::Metal => "Metal",
    }
}

fn outcome(outcome: &PathOutcome) -> String {
    match outcome {
        PathOutcome::Untried => "not tried".into(),
        PathOutcome::Testing => "being tried".into(),
        PathOutcome::Missing => "no library".into(),
        PathOutcome::NoDevice => "no device".into(),
        PathOutcome::Works { prompt_tokens_per_second, generation_tokens_per_second } => {
            format!("works, reads {prompt_tokens_per_second:.0} and writes {generation_tokens_per_second:.0} tokens/s")
        }
        PathOutcome::WrongResults => "wrong results".into(),
        PathOutcome::Crashed => "crashed".into(),
        PathOutcome::TimedOut => "too slow, or hung".into(),
        PathOutcome::Quarantined => "crashed too often".into(),
    }
}

fn reason(reason: &PathReason) -> String {
    match reason {
        PathReason::NotTriedYet => "nothing else was tried yet".into(),
        PathReason::OnlyOne => "there is nothing else".into(),
        PathReason::Fastest => "the fastest".into(),
        PathReason::OthersFailed { path } => format!("{} does not work", name(*path)),
        PathReason::OthersSlower { path } => format!("{} is slower", name(*path)),
        PathReason::Chosen => "chosen".into(),
        PathReason::ChosenFailed { path } => format!("{} was chosen and does not work", name(*path)),
    }
}

fn size(bytes: u64) -> String {
    let mebibytes = bytes >> 20;
    if mebibytes < 10 << 10 { format!("{mebibytes} MiB") } else { format!("{} GiB", mebibytes >> 10) }
}
