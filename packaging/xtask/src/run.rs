//! `cargo xtask run`: from a fresh clone to the open window.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::compile::{self, Profile};
use crate::display::{self, VirtualDisplay};
use crate::folders::Folders;
use crate::window_picture::Picture;
use crate::{engine_folder, page, program, requirements, setup, starter_model};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Build it as it ships: slower to build, faster to run.
    #[arg(long)]
    release: bool,
    /// Open it under a virtual display even where there is a real one, take a picture of the window, and end.
    #[arg(long)]
    picture_and_exit: bool,
}

const SCREEN: (u32, u32) = (1440, 900);
/// A cold start on a slow machine included.
const PICTURE_LIMIT: Duration = Duration::from_mins(1);
/// Two pictures this far apart that are the same: the page is not being drawn any more. A caret blinks more slowly.
const SETTLED_AFTER: Duration = Duration::from_millis(300);
/// The app itself takes at most two seconds to end in order.
const END_LIMIT: Duration = Duration::from_secs(5);

pub(crate) fn run(folders: &Folders, options: &Options) -> Result<ExitCode> {
    let model = setup::to_run(folders)?;
    let virtual_display = options.picture_and_exit || !display::is_here();
    if virtual_display {
        if !options.picture_and_exit {
            println!("There is no display here, so Hearth will open under a virtual one.");
        }
        requirements::for_a_virtual_display()?;
    }

    page::build(folders)?;
    let profile = if options.release { Profile::Release } else { Profile::Dev };
    let built = compile::programs(folders, profile, &[])?;
    engine_folder::stage(&built, &crate::cuda::built_libraries(folders), &profile.folder(folders))?;
    starter_model::stage(&model, &profile.folder(folders))?;

    let app = built.program("hearth")?;
    if virtual_display {
        return under_a_virtual_display(app, &folders.target.join("pictures"), options.picture_and_exit);
    }
    println!("Opening Hearth.");
    let status = Command::new(app).status().with_context(|| format!("cannot start {}", app.display()))?;
    Ok(exit_code(status))
}

fn under_a_virtual_display(app: &Path, pictures: &Path, end_after_picture: bool) -> Result<ExitCode> {
    let display = VirtualDisplay::start(SCREEN.0, SCREEN.1)?;
    let mut child = Command::new(app)
        .env("DISPLAY", display.name())
        .env("GDK_BACKEND", "x11")
        .env_remove("WAYLAND_DISPLAY")
        .spawn()
        .with_context(|| format!("cannot start {}", app.display()))?;
    let picture = picture_of_the_page(&display, &mut child, pictures);
    if picture.is_err() || end_after_picture {
        let status = end(&mut child)?;
        println!("A picture of the window is at {}.", picture?.display());
        return Ok(exit_code(status));
    }
    display.forget_framebuffer()?;
    println!(
        "Hearth is open on the virtual display {}. A picture of its window is at {}. Ctrl-C ends it.",
        display.name(),
        picture?.display()
    );
    Ok(exit_code(child.wait().context("cannot wait for the app")?))
}

/// Waits until the window is there (the app shows it with the page in it) and is no longer being drawn.
fn picture_of_the_page(display: &VirtualDisplay, app: &mut Child, folder: &Path) -> Result<PathBuf> {
    let started = Instant::now();
    let mut last: Option<Picture> = None;
    loop {
        if let Some(status) = app.try_wait().context("cannot wait for the app")? {
            bail!("the app ended before its window was there ({status})");
        }
        let picture = Picture::of_dump(&display.framebuffer())?;
        if last.as_ref() == Some(&picture) && picture.shows_something() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
            let path = folder.join("window.png");
            picture.cropped_to_window().save(&path)?;
            return Ok(path);
        }
        if started.elapsed() > PICTURE_LIMIT {
            bail!("the window showed nothing within {} seconds", PICTURE_LIMIT.as_secs());
        }
        last = Some(picture);
        thread::sleep(SETTLED_AFTER);
    }
}

/// Asks the app to end, and makes it when it does not.
fn end(app: &mut Child) -> Result<ExitStatus> {
    program::succeeds(Command::new("kill").args(["-TERM", &app.id().to_string()]));
    let asked = Instant::now();
    while asked.elapsed() < END_LIMIT {
        if let Some(status) = app.try_wait().context("cannot wait for the app")? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(20));
    }
    app.kill().context("cannot end the app")?;
    app.wait().context("cannot wait for the app")
}

/// Ended by a signal is not a success.
fn exit_code(status: ExitStatus) -> ExitCode {
    match status.code().map(u8::try_from) {
        Some(Ok(code)) => code.into(),
        _ => ExitCode::FAILURE,
    }
}
