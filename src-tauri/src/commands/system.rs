//! What only the system around the app can do: the browser, the file manager, the clipboard.

use anyhow::Context;
use hearth_core::error::AppError;
use tauri::{AppHandle, State, Url, WebviewWindow};
use tauri_plugin_notification::NotificationExt;

use super::fault;
use crate::clipboard;
use crate::home::Home;

/// Opens a web address in the person's browser.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_link(url: String) -> Result<(), AppError> {
    let url = web_address(&url).map_err(fault)?;
    tauri_plugin_opener::open_url(url, None::<&str>).map_err(fault)
}

/// Opens the folder with history, settings and log in the file manager.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_data_folder(home: State<'_, Home>) -> Result<(), AppError> {
    tauri_plugin_opener::open_path(home.folder(), None::<&str>).map_err(fault)
}

/// Copies text for other programs.
#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_text(handle: AppHandle, text: String) -> Result<(), AppError> {
    clipboard::write(&handle, text).await.map_err(fault)
}

/// Shows a notification of the system's, unless the person is looking at the window anyway. A system without any is
/// no fault.
#[tauri::command]
#[specta::specta]
pub(crate) async fn notify(window: WebviewWindow, title: String, body: String) -> Result<(), AppError> {
    if !window.is_focused().unwrap_or(false)
        && let Err(error) = window.notification().builder().title(title).body(body).show()
    {
        tracing::info!(%error, "a notification could not be shown");
    }
    Ok(())
}

/// The address in its normal form. A model writes links: whatever a system would start programs for, or open as a
/// file, is refused.
fn web_address(address: &str) -> anyhow::Result<Url> {
    let url: Url = address.parse().context("no address")?;
    anyhow::ensure!(matches!(url.scheme(), "http" | "https" | "mailto"), "a {} address is not opened", url.scheme());
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_for_a_browser_or_a_mail_program_are_opened() {
        for address in ["https://example.org/a?b#c", "http://example.org", "mailto:someone@example.org"] {
            assert!(web_address(address).is_ok(), "{address} is for a browser or a mail program");
        }
        for address in [
            "file:///etc/passwd",
            "FILE:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "smb://host/share",
            "vscode://file/x",
            "ms-settings:privacy",
            "C:\\Windows\\System32\\calc.exe",
            "\\\\host\\share",
            "/etc/passwd",
            "--version",
            "example.org",
            "",
        ] {
            assert!(web_address(address).is_err(), "{address} must not be opened");
        }
    }
}
