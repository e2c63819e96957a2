//! What a person can rely on, tried in the real window with the real engine and the starter model.
//!
//! One program for all, so that the parts are linked once; the name of each test is the rule.
#![cfg(target_os = "linux")]

mod accidents;
mod answers;
mod composer;
mod conversations;
mod disk;
mod first_start;
mod from_the_hub;
mod hardware;
mod keyboard;
mod links;
mod memory;
mod models;
mod picture;
mod privacy;
mod settings;
mod window;
