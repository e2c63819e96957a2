//! Which requests fail, and how: by script, or by chance that is the same for the same seed.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use http::StatusCode;

use crate::{
    asked::Asked,
    chance::Chance,
    fault::{Aim, Fault},
    reply::{Body, Reply},
};

/// What goes wrong. Clones are the same faults.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

#[derive(Debug, Default)]
struct Plan {
    /// Each waits for the first request that it is for.
    script: VecDeque<(Aim, Fault)>,
    random: Option<Random>,
}

#[derive(Debug)]
struct Random {
    seed: u64,
    share: f64,
    /// How often each question has been asked: it may fail the first time and not the second.
    asked: HashMap<String, u64>,
}

impl Faults {
    /// None.
    pub fn none() -> Self {
        Self::default()
    }

    /// For the next request that it makes sense for, see [`Fault::aim`]. Several are a queue.
    pub fn next(&self, fault: Fault) {
        self.next_at(fault.aim(), fault);
    }

    /// For the next request of a kind.
    pub fn next_at(&self, aim: Aim, fault: Fault) {
        self.plan().script.push_back((aim, fault));
    }

    /// From now on a `share` (0 to 1) of all requests fails. What fails how depends on the seed, on what is asked and
    /// how often it has been, but not on the order in which connections come.
    pub fn random(&self, seed: u64, share: f64) {
        self.plan().random = Some(Random { seed, share, asked: HashMap::new() });
    }

    /// Nothing goes wrong any more, except on connections where something already has.
    pub fn stop(&self) {
        *self.plan() = Plan::default();
    }

    /// How many of the script have not happened yet.
    pub fn waiting(&self) -> usize {
        self.plan().script.len()
    }

    pub(crate) fn choose(&self, asked: &Asked, reply: &Reply) -> Option<Fault> {
        let mut plan = self.plan();
        if let Some(index) = plan.script.iter().position(|(aim, _)| aim.takes(asked, reply)) {
            return plan.script.remove(index).map(|(_, fault)| fault);
        }
        let random = plan.random.as_mut()?;
        let question = format!("{} {} {:?}", asked.method, asked.path, asked.header("range"));
        let nth = random.asked.entry(question.clone()).or_default();
        *nth += 1;
        let mut chance = Chance::of_question(random.seed, &question, *nth);
        chance.happens(random.share).then(|| draw(&mut chance, asked, reply))
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().expect("nobody panics with it")
    }
}

/// One of those that make sense here, each as likely as the others.
fn draw(chance: &mut Chance, asked: &Asked, reply: &Reply) -> Fault {
    let length = reply.length();
    let mut position = || if length == 0 { 0 } else { chance.below(length) };
    let (reset, closed, stall, flipped) = (position(), position(), position(), position());
    let slow = Duration::from_millis(20 + chance.below(200));
    let mut kinds = vec![
        Fault::Status(500),
        Fault::Status(502),
        Fault::Status(503),
        Fault::TooManyRequests { retry_after: Duration::from_secs(1) },
        Fault::LoginPage,
        Fault::LoginRedirect,
        Fault::RedirectLoop,
        Fault::SlowStart(slow),
        Fault::Reset { after_bytes: reset },
    ];
    if asked.is_resolve() {
        kinds.extend([Fault::ChangedCommit, Fault::Gated(401), Fault::Gated(403)]);
    }
    if asked.is_for_content() && matches!(reply.body, Body::Part(_)) {
        kinds.extend([
            Fault::Reset { after_bytes: reset },
            Fault::Closed { after_bytes: closed },
            Fault::Stall { after_bytes: stall },
            Fault::FlippedBit { at_byte: flipped },
            Fault::ChangedEtag,
            Fault::Gzip,
            Fault::LinkExpired,
            Fault::Status(401),
            Fault::Status(403),
            Fault::Status(404),
        ]);
        if reply.status == StatusCode::PARTIAL_CONTENT {
            kinds.extend([
                Fault::IgnoredRange,
                Fault::MissingContentRange,
                Fault::OtherRange,
                Fault::WrongContentRange,
                Fault::ShorterRange,
                Fault::LongerRange,
                Fault::MissingHalf,
                Fault::EmptyRange,
                Fault::CutWhole { after_bytes: closed },
                Fault::RangeNotSatisfiable,
            ]);
        }
    }
    let index = chance.below(kinds.len() as u64);
    kinds[crate::content::to_usize(index)]
}
