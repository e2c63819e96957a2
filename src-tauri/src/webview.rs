//! What WebKitGTK has to be told: how to draw, and what to do when the process of the page dies.

use std::cell::Cell;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

use tauri::{Runtime, WebviewWindow};
use webkit2gtk::WebViewExt;

/// WebKitGTK's own switch, read once when its first webview is made.
const NO_COMPOSITING: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";

/// A page whose process dies sooner than this...
const SHORT_LIFE: Duration = Duration::from_secs(10);

/// ...is given so many lives.
const SHORT_LIVES: u8 = 3;

/// Has the page drawn without the graphics processor. Text needs none; its memory is left to the model, the webview's
/// own shrinks by a quarter, and the drivers with which a window stays blank are not asked.
///
/// The switch is an environment variable, and a program cannot safely change its own: so it puts itself in its own
/// place once, which takes a few milliseconds. The setting of the same meaning comes too late: changed on a webview
/// that exists, it kills the page's process when the machine is busy (WebKitGTK 2.50).
///
/// Whoever sets the variable, to whatever value, is asked no further. When it cannot be done the app goes on without.
pub(crate) fn draw_in_software() {
    if std::env::var_os(NO_COMPOSITING).is_some() {
        return;
    }
    let error = match std::env::current_exe() {
        // Returns only when it fails.
        Ok(program) => Command::new(program).args(std::env::args_os().skip(1)).env(NO_COMPOSITING, "1").exec(),
        Err(error) => error,
    };
    eprintln!("Hearth draws as WebKit likes: it cannot be started anew: {error}");
}

/// Loads the page again when its process has died. Nothing is lost with it: what matters is in the history.
pub(crate) fn revive<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    window.with_webview(|webview| {
        let born = Cell::new(Instant::now());
        let short_lives = Cell::new(0);
        webview.inner().connect_web_process_terminated(move |view, reason| {
            let life = born.replace(Instant::now()).elapsed();
            short_lives.set(if life < SHORT_LIFE { short_lives.get() + 1 } else { 0 });
            tracing::error!(?reason, life_ms = life.as_millis(), "the page's process has ended");
            if short_lives.get() <= SHORT_LIVES {
                view.reload();
            }
        });
    })
}
