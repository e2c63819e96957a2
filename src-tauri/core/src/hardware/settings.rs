//! What the person has decided about computing, as it is kept.

use std::ops::RangeInclusive;

use hearth_ipc::ComputePath;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::trial::path_of;
use crate::{
    store::{StoreError, settings},
    view::HardwareSettings,
};

const NAME: &str = "hardware";
/// A question and an answer need so many at least; more than any model was trained for is nothing anybody means.
const CONTEXT_TOKENS: RangeInclusive<u32> = 512..=1 << 20;
/// From at once to never, which is said otherwise.
const UNLOAD_MINUTES: RangeInclusive<u32> = 1..=24 * 60;

/// What was decided. A value that a newer version has written, or that an older one did not know, is the default.
pub(super) async fn load(connection: &mut SqliteConnection) -> Result<HardwareSettings, StoreError> {
    let Some(text) = settings::get(connection, NAME).await? else { return Ok(HardwareSettings::default()) };
    Ok(parse(&text))
}

/// Keeps it.
pub(super) async fn save(connection: &mut SqliteConnection, kept: &HardwareSettings) -> Result<(), StoreError> {
    let text = serde_json::to_string(kept).map_err(|_| StoreError::Unknown { column: NAME })?;
    settings::set(connection, NAME, Some(&text)).await
}

/// The nearest to what is wanted that this computer can do: it has so many cores, and could have these paths besides
/// the processor's.
pub(super) fn possible(wanted: HardwareSettings, cores: u32, paths: &[ComputePath]) -> HardwareSettings {
    let within = |value: u32, range: RangeInclusive<u32>| value.clamp(*range.start(), *range.end());
    HardwareSettings {
        path: wanted.path.filter(|path| path_of(*path) == ComputePath::Cpu || paths.contains(&path_of(*path))),
        context_tokens: wanted.context_tokens.map(|tokens| within(tokens, CONTEXT_TOKENS)),
        threads: wanted.threads.map(|threads| within(threads, 1..=cores.max(1))),
        unload_after_minutes: wanted.unload_after_minutes.map(|minutes| within(minutes, UNLOAD_MINUTES)),
        ..wanted
    }
}

fn parse(text: &str) -> HardwareSettings {
    let default = HardwareSettings::default();
    let (Ok(Value::Object(mut values)), Ok(Value::Object(kept))) =
        (serde_json::to_value(default), serde_json::from_str(text))
    else {
        tracing::warn!("the settings of what computes cannot be read");
        return default;
    };
    for (name, value) in kept {
        let Some(before) = values.insert(name.clone(), value) else {
            values.remove(&name);
            continue;
        };
        // One by one, so that a value that this version does not know costs no other.
        if serde_json::from_value::<HardwareSettings>(Value::Object(values.clone())).is_err() {
            tracing::warn!(name, "a setting holds a value that this version does not know");
            values.insert(name, before);
        }
    }
    serde_json::from_value(Value::Object(values)).unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{ComputePath as Shown, KvCache};

    #[test]
    fn what_cannot_be_is_brought_to_the_nearest_that_can() {
        let wanted = HardwareSettings {
            path: Some(Shown::Metal),
            context_tokens: Some(1),
            threads: Some(500),
            unload_after_minutes: Some(0),
            ..HardwareSettings::default()
        };
        let kept = possible(wanted, 8, &[ComputePath::Vulkan]);
        assert_eq!((kept.path, kept.context_tokens, kept.threads), (None, Some(512), Some(8)));
        assert_eq!(kept.unload_after_minutes, Some(1));
        let wanted = HardwareSettings { path: Some(Shown::Vulkan), threads: Some(0), ..wanted };
        let kept = possible(wanted, 8, &[ComputePath::Vulkan]);
        assert_eq!((kept.path, kept.threads), (Some(Shown::Vulkan), Some(1)));
        let wanted = HardwareSettings { path: Some(Shown::Cpu), ..wanted };
        assert_eq!(possible(wanted, 8, &[]).path, Some(Shown::Cpu), "the processor is always there");
    }

    #[test]
    fn what_another_version_has_written_costs_nothing_else() {
        let text = r#"{"kv_cache":"q8_0","path":"abacus","threads":3,"colour":"red","unload_after_minutes":null}"#;
        let default = HardwareSettings::default();
        let kept =
            HardwareSettings { kv_cache: Some(KvCache::Q8_0), threads: Some(3), unload_after_minutes: None, ..default };
        assert_eq!(parse(text), kept);
        assert_eq!(parse("[]"), default);
        assert_eq!(parse(&serde_json::to_string(&kept).expect("a text")), kept);
    }
}
