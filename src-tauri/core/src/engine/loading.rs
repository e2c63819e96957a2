//! From a chosen file to a model that can answer.

use std::{ops::ControlFlow, path::Path, sync::Arc};

use hearth_ipc::{
    Client, ComputePath, EngineEnd, KvCacheType, LoadEvent, LoadRequest, LoadSettings, LoadedModel, StateCache,
};
use tokio::{sync::oneshot, task::spawn_blocking};

use super::{Order, Readiness, ReadyModel, supervisor::Supervisor};
use crate::{
    error::{AppError, ErrorCode},
    fit,
    hardware::Purpose,
    library::Disks,
    model, states,
    view::{EngineState, HardwareSettings, KvCache},
};

/// The model's memory of conversations takes at most so much of the disk, in bytes…
const STATES_BYTES: u64 = 8 << 30;
/// …and one part in so many of what is free on it.
const STATES_SHARE: u64 = 10;
/// Less is not worth it: one conversation takes some dozens of megabytes.
const LEAST_STATES_BYTES: u64 = 256 << 20;

/// How an attempt to load the chosen model went.
pub(super) enum Loaded {
    /// It can answer.
    Ready,
    /// It cannot be used.
    Refused,
    /// Another was chosen meanwhile.
    Replaced,
    Died(EngineEnd),
    ShutDown(Option<oneshot::Sender<()>>),
}

/// What the person wants of a load. With another wish, the model has to be loaded again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wishes {
    load: LoadSettings,
    keeps_states: bool,
}

impl Wishes {
    pub(super) fn of(settings: &HardwareSettings, path: ComputePath) -> Self {
        let load = LoadSettings {
            context_tokens: settings.context_tokens,
            threads: settings.threads,
            gpu_layers: settings.gpu_layers.filter(|_| path != ComputePath::Cpu),
            kv_cache: settings.kv_cache.map(|kv_cache| match kv_cache {
                KvCache::F16 => KvCacheType::F16,
                KvCache::Q8_0 => KvCacheType::Q8_0,
            }),
        };
        Self { load, keeps_states: settings.keep_memories }
    }
}

impl Supervisor {
    /// The chosen model, from the safe check of its file to its being ready.
    pub(super) async fn load(&mut self, client: &Client, compute: ComputePath, wishes: Wishes) -> Loaded {
        let path = self.choice.path(&self.parts.starter.path).to_owned();
        let named = self.choice.named(&self.parts.starter.path);
        self.tell_loading(named.clone(), 0.0);
        if let Err(error) = self.require_room(&path).await {
            return self.refuse(error);
        }
        let request = LoadRequest {
            settings: wishes.load,
            states: self.states(wishes).await,
            ..LoadRequest::new(client.new_id(), path.clone())
        };
        self.mark(compute, Purpose::Load).await;
        let mut load = client.load(request);
        let mut replaced = false;
        let loaded = loop {
            tokio::select! {
                event = load.next() => match event {
                    Some(LoadEvent::Progress(_)) if replaced => {}
                    Some(LoadEvent::Progress(fraction)) => self.tell_loading(named.clone(), fraction),
                    Some(LoadEvent::Loaded(_) | LoadEvent::Failed(_)) if replaced => break Loaded::Replaced,
                    Some(LoadEvent::Loaded(loaded)) => {
                        self.tell_ready(client, compute, &path, loaded);
                        break Loaded::Ready;
                    }
                    Some(LoadEvent::Failed(failure)) => {
                        break self.refuse(AppError::of_engine(&failure).about(&path));
                    }
                    // What was being tried stays written down until the crash is.
                    Some(LoadEvent::EngineEnded(end)) => return Loaded::Died(end),
                    None => return Loaded::Died(client.ended().await),
                },
                order = self.ends.orders.recv() => {
                    if matches!(order, Some(Order::Wake)) {
                        // It is being loaded already.
                        continue;
                    }
                    if let ControlFlow::Break(done) = self.obey(order) {
                        break Loaded::ShutDown(done);
                    }
                    replaced = true;
                    load.cancel();
                    self.tell_loading(self.choice.named(&self.parts.starter.path), 0.0);
                }
            }
        };
        self.unmark();
        loaded
    }

    fn tell_ready(&mut self, client: &Client, compute: ComputePath, path: &Path, loaded: LoadedModel) {
        tracing::info!(model = loaded.name, device = loaded.device, "a model is ready");
        let starter = &self.parts.starter;
        let manner = model::manner(&loaded, starter);
        let model = model::info(loaded.clone(), &starter.path);
        self.held_bytes = if loaded.memory.is_empty() {
            loaded.size_bytes
        } else {
            let parts = loaded.memory.iter().flat_map(|of| [of.weights_bytes, of.kv_bytes, of.compute_bytes]);
            parts.fold(0, u64::saturating_add)
        };
        let ready = ReadyModel {
            client: client.clone(),
            choice: self.choice.clone(),
            path: path.to_owned(),
            name: model.name.clone(),
            device: model.device.clone(),
            manner,
            compute,
            loaded: Arc::new(loaded),
            lease: None,
        };
        self.ends.states.send_replace(EngineState::Ready { model });
        self.ends.readiness.send_replace(Readiness::Ready(ready));
        self.parts.compute.tell_change();
        if let Some(waiting) = self.waiting.take() {
            // Whoever no longer waits does not want to know.
            waiting.send(()).ok();
        }
    }

    /// The safe check of the file, and of the memory that is free now. What fits with the smallest context is up to the
    /// engine, which finds the largest.
    async fn require_room(&self, path: &Path) -> Result<(), AppError> {
        let Some(needed) = model::check_and_measure(path).await? else { return Ok(()) };
        let memory = self.parts.compute.computer(|computer| computer.memory()).await;
        let graphics = self.parts.compute.graphics().map_or(0, |graphics| graphics.free_bytes);
        let free = fit::usable_bytes(memory.total_bytes, memory.free_bytes.saturating_add(self.held_bytes));
        let free = free.saturating_add(graphics);
        if needed <= free {
            return Ok(());
        }
        let mut error = AppError::new(ErrorCode::ModelTooLarge, "even with the smallest context").about(path);
        error.details.needed_bytes = Some(needed);
        error.details.free_bytes = Some(free);
        Err(error)
    }

    /// Where the engine keeps its memory of conversations. Where it is not wanted, what there is of it goes.
    async fn states(&self, wishes: Wishes) -> Option<StateCache> {
        let home = self.parts.compute.home();
        if !wishes.keeps_states {
            states::forget_all(home).await;
            return None;
        }
        let folder = states::folder(home);
        let (disks, looked_at) = (Arc::clone(&self.parts.disks), folder.clone());
        let limit_bytes = spawn_blocking(move || limit_bytes(&*disks, &looked_at)).await.unwrap_or_default();
        (limit_bytes > 0).then_some(StateCache { folder, limit_bytes })
    }
}

/// How much of the disk may be taken; 0 where it is not worth it.
fn limit_bytes(disks: &dyn Disks, folder: &Path) -> u64 {
    match disks.free_bytes(folder) {
        Ok(free_bytes) => {
            let limit = (free_bytes / STATES_SHARE).min(STATES_BYTES);
            if limit < LEAST_STATES_BYTES { 0 } else { limit }
        }
        Err(error) => {
            tracing::warn!(%error, "the room on the disk is not known; conversations are not remembered there");
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    struct Disk(u64);

    impl Disks for Disk {
        fn free_bytes(&self, _folder: &Path) -> io::Result<u64> {
            if self.0 == 0 { Err(io::Error::other("no disk")) } else { Ok(self.0) }
        }

        fn are_one(&self, _one: &Path, _other: &Path) -> bool {
            true
        }
    }

    #[test]
    fn the_memory_of_conversations_leaves_the_disk_room() {
        let of = |gibibytes: u64| limit_bytes(&Disk(gibibytes << 30), Path::new("."));
        assert_eq!(of(1000), 8 << 30);
        assert_eq!(of(30), 3 << 30);
        assert_eq!(of(1), 0, "not worth it");
        assert_eq!(of(0), 0, "not known");
    }

    #[test]
    fn layers_on_the_gpu_are_nothing_to_the_processor() {
        let settings = HardwareSettings { gpu_layers: Some(7), ..HardwareSettings::default() };
        assert_eq!(Wishes::of(&settings, ComputePath::Cpu).load.gpu_layers, None);
        assert_eq!(Wishes::of(&settings, ComputePath::Vulkan).load.gpu_layers, Some(7));
    }
}
