//! Computers of any size and in any mood.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use hearth_core::{Cores, Hardware, Identity, Machine, Memory, Power};

/// A computer of any size.
#[derive(Debug)]
pub(crate) struct TestComputer(pub(crate) Machine);

impl TestComputer {
    /// A usual one of that much memory, three quarters of it free.
    pub(crate) fn of_gigabytes(gigabytes: u64) -> Self {
        Self(Machine {
            memory_bytes: gigabytes << 30,
            available_bytes: (gigabytes << 30) / 4 * 3,
            processor: "A usual processor".into(),
            bandwidth: 40e9,
        })
    }
}

impl Hardware for TestComputer {
    fn look(&self, _is_disturbed: bool) -> Machine {
        self.0.clone()
    }

    fn memory(&self) -> Memory {
        Memory { total_bytes: self.0.memory_bytes, free_bytes: self.0.available_bytes }
    }

    fn identity(&self) -> Identity {
        Identity { processor: self.0.processor.clone(), system: "A usual system".into() }
    }

    fn cores(&self) -> Cores {
        Cores { fast: 4, all: 4, threads: 8 }
    }

    fn power(&self) -> Power {
        Power::default()
    }

    fn is_short_of_memory(&self) -> bool {
        false
    }
}

/// A computer that changes while the app runs.
#[derive(Debug)]
pub(crate) struct ChangingComputer {
    usual: TestComputer,
    pub(crate) is_on_battery: AtomicBool,
    pub(crate) is_short: AtomicBool,
}

impl ChangingComputer {
    pub(crate) fn new(usual: TestComputer) -> Arc<Self> {
        Arc::new(Self { usual, is_on_battery: AtomicBool::new(false), is_short: AtomicBool::new(false) })
    }
}

impl Hardware for ChangingComputer {
    fn look(&self, is_disturbed: bool) -> Machine {
        self.usual.look(is_disturbed)
    }

    fn memory(&self) -> Memory {
        self.usual.memory()
    }

    fn identity(&self) -> Identity {
        self.usual.identity()
    }

    fn cores(&self) -> Cores {
        self.usual.cores()
    }

    fn power(&self) -> Power {
        Power { has_battery: true, is_on_battery: self.is_on_battery.load(Ordering::Relaxed) }
    }

    fn is_short_of_memory(&self) -> bool {
        self.is_short.load(Ordering::Relaxed)
    }
}
