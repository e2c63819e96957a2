//! The engine's state, told to the page whenever it changes.

use hearth_core::App;
use hearth_core::view::EngineState;
use serde::Serialize;
use specta::Type;
use tauri::{AppHandle, Runtime};
use tauri_specta::Event;

/// The engine is in another state now.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct EngineStateChanged(pub EngineState);

/// Tells every change until the app ends. A page that comes late asks for the state with its first call.
pub(crate) async fn tell<R: Runtime>(handle: AppHandle<R>, app: App) {
    let mut states = app.engine_states();
    while states.changed().await.is_ok() {
        let state = states.borrow_and_update().clone();
        if let Err(error) = EngineStateChanged(state).emit(&handle) {
            tracing::warn!(%error, "the page was not told the engine's state");
        }
    }
}
