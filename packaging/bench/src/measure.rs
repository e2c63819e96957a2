//! What is measured, against what, and the readings of both sides.

use std::collections::BTreeMap;
use std::time::Duration;

/// The names are those of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Measure {
    Load,
    Prompt,
    Generation,
    FirstTokenCold,
    FirstTokenFollowup,
    #[value(name = "first_token_1500")]
    FirstToken1500,
    FollowupTurn,
    #[value(name = "return_to_chat_4000")]
    ReturnToChat4000,
    #[value(name = "typed_ahead_1500")]
    TypedAhead1500,
    EditTask,
    MemoryEngine,
    MemoryApp,
    AppStart,
    IdleCpu,
    DownloadUnlimited,
    DownloadLimited,
    MemoryDownload,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Milliseconds,
    TokensPerSecond,
    Megabytes,
    MegabytesPerSecond,
}

impl Measure {
    pub(crate) const ALL: [Self; 17] = [
        Self::Load,
        Self::Prompt,
        Self::Generation,
        Self::FirstTokenCold,
        Self::FirstTokenFollowup,
        Self::FirstToken1500,
        Self::FollowupTurn,
        Self::ReturnToChat4000,
        Self::TypedAhead1500,
        Self::EditTask,
        Self::MemoryEngine,
        Self::MemoryApp,
        Self::AppStart,
        Self::IdleCpu,
        Self::DownloadUnlimited,
        Self::DownloadLimited,
        Self::MemoryDownload,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Prompt => "prompt",
            Self::Generation => "generation",
            Self::FirstTokenCold => "first_token_cold",
            Self::FirstTokenFollowup => "first_token_followup",
            Self::FirstToken1500 => "first_token_1500",
            Self::FollowupTurn => "followup_turn",
            Self::ReturnToChat4000 => "return_to_chat_4000",
            Self::TypedAhead1500 => "typed_ahead_1500",
            Self::EditTask => "edit_task",
            Self::MemoryEngine => "memory_engine",
            Self::MemoryApp => "memory_app",
            Self::AppStart => "app_start",
            Self::IdleCpu => "idle_cpu",
            Self::DownloadUnlimited => "download_unlimited",
            Self::DownloadLimited => "download_limited",
            Self::MemoryDownload => "memory_download",
        }
    }

    pub(crate) fn unit(self) -> Unit {
        match self {
            Self::Load
            | Self::FirstTokenCold
            | Self::FirstTokenFollowup
            | Self::FirstToken1500
            | Self::FollowupTurn
            | Self::ReturnToChat4000
            | Self::TypedAhead1500
            | Self::AppStart
            | Self::IdleCpu => Unit::Milliseconds,
            Self::Prompt | Self::Generation | Self::EditTask => Unit::TokensPerSecond,
            Self::MemoryEngine | Self::MemoryApp | Self::MemoryDownload => Unit::Megabytes,
            Self::DownloadUnlimited | Self::DownloadLimited => Unit::MegabytesPerSecond,
        }
    }

    pub(crate) fn rival(self) -> &'static str {
        match self {
            Self::Prompt | Self::Generation => "llama-bench",
            Self::MemoryApp | Self::AppStart | Self::IdleCpu => "empty window",
            Self::DownloadUnlimited | Self::DownloadLimited | Self::MemoryDownload => "curl",
            Self::Load
            | Self::FirstTokenCold
            | Self::FirstTokenFollowup
            | Self::FirstToken1500
            | Self::FollowupTurn
            | Self::ReturnToChat4000
            | Self::TypedAhead1500
            | Self::EditTask
            | Self::MemoryEngine => "llama-server",
        }
    }

    /// What exactly is taken, on both sides.
    pub(crate) fn explanation(self) -> &'static str {
        match self {
            Self::Load => "start of the process until the model is ready, its file being in the system's file cache",
            Self::Prompt => "reading about 512 tokens that are not in the KV cache",
            Self::Generation => "writing 128 tokens; Hearth chooses and sends them, llama-bench only computes them",
            Self::FirstTokenCold => "a fresh process's first question until the first text of its answer",
            Self::FirstTokenFollowup => "the same conversation's second question until the first text",
            Self::FirstToken1500 => "one message of about 1,500 tokens, not in the KV cache, until the first text",
            Self::FollowupTurn => {
                "the second question of a conversation of about 1,000 tokens until the first text; llama-server with its \
                 prompt cache"
            }
            Self::ReturnToChat4000 => {
                "a question in a conversation of about 4,000 tokens after the process was ended and started again, until \
                 the first text, loading the model not included: Hearth has kept its memory of it in a file, which is in \
                 the system's file cache; llama-server reads it again"
            }
            Self::TypedAhead1500 => {
                "from Send to the first text of a message of about 1,500 tokens: Hearth was given it when it was pasted, \
                 and Send came when it had read it (how long that took is told with each turn); llama-server is given it \
                 at Send"
            }
            Self::EditTask => {
                "writing again a text of about 280 words at temperature 0.2; llama-server generates plainly"
            }
            Self::MemoryEngine => "PSS after one answer, with the same context length",
            Self::MemoryApp => "PSS of the shell's and the webview's processes at rest, without the engine",
            Self::AppStart => {
                "until the composer has the focus and accepts typing; until a blank page is loaded; both asked \
                 through the WebDriver"
            }
            Self::IdleCpu => {
                "time that the shell and the engine compute in 10 s of idleness after an answer, without the webview; \
                 the same of an empty window with a field to type in. On both sides its caret blinks. The system counts \
                 in steps of 10 ms, and less than one is taken for one"
            }
            Self::DownloadUnlimited => {
                "a file from a server on this computer, until its SHA-256 is right and the disk has it for good; curl \
                 does neither"
            }
            Self::DownloadLimited => "the same where each connection gets 8 MiB a second; curl uses one",
            Self::MemoryDownload => {
                "most memory that the process of the download ever took, a small program's own included"
            }
        }
    }
}

impl Unit {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::TokensPerSecond => "tokens/s",
            Self::Megabytes => "MB",
            Self::MegabytesPerSecond => "MB/s",
        }
    }

    fn more_is_better(self) -> bool {
        matches!(self, Self::TokensPerSecond | Self::MegabytesPerSecond)
    }
}

/// What one measure gave on both sides, one figure per turn.
#[derive(Debug, Clone, Default)]
pub(crate) struct Series {
    pub(crate) ours: Vec<f64>,
    pub(crate) rivals: Vec<f64>,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readings(pub(crate) BTreeMap<Measure, Series>);

impl Readings {
    pub(crate) fn ours(&mut self, measure: Measure, figure: f64) {
        self.0.entry(measure).or_default().ours.push(figure);
    }

    pub(crate) fn rivals(&mut self, measure: Measure, figure: f64) {
        self.0.entry(measure).or_default().rivals.push(figure);
    }
}

impl Series {
    /// How many times better Hearth is than the rival: the median over the turns, since a machine that is slow for a
    /// while slows both sides of a turn.
    pub(crate) fn ratio(&self, unit: Unit) -> f64 {
        let turns = self.ours.iter().zip(&self.rivals);
        let ratios = turns.map(|(ours, rivals)| if unit.more_is_better() { ours / rivals } else { rivals / ours });
        median(&ratios.collect::<Vec<_>>())
    }
}

/// A time as it is reported.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The middle one, or the mean of the two in the middle.
pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// The distance between the extremes, as a share of the median.
pub(crate) fn spread(figures: &[f64]) -> f64 {
    let least = figures.iter().copied().fold(f64::INFINITY, f64::min);
    let most = figures.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (most - least) / median(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(ours: &[f64], rivals: &[f64]) -> Series {
        Series { ours: ours.to_vec(), rivals: rivals.to_vec() }
    }

    fn is(found: f64, wanted: f64) -> bool {
        (found - wanted).abs() < 1e-9
    }

    #[test]
    fn a_ratio_above_one_always_means_that_hearth_is_better() {
        assert!(is(series(&[50.0], &[100.0]).ratio(Unit::Milliseconds), 2.0), "half the time is twice as good");
        assert!(is(series(&[50.0], &[100.0]).ratio(Unit::Megabytes), 2.0), "half the memory is twice as good");
        assert!(is(series(&[50.0], &[100.0]).ratio(Unit::TokensPerSecond), 0.5), "half the speed is half as good");
    }

    #[test]
    fn a_machine_that_gets_slower_changes_no_ratio() {
        let series = series(&[50.0, 100.0, 400.0, 90.0], &[100.0, 200.0, 800.0, 180.0]);
        assert!(is(series.ratio(Unit::Milliseconds), 2.0));
    }

    #[test]
    fn one_disturbed_turn_moves_the_spread_and_not_the_median() {
        assert!(is(median(&[10.0, 90.0, 12.0]), 12.0));
        assert!(is(median(&[10.0, 14.0]), 12.0));
        assert!(is(spread(&[10.0, 90.0, 10.0]), 8.0));
    }

    #[test]
    fn every_measure_has_the_name_that_it_is_chosen_by() {
        for measure in Measure::ALL {
            let value = clap::ValueEnum::to_possible_value(&measure).expect("none is hidden");
            assert_eq!(value.get_name(), measure.name());
        }
    }
}
