//! A Hub with one file, a folder, and a journal that the test can read.

use std::{
    collections::BTreeMap,
    io,
    ops::Range,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use hearth_fake_hub::{Account, Config, Content, FakeHub, Host, Repository, RequestRecord};
use hearth_hub::{
    Connection, ConnectionSettings, Patience, Token,
    transfer::{
        self, Expected, Hold, Job, Journal, Phase, Progress, Released, SegmentDone, Segments, TransferError, hold,
    },
};
use tempfile::TempDir;
use tokio::sync::{Mutex as AsyncMutex, watch};

pub(crate) const REPOSITORY: &str = "hearth/tiny";
pub(crate) const FILE: &str = "tiny-Q4_0.gguf";
/// Of the only account.
const TOKEN: &str = "hf_somebody";
/// Of the file's segments, all but the last.
pub(crate) const SEGMENT_BYTES: u64 = 1 << 20;
const SIZE_BYTES: usize = (10 << 20) + 12_345;
/// No transfer of these few bytes may take longer, whatever happens on the way.
const LIMIT: Duration = Duration::from_mins(1);

pub(crate) struct Stage {
    pub(crate) hub: FakeHub,
    pub(crate) journal: TestJournal,
    pub(crate) content: Vec<u8>,
    folder: TempDir,
    expected: Expected,
    token: Option<Token>,
    /// By the transfer before.
    released: AsyncMutex<Option<Released>>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(|repository| repository)
    }

    pub(crate) fn with(change: impl FnOnce(Repository) -> Repository) -> Self {
        Self::of_size(SIZE_BYTES, change)
    }

    pub(crate) fn of_size(size_bytes: usize, change: impl FnOnce(Repository) -> Repository) -> Self {
        let content = noise(size_bytes);
        let served = Content::bytes(content.clone());
        let expected =
            Expected { size_bytes: served.size_bytes(), sha256: served.sha256().parse().expect("a SHA-256") };
        let repository = change(Repository::new(REPOSITORY).with_lfs(FILE, served));
        let accounts = vec![Account { name: "somebody".to_owned(), token: TOKEN.to_owned() }];
        let config = Config { accounts, ..Config::serving(vec![repository]) };
        let hub = FakeHub::start(config).expect("a free port");
        let folder = TempDir::new().expect("a folder");
        Self {
            hub,
            journal: TestJournal::default(),
            content,
            folder,
            expected,
            token: None,
            released: AsyncMutex::default(),
        }
    }

    pub(crate) fn sign_in(&mut self) {
        self.token = Some(TOKEN.parse().expect("a token"));
    }

    pub(crate) fn partial(&self) -> PathBuf {
        self.folder.path().join("partial")
    }

    pub(crate) fn connection(&self) -> Connection {
        let settings = ConnectionSettings {
            endpoint: self.hub.endpoint().parse().expect("an address"),
            token: self.token.clone(),
            proxy: hearth_hub::Proxy::None,
            user_agent: "test".to_owned(),
            patience: Patience {
                stall_timeout: Duration::from_millis(700),
                first_retry: Duration::from_millis(20),
                longest_retry: Duration::from_millis(200),
            },
        };
        Connection::new(settings).expect("a connection")
    }

    pub(crate) fn job(&self, hold: Hold) -> Job {
        Job {
            url: format!("{}/{REPOSITORY}/resolve/main/{FILE}", self.hub.endpoint()).parse().expect("an address"),
            partial: self.partial(),
            expected: self.expected,
            segments: Segments::with(self.expected.size_bytes, self.journal.entries()),
            connections: 4,
            hold,
        }
    }

    /// Transfers the file, or what is missing of it.
    pub(crate) async fn fetch(&self) -> Result<(), TransferError> {
        let (progress, _told) = watch::channel(Progress { received_bytes: 0, phase: Phase::Connecting });
        self.fetch_telling(&progress).await
    }

    pub(crate) async fn fetch_telling(&self, progress: &watch::Sender<Progress>) -> Result<(), TransferError> {
        self.fetch_with(&self.journal, progress).await
    }

    pub(crate) async fn fetch_with(
        &self,
        journal: &dyn Journal,
        progress: &watch::Sender<Progress>,
    ) -> Result<(), TransferError> {
        self.released().await;
        let (hold, released) = hold();
        *self.released.lock().await = Some(released);
        let (connection, job) = (self.connection(), self.job(hold));
        let transfer = transfer::run(&connection, &job, journal, progress);
        tokio::time::timeout(LIMIT, transfer).await.expect("the transfer ends")
    }

    /// Returns when nothing of the transfer before touches the file any more. A test that hangs here states a rule, too.
    pub(crate) async fn released(&self) {
        if let Some(mut released) = self.released.lock().await.take() {
            tokio::time::timeout(LIMIT, released.wait()).await.expect("the file is released");
        }
    }

    /// The file is what it is on the Hub, byte for byte.
    pub(crate) fn assert_whole(&self) {
        let found = std::fs::read(self.partial()).expect("a file");
        assert!(found == self.content, "every byte is at its place");
        let done: u64 = Segments::with(self.expected.size_bytes, self.journal.entries()).done_bytes();
        assert_eq!(done, self.expected.size_bytes, "the journal knows of every segment");
    }

    /// The ranges that the store was asked for since the log was last emptied, in the file's order.
    pub(crate) fn asked(&self) -> Vec<Range<u64>> {
        let requests = self.hub.requests();
        let store = requests.iter().filter(|request| request.host == Host::Cdn);
        let mut asked: Vec<Range<u64>> = store.filter_map(RequestRecord::asked_range).collect();
        asked.sort_unstable_by_key(|range| (range.start, range.end));
        asked
    }

    /// How often bytes of the segment that begins there were asked for.
    pub(crate) fn asked_for(&self, segment: u64) -> usize {
        self.asked().iter().filter(|range| range.start < segment + SEGMENT_BYTES && segment < range.end).count()
    }
}

/// Bytes among which no two places look alike.
fn noise(size_bytes: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut bytes: Vec<u8> = std::iter::repeat_with(&mut next).take(size_bytes / 8 + 1).flatten().collect();
    bytes.truncate(size_bytes);
    bytes
}

/// In memory.
#[derive(Default)]
pub(crate) struct TestJournal(Mutex<BTreeMap<u32, u32>>);

impl TestJournal {
    pub(crate) fn entries(&self) -> Vec<SegmentDone> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().map(|(&segment, &crc32)| SegmentDone { segment, crc32 }).collect()
    }
}

impl Journal for TestJournal {
    fn done<'journal>(&'journal self, segments: &'journal [SegmentDone]) -> BoxFuture<'journal, io::Result<()>> {
        async {
            let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            entries.extend(segments.iter().map(|done| (done.segment, done.crc32)));
            Ok(())
        }
        .boxed()
    }

    fn lost(&self, segment: u32) -> BoxFuture<'_, io::Result<()>> {
        async move {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&segment);
            Ok(())
        }
        .boxed()
    }
}
