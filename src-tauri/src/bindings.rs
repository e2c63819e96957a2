//! The page's typed view of this program: `ui/src/backend/bindings.ts`.
//!
//! `cargo run -p hearth --example bindings` writes the file anew; the test of the same name fails when it is stale.

use std::path::Path;

use hearth_core::error::AppError;
use specta_typescript::Typescript;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use crate::commands::{answers, chats, model, settings, system};
use crate::engine_state::EngineStateChanged;

/// All that the page can call and hear.
///
/// A command that fails rejects with an [`AppError`].
pub fn builder() -> Builder<tauri::Wry> {
    Builder::new()
        .error_handling(ErrorHandlingMode::Throw)
        // What is sent and what is read have one shape here: nothing is renamed or left out on one way only.
        .disable_serde_phases()
        .typ::<AppError>()
        .events(collect_events![EngineStateChanged])
        .commands(collect_commands![
            chats::bootstrap,
            chats::open_conversation,
            chats::rename_conversation,
            chats::delete_conversation,
            chats::restore_conversation,
            chats::save_draft,
            chats::switch_branch,
            answers::send,
            answers::try_again,
            answers::continue_answer,
            answers::stop,
            model::open_model_file,
            model::use_starter_model,
            model::reload_model,
            settings::update_settings,
            system::open_link,
            system::open_data_folder,
            system::copy_text,
        ])
}

/// Writes the TypeScript to `path`.
pub fn export(path: &Path) -> Result<(), specta_typescript::Error> {
    builder().export(Typescript::default(), path)
}
