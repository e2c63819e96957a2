//! The page's typed view of this program: `ui/src/backend/bindings.ts`.
//!
//! `cargo run -p hearth --example bindings` writes the file anew; the test of the same name fails when it is stale.

use std::path::Path;

use hearth_core::error::AppError;
use specta_typescript::Typescript;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use crate::commands::{answers, chats, discover, downloads, hardware, library, model, network, settings, system};
use crate::told::{
    DefaultModelChanged, DownloadsChanged, EngineStateChanged, FolderMoveChanged, HardwareChanged, LibraryChanged,
    ModelDragged, ModelOpened,
};

/// All that the page can call and hear.
///
/// A command that fails rejects with an [`AppError`].
pub fn builder() -> Builder<tauri::Wry> {
    Builder::new()
        .error_handling(ErrorHandlingMode::Throw)
        // What is sent and what is read have one shape here: nothing is renamed or left out on one way only.
        .disable_serde_phases()
        .typ::<AppError>()
        .events(collect_events![
            EngineStateChanged,
            DefaultModelChanged,
            DownloadsChanged,
            FolderMoveChanged,
            HardwareChanged,
            LibraryChanged,
            ModelDragged,
            ModelOpened
        ])
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
            answers::prepare,
            model::open_model_file,
            model::opened_model,
            model::reload_model,
            model::smaller_builds,
            discover::recommendations,
            discover::search_models,
            discover::find_address,
            discover::model_page,
            discover::model_card,
            downloads::start_download,
            downloads::pause_download,
            downloads::resume_download,
            downloads::cancel_download,
            downloads::move_download,
            library::library,
            library::plan_removal,
            library::remove_model,
            library::undo_removal,
            library::free_removed,
            library::use_model,
            library::reveal_model,
            library::choose_models_folder,
            library::move_models_folder,
            library::stop_folder_move,
            hardware::hardware,
            hardware::test_hardware,
            hardware::hardware_settings,
            hardware::update_hardware_settings,
            hardware::hardware_report,
            network::network_settings,
            network::update_network_settings,
            network::account,
            network::sign_in,
            network::sign_out,
            settings::update_settings,
            system::open_link,
            system::open_data_folder,
            system::copy_text,
            system::notify,
        ])
}

/// Writes the TypeScript to `path`.
pub fn export(path: &Path) -> Result<(), specta_typescript::Error> {
    builder().export(Typescript::default(), path)
}
