//! How much memory processes take.

use anyhow::Context;
use hearth_tests::Process;

/// Proportional set size in megabytes: private pages whole, shared pages divided by the number of processes that share
/// them (proc(5), `smaps_rollup`). It is the only figure that can be added up over processes.
pub(crate) fn pss_megabytes(process: &Process) -> anyhow::Result<f64> {
    let path = format!("/proc/{}/smaps_rollup", process.pid());
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let kibibytes = pss_kibibytes(&text).with_context(|| format!("{path} has no Pss"))?;
    Ok(f64::from(kibibytes) * 1024.0 / 1e6)
}

fn pss_kibibytes(smaps_rollup: &str) -> Option<u32> {
    let line = smaps_rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_is_found_among_those_with_similar_names() {
        let text = "55d-7ff ---p 00000000 00:00 0 [rollup]\nRss:  300 kB\nPss:    123 kB\nPss_Dirty:  40 kB\n";
        assert_eq!(pss_kibibytes(text), Some(123));
        assert_eq!(pss_kibibytes("Pss_Dirty: 40 kB\n"), None);
    }
}
