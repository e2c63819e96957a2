//! A computer with a cache for models and a Hub to fill it from.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hearth_core::{
    App, Config, Disks, HubConfig, ModelFolders,
    view::{Download, DownloadId, DownloadRequest, DownloadState, Library, LocalModel, LocalModelId},
};
use hearth_fake_hub::{Config as HubContents, Content, FakeHub, Repository};
use hearth_hub::Patience;

use crate::{
    model_file,
    stage::{Stage, StagedEngine, is_ready, soon},
};

/// Each file of at least so many bytes has segments of that length, up to 64 of them.
pub(crate) const SEGMENT_BYTES: u64 = 1 << 20;

/// The stage's computer, with the models' folder and a Hub.
pub(crate) struct Computer {
    pub(crate) stage: Stage,
    pub(crate) hub: FakeHub,
    pub(crate) disks: Arc<TestDisks>,
}

impl Computer {
    pub(crate) fn new(repositories: Vec<Repository>) -> Self {
        Self::with(HubContents::serving(repositories))
    }

    pub(crate) fn with(contents: HubContents) -> Self {
        let hub = FakeHub::start(contents).expect("a free port");
        Self { stage: Stage::new(), hub, disks: Arc::default() }
    }

    /// The models' folder, as programs share it.
    pub(crate) fn cache(&self) -> PathBuf {
        self.stage.folder().join("huggingface/hub")
    }

    pub(crate) fn config(&self) -> Config {
        let patience = Patience {
            stall_timeout: Duration::from_secs(5),
            first_retry: Duration::from_millis(20),
            longest_retry: Duration::from_millis(200),
        };
        Config {
            hub: HubConfig {
                endpoint: Some(self.hub.endpoint().to_owned()),
                user_agent: "test".to_owned(),
                patience,
                ..HubConfig::default()
            },
            model_folders: ModelFolders { hugging_face: vec![self.cache()], ..ModelFolders::default() },
            disks: self.disks.clone(),
            ask_again: Duration::from_millis(100),
            ..self.stage.config()
        }
    }

    pub(crate) async fn open(&self) -> (App, StagedEngine) {
        let app = App::new(self.config());
        let engine = self.stage.ready_engine().await;
        is_ready(&app).await;
        (app, engine)
    }

    /// All files below the models' folder, but for those that only describe it.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![self.cache()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path);
                } else if !path.ends_with("CACHEDIR.TAG") {
                    found.push(path);
                }
            }
        }
        found.sort();
        found
    }
}

/// A disk with as much room as the test says. All folders are on it.
#[derive(Default)]
pub(crate) struct TestDisks {
    used_up_bytes: AtomicU64,
}

impl TestDisks {
    const SIZE_BYTES: u64 = 1 << 40;

    pub(crate) fn leave(&self, free_bytes: u64) {
        self.used_up_bytes.store(Self::SIZE_BYTES - free_bytes, Ordering::Relaxed);
    }
}

impl Disks for TestDisks {
    fn free_bytes(&self, _folder: &Path) -> std::io::Result<u64> {
        Ok(Self::SIZE_BYTES - self.used_up_bytes.load(Ordering::Relaxed))
    }

    fn are_one(&self, _one: &Path, other: &Path) -> bool {
        !other.to_string_lossy().contains("far")
    }
}

/// A sound model of about so many segments; no two places in it look alike.
pub(crate) fn model(name: &str, segments: u64) -> Vec<u8> {
    let mut bytes = model_file::bytes(name, "llama");
    let mut state = name.bytes().fold(0x9E37_79B9_7F4A_7C15_u64, |state, byte| state.rotate_left(7) ^ u64::from(byte));
    while (bytes.len() as u64) < segments * SEGMENT_BYTES {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes
}

/// A repository with these models.
pub(crate) fn repository(id: &str, files: &[(&str, Vec<u8>)]) -> Repository {
    let empty = Repository::new(id).with_tags(&["gguf"]);
    files.iter().fold(empty, |repository, (name, bytes)| repository.with_lfs(name, Content::bytes(bytes.clone())))
}

pub(crate) fn request(repo: &str, file: &str) -> DownloadRequest {
    DownloadRequest { repo: repo.into(), commit: None, file: file.into(), label: None, replaces: None }
}

/// Waits until the list of downloads is so.
pub(crate) async fn downloads(app: &App, what: &str, condition: impl Fn(&[Download]) -> bool) -> Vec<Download> {
    let mut list = app.downloads();
    soon(what, list.wait_for(|list| condition(list))).await.expect("a queue").clone()
}

/// Waits until one of them is so.
pub(crate) async fn download(app: &App, id: DownloadId, what: &str, condition: impl Fn(&Download) -> bool) -> Download {
    let list = downloads(app, what, |list| list.iter().any(|one| one.id == id && condition(one))).await;
    list.into_iter().find(|one| one.id == id).expect("in the list")
}

/// Waits until it can be used.
pub(crate) async fn done(app: &App, id: DownloadId) -> LocalModelId {
    let is_over = |one: &Download| matches!(one.state, DownloadState::Done { .. } | DownloadState::Failed { .. });
    match download(app, id, "the end of the download", is_over).await.state {
        DownloadState::Done { model } => model,
        other => panic!("{other:?}"),
    }
}

/// Downloads a model.
pub(crate) async fn fetch(app: &App, repo: &str, file: &str) -> LocalModelId {
    let begun = app.start_download(request(repo, file)).await.expect("begun");
    done(app, begun.id).await
}

pub(crate) async fn library(app: &App) -> Library {
    app.library().await.expect("readable")
}

/// The model with this id.
pub(crate) fn model_of(library: &Library, id: &LocalModelId) -> LocalModel {
    let found = library.models.iter().find(|model| model.id == *id);
    found.unwrap_or_else(|| panic!("no {id:?} in {:#?}", library.models)).clone()
}
