//! How fast and how small Hearth is, beside the nearest thing that does the same work: llama.cpp's own tools for the
//! engine, an empty Tauri window for the app.
//!
//! `cargo xtask bench` builds everything and starts this program. The engine is used through the same client handle
//! as in the app, so the protocol's cost is in every figure. Both sides get the same model, threads, context and
//! batch size, and take turns, so that a machine that slows down slows both.
//!
//! Not for: finding out what is right. That is what the tests are for.

#[cfg(target_os = "linux")]
mod app;
#[cfg(target_os = "linux")]
mod arguments;
#[cfg(target_os = "linux")]
mod chat;
#[cfg(target_os = "linux")]
mod conversation;
#[cfg(target_os = "linux")]
mod download;
#[cfg(target_os = "linux")]
mod editing;
#[cfg(target_os = "linux")]
mod engine;
#[cfg(target_os = "linux")]
mod idle;
#[cfg(target_os = "linux")]
mod llama_bench;
#[cfg(target_os = "linux")]
mod llama_server;
#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod question;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod rounds;
#[cfg(target_os = "linux")]
mod throughput;

#[cfg(target_os = "linux")]
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = match <arguments::Command as clap::Parser>::parse() {
        arguments::Command::Run(arguments) => arguments,
        arguments::Command::Fetch(fetch) => return download::fetch(&fetch).await,
    };
    let (readings, end) = rounds::run(&arguments).await?;
    report::print(&readings, &arguments.profile);
    report::write(&readings, &arguments.profile, &arguments.output)?;
    end
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!(
        "error: the figures can be taken on Linux only, where memory and the window can be looked at from outside"
    );
    std::process::ExitCode::FAILURE
}
