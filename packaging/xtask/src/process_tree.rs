//! Ending a program together with all that it started.

use std::process::Child;

use anyhow::{Context, Result};

/// Kills the child and its descendants, and waits for the child. Where there is no /proc, only the child.
pub(crate) fn kill(child: &mut Child) -> Result<()> {
    let descendants = descendants(child.id());
    child.kill().context("cannot end a program that takes too long")?;
    if !descendants.is_empty() {
        // Those that ended with the child are no longer there, and kill says so; that is fine.
        let ids = descendants.iter().map(u32::to_string);
        let _ = std::process::Command::new("kill").arg("-9").args(ids).output();
    }
    child.wait().context("cannot wait for a program that was ended")?;
    Ok(())
}

fn descendants(of: u32) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let parents: Vec<(u32, u32)> = entries
        .filter_map(|entry| {
            let id = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
            Some((id, parent_in(&stat)?))
        })
        .collect();
    let mut found = vec![of];
    let mut next = 0;
    while let Some(&ancestor) = found.get(next) {
        found.extend(parents.iter().filter(|(_, parent)| *parent == ancestor).map(|(id, _)| *id));
        next += 1;
    }
    found.split_off(1)
}

/// `id (name) state parent ...`; the name may hold spaces and brackets (proc(5)).
fn parent_in(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_is_found_behind_any_program_name() {
        assert_eq!(parent_in("42 (a) b) S 7 42 42"), Some(7));
        assert_eq!(parent_in("nonsense"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_killed_program_started_is_killed_too() {
        use std::process::{Command, Stdio};
        let mut child =
            Command::new("sh").args(["-c", "sleep 600 & sleep 600; true"]).stdout(Stdio::null()).spawn().unwrap();
        let started = loop {
            let started = descendants(child.id());
            if started.len() == 2 {
                break started;
            }
            std::thread::yield_now();
        };
        kill(&mut child).unwrap();
        for id in started {
            let gone = || {
                // A killed orphan may wait as a zombie for init to collect it.
                std::fs::read_to_string(format!("/proc/{id}/stat"))
                    .map_or(true, |stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z')))
            };
            while !gone() {
                std::thread::yield_now();
            }
        }
    }
}
