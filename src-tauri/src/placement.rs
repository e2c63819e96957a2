//! Where the window was, so that it is there again the next time.
//!
//! The window-state plugin keeps its file in the platform's configuration folder, whatever the home folder is, writes
//! only when the app ends in order, and takes a window of which one corner is on a screen for visible; hence this.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tauri::{PhysicalPosition, PhysicalRect, PhysicalSize, Runtime, WebviewWindow};

/// Size at the first start, and the least, in logical pixels.
pub(crate) const USUAL_SIZE: (f64, f64) = (1100.0, 760.0);
/// Below this the page would be cut.
pub(crate) const LEAST_SIZE: (f64, f64) = (640.0, 480.0);

/// How long a window must stand still before its place is written.
const STILL: Duration = Duration::from_millis(500);

/// A window's place on the desktop, in physical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Placement {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
    /// The rest is then its place before.
    maximized: bool,
}

impl Placement {
    /// This place, moved and shrunk so that all of it is on the screen that shows most of it; `None` when no screen
    /// shows any of it.
    fn fitted(self, screens: &[PhysicalRect<i32, u32>]) -> Option<Self> {
        let (area, screen) =
            screens.iter().map(|screen| (self.shown_on(screen), screen)).max_by_key(|(area, _)| *area)?;
        if area == 0 {
            return None;
        }
        let width = self.width.min(screen.size.width);
        let height = self.height.min(screen.size.height);
        let farthest = |start: i32, room: u32, size: u32| start.saturating_add_unsigned(room - size);
        Some(Self {
            x: self.x.clamp(screen.position.x, farthest(screen.position.x, screen.size.width, width)),
            y: self.y.clamp(screen.position.y, farthest(screen.position.y, screen.size.height, height)),
            width,
            height,
            ..self
        })
    }

    /// How many of its pixels `screen` shows.
    fn shown_on(&self, screen: &PhysicalRect<i32, u32>) -> i64 {
        let overlap = |start: i32, size: u32, other_start: i32, other_size: u32| {
            let end = (i64::from(start) + i64::from(size)).min(i64::from(other_start) + i64::from(other_size));
            (end - i64::from(start.max(other_start))).max(0)
        };
        overlap(self.x, self.width, screen.position.x, screen.size.width)
            * overlap(self.y, self.height, screen.position.y, screen.size.height)
    }
}

/// Remembers a window's place in a file.
#[derive(Debug, Clone)]
pub(crate) struct PlacementFile {
    path: PathBuf,
}

impl PlacementFile {
    /// In the home folder.
    pub(crate) fn in_folder(home: &Path) -> Self {
        Self { path: home.join("window.json") }
    }

    /// Puts the window where it was. Call it while the window is hidden: else it is seen to jump.
    pub(crate) fn restore<R: Runtime>(&self, window: &WebviewWindow<R>) {
        let Some(saved) = self.read() else { return };
        if let Err(error) = place(window, saved) {
            tracing::warn!(%error, "the window cannot be put where it was");
        }
    }

    /// Writes the window's place down.
    pub(crate) fn save<R: Runtime>(&self, window: &WebviewWindow<R>) {
        let kept = current(window, self.read()).map_err(anyhow::Error::from).and_then(|placement| match placement {
            Some(placement) => self.write(placement),
            None => Ok(()),
        });
        if let Err(error) = kept {
            tracing::warn!(%error, "the window's place cannot be kept");
        }
    }

    /// Writes the window's place down whenever it has stood still for a moment, until `moved` is closed: an app that
    /// is killed finds its place again too.
    pub(crate) async fn follow<R: Runtime>(
        self,
        window: WebviewWindow<R>,
        mut moved: tokio::sync::watch::Receiver<()>,
    ) {
        while moved.changed().await.is_ok() {
            while let Ok(change) = tokio::time::timeout(STILL, moved.changed()).await {
                if change.is_err() {
                    return;
                }
            }
            self.save(&window);
        }
    }

    fn read(&self) -> Option<Placement> {
        let text = match std::fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(path = %self.path.display(), %error, "the window's place cannot be read");
                return None;
            }
        };
        serde_json::from_slice(&text)
            .inspect_err(
                |error| tracing::warn!(path = %self.path.display(), %error, "the window's place is unreadable"),
            )
            .ok()
    }

    /// By way of another file, so that a half-written one is never read.
    fn write(&self, placement: Placement) -> anyhow::Result<()> {
        let fresh = self.path.with_extension("json.new");
        std::fs::write(&fresh, serde_json::to_vec(&placement)?)?;
        Ok(std::fs::rename(&fresh, &self.path)?)
    }
}

fn place<R: Runtime>(window: &WebviewWindow<R>, saved: Placement) -> tauri::Result<()> {
    let screens: Vec<_> = window.available_monitors()?.iter().map(|screen| *screen.work_area()).collect();
    let placement = saved.fitted(&screens);
    let size = placement.unwrap_or(saved);
    window.set_size(PhysicalSize::new(size.width, size.height))?;
    match placement {
        Some(placement) => window.set_position(PhysicalPosition::new(placement.x, placement.y))?,
        None => window.center()?,
    }
    if saved.maximized { window.maximize() } else { Ok(()) }
}

/// `None` for a window without a place of its own (hidden away, or over the whole screen).
fn current<R: Runtime>(window: &WebviewWindow<R>, before: Option<Placement>) -> tauri::Result<Option<Placement>> {
    if window.is_minimized()? || window.is_fullscreen()? {
        return Ok(None);
    }
    if window.is_maximized()? {
        return Ok(before.map(|before| Placement { maximized: true, ..before }));
    }
    let PhysicalPosition { x, y } = window.outer_position()?;
    let PhysicalSize { width, height } = window.inner_size()?;
    Ok(Some(Placement { x, y, width, height, maximized: false }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: PhysicalRect<i32, u32> =
        PhysicalRect { position: PhysicalPosition { x: 0, y: 0 }, size: PhysicalSize { width: 1920, height: 1080 } };
    const RIGHT: PhysicalRect<i32, u32> = PhysicalRect {
        position: PhysicalPosition { x: 1920, y: 200 },
        size: PhysicalSize { width: 1280, height: 800 },
    };

    fn at(x: i32, y: i32, width: u32, height: u32) -> Placement {
        Placement { x, y, width, height, maximized: false }
    }

    #[test]
    fn a_window_that_a_screen_shows_whole_stays_where_it_was() {
        for place in [at(10, 20, 1100, 760), at(2000, 220, 640, 480), at(0, 0, 1920, 1080)] {
            assert_eq!(place.fitted(&[LEFT, RIGHT]), Some(place));
        }
    }

    #[test]
    fn a_window_over_the_edge_comes_back_to_the_screen_that_shows_most_of_it() {
        assert_eq!(at(-300, -40, 1100, 760).fitted(&[LEFT, RIGHT]), Some(at(0, 0, 1100, 760)));
        assert_eq!(at(1800, 900, 900, 600).fitted(&[LEFT, RIGHT]), Some(at(1920, 400, 900, 600)));
    }

    #[test]
    fn a_window_larger_than_its_screen_shrinks_to_it() {
        assert_eq!(at(2000, 300, 2560, 1440).fitted(&[RIGHT]), Some(at(1920, 200, 1280, 800)));
    }

    #[test]
    fn a_window_on_a_screen_that_is_gone_has_no_place() {
        assert_eq!(at(2500, 300, 600, 500).fitted(&[LEFT]), None);
        assert_eq!(at(0, 0, 600, 500).fitted(&[]), None);
        assert_eq!(at(i32::MAX, i32::MAX, u32::MAX, u32::MAX).fitted(&[LEFT]), None);
    }

    #[test]
    fn what_was_written_is_read_again() {
        let home = tempfile::tempdir().expect("a scratch folder");
        let file = PlacementFile::in_folder(home.path());
        assert_eq!(file.read(), None, "nothing was written yet");
        let placement = Placement { maximized: true, ..at(-5, 7, 800, 600) };
        file.write(placement).expect("a folder that can be written");
        assert_eq!(file.read(), Some(placement));
    }

    #[test]
    fn a_damaged_file_is_as_good_as_none() {
        let home = tempfile::tempdir().expect("a scratch folder");
        std::fs::write(home.path().join("window.json"), b"{\"x\":").expect("a folder that can be written");
        assert_eq!(PlacementFile::in_folder(home.path()).read(), None);
    }
}
