//! What computes, and what the person has decided about it.

use hearth_ipc::{KvCacheType, LoadedModel};
use tokio::sync::watch;

use super::App;
use crate::{
    error::AppError,
    hardware::{self, shown_path},
    view::{EngineState, Hardware, HardwareSettings, KvCache, LoadFacts, MemoryUse},
};

impl App {
    /// Grows with every change of what [`App::hardware`] tells.
    pub fn hardware_changes(&self) -> watch::Receiver<u64> {
        self.inner.compute.changes()
    }

    /// What this computer has to compute with, and what is used of it.
    pub async fn hardware(&self) -> Result<Hardware, AppError> {
        let compute = &self.inner.compute;
        let (memory, cores, power, identity) = compute
            .computer(|computer| (computer.memory(), computer.cores(), computer.power(), computer.identity()))
            .await;
        let loaded = self.inner.engine.loaded();
        let chosen = compute.chosen().borrow().clone();
        Ok(Hardware {
            processor: identity.processor,
            fast_cores: cores.fast,
            memory_bytes: memory.total_bytes,
            free_bytes: memory.free_bytes,
            has_battery: power.has_battery,
            paths: compute.paths(),
            used: shown_path(loaded.as_ref().map_or(chosen.path, |(path, _)| *path)),
            reason: chosen.reason,
            testing: compute.is_testing(),
            load: loaded.map(|(_, model)| load_facts(&model)),
        })
    }

    /// Tries everything once more, in the background.
    pub async fn test_hardware(&self) -> Result<(), AppError> {
        self.tell(self.inner.compute.test_again().await)
    }

    /// What the person has decided about computing.
    pub async fn hardware_settings(&self) -> Result<HardwareSettings, AppError> {
        // What is decided is in the history, which may not be open yet.
        self.tell(self.store().await.map(drop))?;
        Ok(*self.inner.compute.settings().borrow())
    }

    /// Decides it anew. What this computer cannot do is brought to the nearest that it can; returns what is kept. A model
    /// that is loaded in another way is loaded again once no answer is being written.
    pub async fn update_hardware_settings(&self, settings: HardwareSettings) -> Result<HardwareSettings, AppError> {
        self.tell(self.inner.compute.update_settings(settings).await)
    }

    /// A text about this computer and this app for asking for help, in English and without anything private.
    pub async fn hardware_report(&self) -> Result<String, AppError> {
        let (hardware, settings) = (self.hardware().await?, self.hardware_settings().await?);
        let identity = self.inner.compute.computer(|computer| computer.identity()).await;
        let engine = self.inner.compute.engine_build();
        let trouble = match &*self.inner.engine.states().borrow() {
            EngineState::Trouble { error, .. } => Some(format!("{:?}", error.code)),
            _ => None,
        };
        let about = hardware::About {
            version: &self.inner.config.version,
            engine: engine.as_deref(),
            system: &identity.system,
            trouble,
        };
        Ok(hardware::report(&about, &hardware, &settings))
    }
}

fn load_facts(model: &LoadedModel) -> LoadFacts {
    LoadFacts {
        model: crate::model::named(&model.path).name,
        context_tokens: model.context_tokens,
        trained_context_tokens: model.trained_context_tokens,
        threads: model.threads,
        batch_tokens: model.batch_tokens,
        layers: model.layers,
        gpu_layers: model.gpu_layers,
        kv_cache: match model.kv_cache {
            KvCacheType::F16 => KvCache::F16,
            KvCacheType::Q8_0 => KvCache::Q8_0,
        },
        flash_attention: model.flash_attention,
        memory: model
            .memory
            .iter()
            .map(|of| MemoryUse {
                device: of.device.clone(),
                weights_bytes: of.weights_bytes,
                kv_bytes: of.kv_bytes,
                compute_bytes: of.compute_bytes,
            })
            .collect(),
    }
}
