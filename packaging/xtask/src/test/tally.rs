//! How many tests passed, as each runner reports it.

use std::ops::AddAssign;

use anyhow::{Context, Result};
use serde::Deserialize;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    /// Neither: the runner knew them and did not run them.
    pub(super) skipped: u64,
}

impl Tally {
    pub(super) fn success() -> Self {
        Self { passed: 1, ..Self::default() }
    }

    pub(super) fn failure() -> Self {
        Self { failed: 1, ..Self::default() }
    }

    /// What all test binaries of one `cargo test` counted:
    /// `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`.
    pub(super) fn of_cargo(output: &str) -> Result<Self> {
        let mut sum = Self::default();
        for line in output.lines() {
            let Some((_, counts)) = line.split_once("test result: ") else { continue };
            let count = |name: &str| -> Result<u64> {
                counts
                    .split([';', '.'])
                    .find_map(|part| part.trim().strip_suffix(name)?.trim().parse().ok())
                    .with_context(|| format!("cargo test wrote a result without \"{name}\": {line}"))
            };
            sum += Self { passed: count("passed")?, failed: count("failed")?, skipped: count("ignored")? };
        }
        Ok(sum)
    }

    /// The report of Vitest's reporter `json`.
    pub(super) fn of_vitest(report: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Report {
            #[serde(rename = "numPassedTests")]
            passed: u64,
            #[serde(rename = "numFailedTests")]
            failed: u64,
            #[serde(rename = "numPendingTests")]
            pending: u64,
            #[serde(rename = "numTodoTests")]
            planned: u64,
        }
        let report: Report = serde_json::from_str(report).context("Vitest's report is not the expected one")?;
        Ok(Self { passed: report.passed, failed: report.failed, skipped: report.pending + report.planned })
    }

    /// The report of Playwright's reporter `json`. A test that passed only when tried again has not passed.
    pub(super) fn of_playwright(report: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Report {
            stats: Stats,
        }
        #[derive(Deserialize)]
        struct Stats {
            expected: u64,
            unexpected: u64,
            flaky: u64,
            skipped: u64,
        }
        let Report { stats } = serde_json::from_str(report).context("Playwright's report is not the expected one")?;
        Ok(Self { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped })
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_all_test_binaries_are_added_up() {
        let output = "\
running 2 tests
test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
test result: FAILED. 10 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s
";
        assert_eq!(Tally::of_cargo(output).unwrap(), Tally { passed: 12, failed: 3, skipped: 1 });
    }

    #[test]
    fn a_result_line_that_cannot_be_read_is_an_error_and_not_zero() {
        assert!(Tally::of_cargo("test result: ok. all fine").is_err());
    }

    #[test]
    fn the_pages_runners_are_read_from_their_reports() {
        let vitest =
            r#"{"numTotalTests":7,"numPassedTests":4,"numFailedTests":1,"numPendingTests":1,"numTodoTests":1}"#;
        assert_eq!(Tally::of_vitest(vitest).unwrap(), Tally { passed: 4, failed: 1, skipped: 2 });
        let playwright = r#"{"stats":{"expected":5,"unexpected":1,"flaky":2,"skipped":3}}"#;
        assert_eq!(Tally::of_playwright(playwright).unwrap(), Tally { passed: 5, failed: 3, skipped: 3 });
    }
}
