//! The one window: how it comes up, what the page in it may do, and how it looks before the page is there.

use std::sync::Arc;
use std::time::Duration;

use hearth_core::App;
use hearth_core::view::Theme;
use tauri::utils::config::Color;
use tauri::webview::{NewWindowResponse, PageLoadEvent, PermissionResponse};
use tauri::{AppHandle, Manager, Runtime, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};
use tokio::sync::{Notify, watch};

use crate::home::Home;
use crate::placement::{LEAST_SIZE, PlacementFile, USUAL_SIZE};
use crate::{opening, quit};

/// The window's name inside the program. The capability file names it too.
pub(crate) const LABEL: &str = "main";

/// The window is shown when the page is there, and after this time at the latest.
const LONGEST_HIDDEN: Duration = Duration::from_millis(1500);

/// The page's own background in light and in dark (`--page` in `ui/src/app.css`), so that nothing flashes before it.
const LIGHT: Color = Color(0xfc, 0xfb, 0xfa, 0xff);
const DARK: Color = Color(0x1c, 0x1a, 0x18, 0xff);

/// Makes the window, hidden, and shows it as soon as the page can be seen in it.
pub(crate) fn open<R: Runtime>(handle: &AppHandle<R>) -> tauri::Result<()> {
    let app = handle.state::<App>().inner().clone();
    let home = handle.state::<Home>();
    let page_is_there = Arc::new(Notify::new());
    let window = WebviewWindowBuilder::new(handle, LABEL, WebviewUrl::App("index.html".into()))
        .title("Hearth")
        .visible(false)
        .inner_size(USUAL_SIZE.0, USUAL_SIZE.1)
        .min_inner_size(LEAST_SIZE.0, LEAST_SIZE.1)
        .center()
        .data_directory(home.webview())
        // WebKit on macOS takes no folder; there nothing is stored at all.
        .incognito(cfg!(target_os = "macos"))
        .on_navigation(is_the_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| PermissionResponse::Deny)
        .on_page_load({
            let app = app.clone();
            let page_is_there = Arc::clone(&page_is_there);
            move |_, load| match load.event() {
                // A page that is loaded again has forgotten the answers that were being written for it.
                PageLoadEvent::Started => app.stop_all(),
                PageLoadEvent::Finished => page_is_there.notify_one(),
            }
        })
        .build()?;
    #[cfg(target_os = "linux")]
    crate::webview::revive(&window)?;

    let file = PlacementFile::in_folder(home.folder());
    file.restore(&window);
    follow(&window, file, app.clone());
    tauri::async_runtime::spawn(show(window, app, page_is_there));
    Ok(())
}

/// Gives the window the theme that was chosen; the system's own when it was left to the system.
pub(crate) fn set_theme<R: Runtime>(window: &WebviewWindow<R>, theme: Theme) -> tauri::Result<()> {
    window.set_theme(match theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    })?;
    paint(window)
}

/// The background that is seen before the page has drawn itself, and while the window grows faster than the page.
fn paint<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    window.set_background_color(Some(if window.theme()? == tauri::Theme::Dark { DARK } else { LIGHT }))
}

async fn show<R: Runtime>(window: WebviewWindow<R>, app: App, page_is_there: Arc<Notify>) {
    let ready = async {
        // The choice is in the database; while that cannot be read, the system's theme is as good as any.
        let theme = app.bootstrap().await.map_or(Theme::System, |bootstrap| bootstrap.settings.theme);
        if let Err(error) = set_theme(&window, theme) {
            tracing::warn!(%error, "the window has not got its theme");
        }
        page_is_there.notified().await;
    };
    if tokio::time::timeout(LONGEST_HIDDEN, ready).await.is_err() {
        tracing::warn!("the page is slow to come up; the window is shown without it");
    }
    if let Err(error) = window.show().and_then(|()| window.set_focus()) {
        tracing::error!(%error, "the window cannot be shown");
    }
}

/// Keeps the window's place and colour up to date, says whether it is looked at, and ends the app in order when it is closed.
fn follow<R: Runtime>(window: &WebviewWindow<R>, file: PlacementFile, app: App) {
    let (moved, notices) = watch::channel(());
    tauri::async_runtime::spawn(file.clone().follow(window.clone(), notices));
    let of = window.clone();
    window.on_window_event(move |event| match event {
        WindowEvent::Moved(_) | WindowEvent::Resized(_) => moved.send_replace(()),
        WindowEvent::ThemeChanged(_) => {
            if let Err(error) = paint(&of) {
                tracing::warn!(%error, "the window has not got its colour");
            }
        }
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            file.save(&of);
            if let Err(error) = of.hide() {
                tracing::warn!(%error, "the window cannot be hidden");
            }
            quit::in_order(of.app_handle());
        }
        WindowEvent::Focused(has_focus) => app.set_focus(*has_focus),
        WindowEvent::DragDrop(event) => opening::dragged(of.app_handle(), event),
        _ => {}
    });
}

/// The page that this program carries, or the development server's, and nothing else: not a link, not a dropped
/// file, not an address that a script made up.
fn is_the_page(url: &Url) -> bool {
    match (url.scheme(), url.host_str(), url.port()) {
        // The second is what Windows calls the same thing.
        ("tauri", Some("localhost"), None) | ("http" | "https", Some("tauri.localhost"), None) => true,
        ("http", Some("localhost"), Some(5173)) => tauri::is_dev(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_shows_the_page_and_nothing_else() {
        for page in ["tauri://localhost", "tauri://localhost/index.html", "http://tauri.localhost/"] {
            assert!(is_the_page(&page.parse().expect("an address")), "{page} is the page");
        }
        for other in [
            "https://example.org/",
            "https://example.org/tauri.localhost",
            "https://tauri.localhost.example.org/",
            "https://tauri.localhost:8443/",
            "tauri://example.org/",
            "file:///etc/passwd",
            "data:text/html,<h1>x</h1>",
            "blob:tauri://localhost/0",
            "javascript:alert(1)",
            "about:blank",
            "http://localhost:8080/",
        ] {
            assert!(!is_the_page(&other.parse().expect("an address")), "{other} is not the page");
        }
    }
}
