//! The rules of the core, against an engine that the test plays itself and a real SQLite file.

mod account;
mod answers;
mod choosing;
mod computer;
mod conversations;
mod discover;
mod disk;
mod downloads;
mod engine;
mod fit;
mod folder;
mod hardware;
mod hub_stage;
mod keychain;
mod library;
mod model_file;
mod models;
mod network;
mod reading_ahead;
mod recommended;
mod reference;
mod stage;
mod survival;
mod switching;
mod tree;
