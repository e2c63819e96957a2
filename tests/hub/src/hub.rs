//! The server as a test holds it.

use std::{
    io,
    sync::{Arc, Mutex, RwLock, RwLockWriteGuard, atomic::AtomicU64, mpsc as blocking},
    time::Duration,
};

use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc,
};

use crate::{
    access::{Access, Account},
    address::Address,
    faults::Faults,
    log::{Host, RequestRecord, asked_bytes},
    pace::SpeedLimit,
    quota::{Meter, Quota},
    repository::{File, Repository},
    server::{self, Command, Shared, lock},
    world::World,
};

/// What a Hub begins with.
#[derive(Debug)]
pub struct Config {
    /// What it holds.
    pub repositories: Vec<Repository>,
    /// Who can sign in.
    pub accounts: Vec<Account>,
    /// How often one may ask; as often as one likes when there is none.
    pub quota: Option<Quota>,
    /// How long a link to a file on the CDN lasts.
    pub link_lifetime: Duration,
    /// The Hub's port; 0 is any that is free. The CDN's is always that.
    pub port: u16,
}

impl Config {
    /// A Hub that holds these.
    pub fn serving(repositories: Vec<Repository>) -> Self {
        Self { repositories, ..Self::default() }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            repositories: Vec::new(),
            accounts: Vec::new(),
            quota: None,
            link_lifetime: Duration::from_hours(1),
            port: 0,
        }
    }
}

/// A Hub that runs on threads of its own, so it can be held by any test, and stops when it is dropped.
#[derive(Debug)]
pub struct FakeHub {
    shared: Arc<Shared>,
    endpoint: String,
    listeners: Vec<mpsc::UnboundedSender<Command>>,
    runtime: Option<Runtime>,
}

impl FakeHub {
    /// Listens at two free ports of this machine.
    pub fn start(config: Config) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("fake-hub").enable_all().build()?;
        let entered = runtime.enter();
        let (hub, cdn) = (Address::take(config.port)?, Address::take(0)?);
        let endpoint = hub.url();
        let shared = Arc::new(Shared {
            world: RwLock::new(World::new(config.repositories, Access::of(config.accounts), config.link_lifetime)),
            faults: Faults::none(),
            speed: SpeedLimit::default(),
            meter: Mutex::new(Meter::of(config.quota)),
            log: Mutex::new(Vec::new()),
            cdn: cdn.url(),
            connections: AtomicU64::new(0),
        });
        let mut listeners = Vec::new();
        for (host, address) in [(Host::Hub, hub), (Host::Cdn, cdn)] {
            let (sender, commands) = mpsc::unbounded_channel();
            let listener = address.listen()?;
            runtime.spawn(server::serve(host, address, listener, Arc::clone(&shared), commands));
            listeners.push(sender);
        }
        drop(entered);
        Ok(Self { shared, endpoint, listeners, runtime: Some(runtime) })
    }

    /// The Hub's address, such as `http://127.0.0.1:40123`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The address of the host that large files lie on.
    pub fn cdn(&self) -> &str {
        &self.shared.cdn
    }

    /// What was asked so far, in the order of the answers.
    pub fn requests(&self) -> Vec<RequestRecord> {
        lock(&self.shared.log).clone()
    }

    /// Bytes of large files that were asked for so far, in parts. What one connection leaves to another is asked for by
    /// both, and counts once.
    pub fn asked_bytes(&self) -> u64 {
        asked_bytes(&lock(&self.shared.log))
    }

    /// Begins the log of requests anew.
    pub fn forget_requests(&self) {
        lock(&self.shared.log).clear();
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// The network is gone: all connections break, and new ones are refused. When it returns, this is so.
    ///
    /// # Panics
    ///
    /// The server has ended by a panic of its own.
    pub fn offline(&self) {
        self.command(Command::Offline).expect("closing does not fail");
    }

    /// The network is back, with the same addresses.
    pub fn online(&self) -> io::Result<()> {
        self.command(Command::Online)
    }

    /// What each connection may send at most, from now on; `None` is as fast as it goes.
    pub fn limit_bytes_per_second(&self, limit: Option<u64>) {
        self.shared.speed.set(limit);
    }

    /// How often one may ask, from now on.
    pub fn limit_requests(&self, quota: Option<Quota>) {
        *lock(&self.shared.meter) = Meter::of(quota);
    }

    /// Lets an account into a gated or private repository.
    pub fn grant(&self, repository: &str, account: &str) {
        self.world().access.grant(repository, account);
    }

    /// Takes in another repository, or one in place of what had its id.
    pub fn publish(&self, repository: Repository) {
        let mut world = self.world();
        world.repositories.retain(|other| other.id != repository.id);
        world.repositories.push(repository);
    }

    /// Makes a new commit with another file at a path. Does nothing if there is no such repository.
    pub fn replace_file(&self, repository: &str, path: &str, file: File) {
        if let Some(found) = self.world().repository_mut(repository) {
            found.replace(path, file);
        }
    }

    /// Gives a repository another id; the old one leads to it.
    pub fn rename(&self, from: &str, to: &str) {
        self.world().rename(from, to);
    }

    /// Links to the CDN that were given out until now are void.
    pub fn expire_links(&self) {
        self.world().links.expire_all();
    }

    /// How long links last that are given out from now on.
    pub fn set_link_lifetime(&self, lifetime: Duration) {
        self.world().links.lifetime = lifetime;
    }

    fn world(&self) -> RwLockWriteGuard<'_, World> {
        self.shared.world.write().expect("nobody panics with it")
    }

    /// Tells both listeners and waits until they have done it. They run on threads of their own, so any may wait.
    fn command(&self, command: fn(blocking::Sender<io::Result<()>>) -> Command) -> io::Result<()> {
        for listener in &self.listeners {
            let (done, is_done) = blocking::channel();
            let gone = || io::Error::other("the server has ended");
            listener.send(command(done)).map_err(|_| gone())?;
            is_done.recv().map_err(|_| gone())??;
        }
        Ok(())
    }
}

impl Drop for FakeHub {
    fn drop(&mut self) {
        // A server that has ended already is as good.
        self.command(Command::Offline).ok();
        if let Some(runtime) = self.runtime.take() {
            // Waiting for its threads is not allowed where a test's own runtime drops it.
            runtime.shutdown_background();
        }
    }
}
