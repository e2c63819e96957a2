//! The real process over real pipes, with the starter model.

mod answering;
mod drafting;
mod life;
mod loading;
mod preparing;
mod process;
mod recurrent;
mod remembering;
mod split_model;
mod states;
mod stopping;
