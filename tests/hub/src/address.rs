//! An address that stays ours while nobody listens at it.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

use tokio::net::{TcpListener, TcpSocket};

/// As many wait to be accepted.
const BACKLOG: u32 = 1024;

/// A port of this machine, held by a socket that does not listen: whoever connects is refused, and the system gives the
/// port to nobody else, not even to the very client that tries again and again.
#[derive(Debug)]
pub(crate) struct Address {
    _held: TcpSocket,
    address: SocketAddr,
}

impl Address {
    /// Port 0 is any that is free.
    pub(crate) fn take(port: u16) -> io::Result<Self> {
        let held = socket_at(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        let address = held.local_addr()?;
        Ok(Self { _held: held, address })
    }

    pub(crate) fn listen(&self) -> io::Result<TcpListener> {
        socket_at(self.address)?.listen(BACKLOG)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn socket_at(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    // The BSDs share an address that is only held under this name.
    #[cfg(all(unix, not(target_os = "linux")))]
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}
