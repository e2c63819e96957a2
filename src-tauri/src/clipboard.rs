//! Text for other programs. From here it always works; a page needs a permission for it that webviews may refuse.

/// Copies `text`.
#[cfg(target_os = "linux")]
pub(crate) async fn write<R: tauri::Runtime>(handle: &tauri::AppHandle<R>, text: String) -> anyhow::Result<()> {
    use gtk::gdk::SELECTION_CLIPBOARD;

    // GTK's clipboard is the window's own: it works on X11 and Wayland alike, and only from the main thread.
    let (done, copied) = tokio::sync::oneshot::channel();
    handle.run_on_main_thread(move || {
        gtk::Clipboard::get(&SELECTION_CLIPBOARD).set_text(&text);
        // Nobody waits any more when the page was closed in the meantime.
        done.send(()).ok();
    })?;
    Ok(copied.await?)
}

/// Copies `text`.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn write<R: tauri::Runtime>(_handle: &tauri::AppHandle<R>, text: String) -> anyhow::Result<()> {
    // The system may have the clipboard busy for a moment, so not on a thread that others need.
    Ok(tauri::async_runtime::spawn_blocking(move || arboard::Clipboard::new()?.set_text(text)).await??)
}
