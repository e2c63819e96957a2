//! The real process over real pipes, with the starter model.

mod answering;
#[cfg(target_os = "linux")]
mod doubles;
mod drafting;
mod life;
mod loading;
#[cfg(target_os = "linux")]
mod planted;
mod preparing;
#[cfg(target_os = "linux")]
mod probing;
mod process;
mod recurrent;
mod remembering;
#[cfg(target_os = "linux")]
mod restraining;
mod split_model;
mod states;
mod stopping;
