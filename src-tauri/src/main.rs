//! Starts the app. Everything it is made of is in the library beside this file.

// A window of its own is all that people should see on Windows, no console behind it.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    hearth_shell::run()
}
