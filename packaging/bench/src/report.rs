//! The table for people and the list for programs.

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use crate::measure::{Readings, median, spread};

/// One line of the report. A ratio above 1 means that Hearth is better.
#[derive(Debug, Serialize)]
struct Line {
    name: &'static str,
    /// Hearth's median.
    value: f64,
    unit: &'static str,
    rival: &'static str,
    /// The rival's median.
    rival_value: f64,
    /// The median of the turns' own.
    ratio: f64,
    /// The distance between Hearth's extremes, as a share of its median.
    spread: f64,
    /// The same of the rival.
    rival_spread: f64,
    runs: usize,
    /// How Hearth was built.
    profile: String,
}

fn lines(readings: &Readings, profile: &str) -> Vec<Line> {
    readings
        .0
        .iter()
        .map(|(measure, series)| Line {
            name: measure.name(),
            value: rounded(median(&series.ours)),
            unit: measure.unit().symbol(),
            rival: measure.rival(),
            rival_value: rounded(median(&series.rivals)),
            ratio: rounded(series.ratio(measure.unit())),
            spread: rounded(spread(&series.ours)),
            rival_spread: rounded(spread(&series.rivals)),
            runs: series.ours.len(),
            profile: profile.to_owned(),
        })
        .collect()
}

/// A thousandth is far below what two runs differ by.
fn rounded(figure: f64) -> f64 {
    (figure * 1000.0).round() / 1000.0
}

pub(crate) fn print(readings: &Readings, profile: &str) {
    println!(
        "\nHearth as built by the {profile} profile; medians. The ratio is the median of the turns' own;\nabove 1 means that Hearth is better.\n"
    );
    println!(
        "{:<22}{:>10} {:<10}{:>10}  {:<14}{:>6}{:>9}{:>9}",
        "", "Hearth", "", "rival", "", "ratio", "spread", "rival's"
    );
    for line in lines(readings, profile) {
        println!(
            "{:<22}{:>10.1} {:<10}{:>10.1}  {:<14}{:>6.2}{:>8.0}%{:>8.0}%",
            line.name,
            line.value,
            line.unit,
            line.rival_value,
            line.rival,
            line.ratio,
            line.spread * 100.0,
            line.rival_spread * 100.0
        );
    }
    println!();
    for measure in readings.0.keys() {
        println!("{:<22}{}", measure.name(), measure.explanation());
    }
}

pub(crate) fn write(readings: &Readings, profile: &str, path: &Path) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let text = serde_json::to_string_pretty(&lines(readings, profile))?;
    fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))?;
    println!("\nThe figures are in {}.", path.display());
    Ok(())
}
