//! The rules of the core, against an engine that the test plays itself and a real SQLite file.

mod answers;
mod computer;
mod conversations;
mod disk;
mod downloads;
mod engine;
mod library;
mod model_file;
mod models;
mod stage;
mod survival;
mod switching;
mod tree;
