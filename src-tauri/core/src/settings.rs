//! What the person has chosen, as named values in the store.

use std::path::{Path, PathBuf};

use serde::{Serialize, de::DeserializeOwned};
use sqlx::SqliteConnection;

use crate::{
    store::{StoreError, settings},
    view::Settings,
};

const THEME: &str = "theme";
const LANGUAGE: &str = "language";
const MODEL_PATH: &str = "model_path";
const MODELS_FOLDER: &str = "models_folder";

/// All settings that the page shows.
pub(crate) async fn load(connection: &mut SqliteConnection) -> Result<Settings, StoreError> {
    Ok(Settings { theme: get(connection, THEME).await?, language: get(connection, LANGUAGE).await? })
}

/// Keeps them.
pub(crate) async fn save(connection: &mut SqliteConnection, chosen: Settings) -> Result<(), StoreError> {
    set(connection, THEME, &chosen.theme).await?;
    set(connection, LANGUAGE, &chosen.language).await
}

/// The model's file, unless it is the one that comes with the app.
pub(crate) async fn model_path(connection: &mut SqliteConnection) -> Result<Option<PathBuf>, StoreError> {
    Ok(settings::get(connection, MODEL_PATH).await?.map(PathBuf::from))
}

/// Keeps the model's file. A path that is not Unicode cannot be sent to the engine, so none ever comes here.
pub(crate) async fn set_model_path(connection: &mut SqliteConnection, path: Option<&Path>) -> Result<(), StoreError> {
    settings::set(connection, MODEL_PATH, path.and_then(Path::to_str)).await
}

/// The folder for models, if the person has chosen another than the usual one.
pub(crate) async fn models_folder(connection: &mut SqliteConnection) -> Result<Option<PathBuf>, StoreError> {
    Ok(settings::get(connection, MODELS_FOLDER).await?.map(PathBuf::from))
}

/// Keeps the folder for models.
pub(crate) async fn set_models_folder(connection: &mut SqliteConnection, folder: &Path) -> Result<(), StoreError> {
    settings::set(connection, MODELS_FOLDER, folder.to_str()).await
}

/// A value of a closed list. One that a newer version has written is left alone, and the default used meanwhile.
pub(crate) async fn get<T: DeserializeOwned + Default>(
    connection: &mut SqliteConnection,
    key: &str,
) -> Result<T, StoreError> {
    let Some(value) = settings::get(connection, key).await? else { return Ok(T::default()) };
    Ok(serde_json::from_value(serde_json::Value::String(value)).unwrap_or_else(|_| {
        tracing::warn!(key, "a setting holds a value that this version does not know");
        T::default()
    }))
}

/// Keeps a value of a closed list.
pub(crate) async fn set<T: Serialize>(
    connection: &mut SqliteConnection,
    key: &'static str,
    value: &T,
) -> Result<(), StoreError> {
    let Ok(serde_json::Value::String(value)) = serde_json::to_value(value) else {
        return Err(StoreError::Unknown { column: key });
    };
    settings::set(connection, key, Some(&value)).await
}
