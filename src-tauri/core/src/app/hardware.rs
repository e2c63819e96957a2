//! What computes, and what the person has decided about it.

use super::App;
use crate::{
    error::AppError,
    view::{Hardware, HardwareSettings},
};

impl App {
    /// What this computer has to compute with, and what is used of it.
    pub async fn hardware(&self) -> Result<Hardware, AppError> {
        todo!()
    }

    /// Tries everything once more, in the background.
    pub async fn test_hardware(&self) -> Result<(), AppError> {
        todo!()
    }

    /// What the person has decided about computing.
    pub async fn hardware_settings(&self) -> Result<HardwareSettings, AppError> {
        todo!()
    }

    /// Decides it anew.
    pub async fn update_hardware_settings(&self, _settings: HardwareSettings) -> Result<HardwareSettings, AppError> {
        todo!()
    }

    /// A text about this computer and this app for asking for help, in English and without anything private.
    pub async fn hardware_report(&self) -> Result<String, AppError> {
        todo!()
    }
}
