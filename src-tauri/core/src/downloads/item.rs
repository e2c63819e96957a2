//! A download as the queue holds it.

use std::time::Instant;

use hearth_hub::transfer::{Phase, Progress, Segments, Trouble};

use super::speed::Speed;
use crate::{
    error::AppError,
    library::CacheFile,
    store::downloads::{Kept, KeptState, Wanted, WantedFile},
    view::{Download, DownloadId, DownloadState, DownloadTrouble, LocalModelId},
};

/// A download.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) id: DownloadId,
    pub(super) wanted: Wanted,
    pub(super) state: State,
    /// Of each file, when it was last looked at.
    received: Vec<u64>,
    speed: Speed,
}

/// What is to become of it.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// It goes on whenever it can.
    Queued,
    Paused,
    Failed(AppError),
    Done(LocalModelId),
}

/// A file that takes, or will take, room.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) names: CacheFile,
    pub(super) size_bytes: u64,
}

/// What is being done for a download at the moment.
#[derive(Debug, Default)]
pub(super) struct Activity {
    /// By the files' places in the download.
    pub(super) fetching: Vec<(usize, Progress)>,
    pub(super) is_placing: bool,
}

impl Item {
    pub(super) fn new(id: DownloadId, wanted: Wanted) -> Self {
        let received = wanted.files.iter().map(|file| if file.is_whole { file.size_bytes } else { 0 }).collect();
        Self { id, wanted, state: State::Queued, received, speed: Speed::default() }
    }

    /// As an earlier run has left it. `None` for one that was done.
    pub(super) fn kept(kept: Kept) -> Option<Self> {
        let state = match kept.state {
            KeptState::Queued => State::Queued,
            KeptState::Paused => State::Paused,
            KeptState::Failed(error) => State::Failed(error),
            KeptState::Done => return None,
        };
        Some(Self { state, ..Self::new(kept.id, kept.wanted) })
    }

    pub(super) fn kept_state(&self) -> KeptState {
        match &self.state {
            State::Queued => KeptState::Queued,
            State::Paused => KeptState::Paused,
            State::Failed(error) => KeptState::Failed(error.clone()),
            State::Done(_) => KeptState::Done,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.state, State::Done(_))
    }

    pub(super) fn is_queued(&self) -> bool {
        matches!(self.state, State::Queued)
    }

    pub(super) fn is_whole(&self) -> bool {
        self.wanted.files.iter().all(|file| file.is_whole)
    }

    /// Whether it brings the same files from the same repository.
    pub(super) fn brings_the_same_as(&self, other: &Wanted) -> bool {
        let contents = |wanted: &Wanted| wanted.files.iter().map(|file| file.sha256).collect::<Vec<_>>();
        self.wanted.repo == other.repo && contents(&self.wanted) == contents(other)
    }

    /// Whether one of its files has the contents of this one.
    pub(super) fn needs_contents_of(&self, other: &Wanted, file: &WantedFile) -> bool {
        self.wanted.repo == other.repo && self.wanted.files.iter().any(|own| own.sha256 == file.sha256)
    }

    /// What is still to be fetched.
    pub(super) fn missing(&self) -> Vec<Part> {
        parts(&self.wanted, |file| !file.is_whole)
    }

    /// A file has as many of its bytes on the disk as these segments have.
    pub(super) fn set_received(&mut self, index: usize, segments: &Segments) {
        if let Some(received) = self.received.get_mut(index) {
            *received = segments.done_bytes();
        }
    }

    /// Bytes of a file that were there when it was last looked at.
    pub(super) fn received(&self, index: usize) -> u64 {
        self.received.get(index).copied().unwrap_or_default()
    }

    /// These contents are whole now, or are not any more.
    pub(super) fn set_whole(&mut self, contents: hearth_hub::Sha256, is_whole: bool) {
        for (file, received) in self.wanted.files.iter_mut().zip(&mut self.received) {
            if file.sha256 == contents {
                file.is_whole = is_whole;
                *received = if is_whole { file.size_bytes } else { 0 };
            }
        }
    }

    /// Takes in how far its files are.
    pub(super) fn look(&mut self, activity: &Activity, now: Instant) {
        for (index, progress) in &activity.fetching {
            if let Some(received) = self.received.get_mut(*index) {
                *received = progress.received_bytes;
            }
        }
        if activity.fetching.is_empty() {
            self.speed.stop();
        } else {
            self.speed.sample(now, self.received_bytes());
        }
    }

    /// As the page is told.
    pub(super) fn show(&self, activity: &Activity) -> Download {
        let total_bytes = self.wanted.files.iter().fold(0_u64, |sum, file| sum.saturating_add(file.size_bytes));
        let received_bytes = self.received_bytes().min(total_bytes);
        let state = self.shown_state(activity);
        let comes = state == DownloadState::Receiving;
        Download {
            id: self.id,
            name: self.wanted.name.clone(),
            repo: self.wanted.repo.to_string(),
            file: self.wanted.files.first().map(|file| file.path.to_string()).unwrap_or_default(),
            label: self.wanted.label.clone(),
            total_bytes,
            received_bytes,
            bytes_per_second: self.speed.bytes_per_second().filter(|_| comes),
            seconds_left: self.speed.seconds_for(total_bytes - received_bytes).filter(|_| comes),
            state,
        }
    }

    fn received_bytes(&self) -> u64 {
        self.received.iter().fold(0_u64, |sum, bytes| sum.saturating_add(*bytes))
    }

    fn shown_state(&self, activity: &Activity) -> DownloadState {
        match &self.state {
            State::Paused => DownloadState::Paused,
            State::Failed(error) => DownloadState::Failed { error: error.clone() },
            State::Done(model) => DownloadState::Done { model: model.clone() },
            State::Queued if activity.is_placing => DownloadState::Verifying,
            State::Queued => {
                let phases = activity.fetching.iter().map(|(_, progress)| progress.phase);
                phases.min_by_key(liveliness).map_or(DownloadState::Queued, shown_phase)
            }
        }
    }
}

/// The files of a download that fit a condition, as the cache names them. Names that no cache can have are no files.
pub(super) fn parts(wanted: &Wanted, fits: impl Fn(&WantedFile) -> bool) -> Vec<Part> {
    let fitting = wanted.files.iter().filter(|file| fits(file));
    fitting
        .filter_map(|file| Some(Part { names: CacheFile::of(wanted, file).ok()?, size_bytes: file.size_bytes }))
        .collect()
}

/// Of two files the one says how the download is getting on with which most happens.
fn liveliness(phase: &Phase) -> u8 {
    match phase {
        Phase::Receiving => 0,
        Phase::Verifying => 1,
        Phase::Connecting => 2,
        Phase::Waiting { .. } => 3,
    }
}

fn shown_phase(phase: Phase) -> DownloadState {
    match phase {
        Phase::Connecting => DownloadState::Connecting,
        Phase::Receiving => DownloadState::Receiving,
        Phase::Verifying => DownloadState::Verifying,
        Phase::Waiting { trouble, retry_after } => {
            let trouble = match trouble {
                Trouble::Network => DownloadTrouble::Network,
                Trouble::LoginPage => DownloadTrouble::LoginPage,
                Trouble::RateLimit => DownloadTrouble::RateLimit,
                Trouble::Server => DownloadTrouble::Server,
            };
            let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
            DownloadState::Waiting { trouble, seconds: u32::try_from(seconds).unwrap_or(u32::MAX) }
        }
    }
}
