//! A screen of its own for each desk: focus, clipboard and the order of windows are shared by all on one screen.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt, CreateWindowAux, EventMask, ImageFormat,
    InputFocus, MapState, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

use crate::bus::outlives_nobody;
use crate::picture::Picture;
use crate::wait::{PATIENCE, until};

const WIDTH: u16 = 1600;
const HEIGHT: u16 = 1000;

/// Where a window is on its screen, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
    /// Of what is inside the frame.
    pub width: u32,
    /// Of what is inside the frame.
    pub height: u32,
}

/// A virtual screen (Xvfb) without a window manager: this program does what a person does through one.
#[derive(Debug)]
pub(crate) struct Display {
    _server: Child,
    name: String,
    connection: RustConnection,
    root: Window,
}

impl Display {
    /// Starts a screen.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let mut server = outlives_nobody("Xvfb")
            // The server chooses a free number and prints it.
            .args(["-displayfd", "1", "-screen", "0", &format!("{WIDTH}x{HEIGHT}x24"), "-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("Xvfb cannot be started; `cargo xtask setup` installs it")?;
        let output = server.stdout.take().context("Xvfb has no output")?;
        let number = tokio::time::timeout(PATIENCE, BufReader::new(output).lines().next_line())
            .await
            .context("Xvfb does not start")??
            .context("Xvfb ended at once")?;
        let name = format!(":{}", number.trim());
        let (connection, screen) = x11rb::connect(Some(&name)).context("the new screen refuses a connection")?;
        let root = connection.setup().roots[screen].root;
        Ok(Self { _server: server, name, connection, root })
    }

    /// For `DISPLAY`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What is on the screen now.
    pub(crate) fn picture(&self) -> anyhow::Result<Picture> {
        let image =
            self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, WIDTH, HEIGHT, u32::MAX)?.reply()?;
        Ok(Picture::from_bgrx(WIDTH.into(), HEIGHT.into(), &image.data))
    }

    /// What is in the app's window now.
    pub(crate) fn window_picture(&self, pid: i32) -> anyhow::Result<Picture> {
        let window = self.window_of(pid)?.context("the app has no window")?;
        let size = self.connection.get_geometry(window)?.reply()?;
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, window, 0, 0, size.width, size.height, u32::MAX)?
            .reply()?;
        Ok(Picture::from_bgrx(size.width.into(), size.height.into(), &image.data))
    }

    /// Where the app's window is.
    pub(crate) fn place(&self, pid: i32) -> anyhow::Result<Place> {
        let window = self.window_of(pid)?.context("the app has no window")?;
        let geometry = self.connection.get_geometry(window)?.reply()?;
        let corner = self.connection.translate_coordinates(window, self.root, 0, 0)?.reply()?;
        Ok(Place {
            x: corner.dst_x.into(),
            y: corner.dst_y.into(),
            width: geometry.width.into(),
            height: geometry.height.into(),
        })
    }

    /// Drags the app's window to another place and size.
    pub(crate) fn put(&self, pid: i32, place: Place) -> anyhow::Result<()> {
        let window = self.window_of(pid)?.context("the app has no window")?;
        let change = ConfigureWindowAux::new().x(place.x).y(place.y).width(place.width).height(place.height);
        self.connection.configure_window(window, &change)?.check()?;
        Ok(())
    }

    /// Presses the close button of the app's window.
    pub(crate) fn close(&self, pid: i32) -> anyhow::Result<()> {
        let window = self.window_of(pid)?.context("the app has no window")?;
        let message = ClientMessageEvent::new(
            32,
            window,
            self.atom("WM_PROTOCOLS")?,
            [self.atom("WM_DELETE_WINDOW")?, x11rb::CURRENT_TIME, 0, 0, 0],
        );
        self.connection.send_event(false, window, EventMask::NO_EVENT, message)?.check()?;
        Ok(())
    }

    /// Another program's window over everything, with the keyboard's focus.
    pub(crate) fn cover(&self) -> anyhow::Result<Cover<'_>> {
        let window = self.connection.generate_id()?;
        let look = CreateWindowAux::new().background_pixel(0x0033_6699);
        self.connection
            .create_window(
                x11rb::COPY_DEPTH_FROM_PARENT,
                window,
                self.root,
                0,
                0,
                WIDTH,
                HEIGHT,
                0,
                WindowClass::INPUT_OUTPUT,
                x11rb::COPY_FROM_PARENT,
                &look,
            )?
            .check()?;
        self.connection.map_window(window)?.check()?;
        self.connection.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME)?.check()?;
        Ok(Cover { display: self, window })
    }

    /// Waits for the app's window.
    pub(crate) async fn window_shown(&self, pid: i32, patience: Duration) -> anyhow::Result<()> {
        until("the app's window", patience, async || Ok(self.window_of(pid)?.map(|_| ()))).await
    }

    /// The window that people see; toolkits have small invisible ones too.
    fn window_of(&self, pid: i32) -> anyhow::Result<Option<Window>> {
        let pid_atom = self.atom("_NET_WM_PID")?;
        for window in self.connection.query_tree(self.root)?.reply()?.children {
            // A window may vanish between two questions.
            let Ok(attributes) = self.connection.get_window_attributes(window)?.reply() else { continue };
            let Ok(geometry) = self.connection.get_geometry(window)?.reply() else { continue };
            if attributes.map_state != MapState::VIEWABLE || attributes.override_redirect || geometry.width < 100 {
                continue;
            }
            let owner = self.connection.get_property(false, window, pid_atom, AtomEnum::CARDINAL, 0, 1)?.reply();
            let owner = owner.ok().and_then(|reply| reply.value32()?.next());
            if owner.is_some_and(|owner| i32::try_from(owner) == Ok(pid)) {
                return Ok(Some(window));
            }
        }
        Ok(None)
    }

    fn atom(&self, name: &str) -> anyhow::Result<u32> {
        Ok(self.connection.intern_atom(false, name.as_bytes())?.reply()?.atom)
    }
}

/// Lies over everything until it is dropped.
#[derive(Debug)]
pub(crate) struct Cover<'display> {
    display: &'display Display,
    window: Window,
}

impl Cover<'_> {
    /// Whether the app's window has come to the front.
    pub(crate) fn is_below(&self, pid: i32) -> anyhow::Result<bool> {
        let Some(app) = self.display.window_of(pid)? else { return Ok(false) };
        // Listed from the bottom to the top.
        let order = self.display.connection.query_tree(self.display.root)?.reply()?.children;
        let height_of = |window| order.iter().position(|&other| other == window);
        Ok(height_of(app) > height_of(self.window))
    }
}

impl Drop for Cover<'_> {
    fn drop(&mut self) {
        let gone = self.display.connection.destroy_window(self.window).map(x11rb::cookie::VoidCookie::check);
        if let Err(error) = gone {
            eprintln!("the covering window stays: {error}");
        }
    }
}
