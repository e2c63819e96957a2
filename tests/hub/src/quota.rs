//! How often somebody may ask. The Hub tells it in every reply, by the IETF's draft "RateLimit header fields for HTTP".

use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderValue};

/// So many requests to the Hub's interface in a window of time; the files on the CDN do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many.
    pub requests: u64,
    /// In which time.
    pub window: Duration,
}

impl Default for Quota {
    /// The public Hub's for those who are not signed in.
    fn default() -> Self {
        Self { requests: 500, window: Duration::from_mins(5) }
    }
}

/// A quota and what is left of it.
#[derive(Debug)]
pub(crate) struct Meter {
    quota: Option<Quota>,
    used: u64,
    since: Instant,
}

/// What is left after a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    quota: Quota,
    remaining: u64,
    reset: Duration,
    pub(crate) is_exceeded: bool,
}

impl Meter {
    /// Without a quota everything is allowed; the headers then tell the usual one, untouched.
    pub(crate) fn of(quota: Option<Quota>) -> Self {
        Self { quota, used: 0, since: Instant::now() }
    }

    pub(crate) fn count(&mut self) -> Left {
        let Some(quota) = self.quota else {
            let quota = Quota::default();
            return Left { quota, remaining: quota.requests, reset: quota.window, is_exceeded: false };
        };
        if self.since.elapsed() >= quota.window {
            (self.used, self.since) = (0, Instant::now());
        }
        let is_exceeded = self.used >= quota.requests;
        self.used = (self.used + 1).min(quota.requests);
        let reset = quota.window.saturating_sub(self.since.elapsed());
        Left { quota, remaining: quota.requests - self.used, reset, is_exceeded }
    }
}

impl Left {
    /// Nothing, for so long.
    pub(crate) fn nothing_for(wait: Duration) -> Self {
        Self { quota: Quota::default(), remaining: 0, reset: wait, is_exceeded: true }
    }

    pub(crate) fn write(self, headers: &mut HeaderMap) {
        // Rounded up: who waits for so long may ask again.
        let reset = self.reset.as_millis().div_ceil(1000);
        let Quota { requests, window } = self.quota;
        let mut put = |name: &'static str, text: String| {
            headers.insert(name, HeaderValue::from_str(&text).expect("numbers in ASCII"));
        };
        put("ratelimit", format!("\"api\";r={};t={reset}", self.remaining));
        put("ratelimit-policy", format!("\"fixed window\";\"api\";q={requests};w={}", window.as_secs()));
        if self.is_exceeded {
            put("retry-after", reset.to_string());
        }
    }
}
