//! The rules of the core, against an engine that the test plays itself and a real SQLite file.

mod answers;
mod conversations;
mod disk;
mod engine;
mod model_file;
mod models;
mod stage;
mod survival;
mod tree;
