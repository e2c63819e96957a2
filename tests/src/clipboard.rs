//! The clipboard, from another program's side.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt, CreateWindowAux, EventMask, PropMode, SelectionNotifyEvent, SelectionRequestEvent, Window,
    WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// Text that another program has copied: there until this is dropped.
#[derive(Debug)]
pub struct Copied {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Copied {
    /// Copies `text` on the screen `display`.
    pub(crate) fn new(display: &str, text: String) -> anyhow::Result<Self> {
        let peer = Peer::connect(display)?;
        peer.connection.set_selection_owner(peer.window, peer.clipboard, x11rb::CURRENT_TIME)?.check()?;
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let stop = Arc::clone(&stop);
            move || {
                while !stop.load(Ordering::Relaxed) {
                    match peer.connection.poll_for_event() {
                        Ok(Some(Event::SelectionRequest(request))) => {
                            if let Err(error) = peer.hand_over(&request, &text) {
                                eprintln!("the clipboard cannot be handed over: {error}");
                            }
                        }
                        Ok(_) => std::thread::sleep(Duration::from_millis(2)),
                        Err(_) => return,
                    }
                }
            }
        });
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// Pastes into another program: what the clipboard of the screen `display` holds, `None` when it is empty.
pub(crate) fn paste(display: &str) -> anyhow::Result<Option<String>> {
    let peer = Peer::connect(display)?;
    let property = peer.atom("HEARTH_TEST_PASTE")?;
    peer.connection
        .convert_selection(peer.window, peer.clipboard, peer.utf8_string, property, x11rb::CURRENT_TIME)?
        .check()?;
    let start = Instant::now();
    loop {
        anyhow::ensure!(start.elapsed() < Duration::from_secs(5), "the clipboard's owner does not answer");
        match peer.connection.poll_for_event()? {
            Some(Event::SelectionNotify(answer)) if answer.property == x11rb::NONE => return Ok(None),
            Some(Event::SelectionNotify(_)) => {
                let reply = peer
                    .connection
                    .get_property(true, peer.window, property, AtomEnum::ANY, 0, u32::MAX / 4)?
                    .reply()?;
                return Ok(Some(String::from_utf8(reply.value).context("the clipboard holds no UTF-8")?));
            }
            _ => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

/// A program with an invisible window, which the clipboard's protocol (ICCCM 2) wants.
#[derive(Debug)]
struct Peer {
    connection: RustConnection,
    window: Window,
    clipboard: u32,
    targets: u32,
    utf8_string: u32,
}

impl Peer {
    fn connect(display: &str) -> anyhow::Result<Self> {
        let (connection, screen) = x11rb::connect(Some(display))?;
        let root = connection.setup().roots[screen].root;
        let window = connection.generate_id()?;
        connection
            .create_window(
                x11rb::COPY_DEPTH_FROM_PARENT,
                window,
                root,
                0,
                0,
                1,
                1,
                0,
                WindowClass::INPUT_OUTPUT,
                x11rb::COPY_FROM_PARENT,
                &CreateWindowAux::new(),
            )?
            .check()?;
        let mut peer = Self { connection, window, clipboard: 0, targets: 0, utf8_string: 0 };
        peer.clipboard = peer.atom("CLIPBOARD")?;
        peer.targets = peer.atom("TARGETS")?;
        peer.utf8_string = peer.atom("UTF8_STRING")?;
        Ok(peer)
    }

    fn atom(&self, name: &str) -> anyhow::Result<u32> {
        Ok(self.connection.intern_atom(false, name.as_bytes())?.reply()?.atom)
    }

    fn hand_over(&self, request: &SelectionRequestEvent, text: &str) -> anyhow::Result<()> {
        let SelectionRequestEvent { requestor, property, target, .. } = *request;
        let mut answer = SelectionNotifyEvent {
            response_type: x11rb::protocol::xproto::SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor,
            selection: request.selection,
            target,
            property,
        };
        if target == self.targets {
            let offered = [self.targets, self.utf8_string];
            self.connection.change_property32(PropMode::REPLACE, requestor, property, AtomEnum::ATOM, &offered)?;
        } else if target == self.utf8_string {
            self.connection.change_property8(PropMode::REPLACE, requestor, property, target, text.as_bytes())?;
        } else {
            answer.property = x11rb::NONE;
        }
        self.connection.send_event(false, requestor, EventMask::NO_EVENT, answer)?;
        self.connection.flush()?;
        Ok(())
    }
}
