//! Listening at the two addresses, and answering.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, RwLock,
        atomic::{AtomicU64, Ordering},
        mpsc as blocking,
    },
};

use http::{Method, Request, Response, header};
use http_body_util::BodyExt as _;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
};

use crate::{
    address::Address,
    asked::Asked,
    fault::Fault,
    faults::Faults,
    log::{Host, RequestRecord},
    outflow::Outflow,
    pace::{Pace, SpeedLimit},
    quota::Meter,
    reply::{End, Reply},
    routes,
    wire::{Doom, Line, Wire},
    world::World,
};

/// What all connections share with the test.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) world: RwLock<World>,
    pub(crate) faults: Faults,
    pub(crate) speed: SpeedLimit,
    pub(crate) meter: Mutex<Meter>,
    pub(crate) log: Mutex<Vec<RequestRecord>>,
    pub(crate) cdn: String,
    pub(crate) connections: AtomicU64,
}

/// What a test tells a listener. Each is answered when it is done.
pub(crate) enum Command {
    /// Break all connections and refuse new ones.
    Offline(blocking::Sender<io::Result<()>>),
    /// Listen again.
    Online(blocking::Sender<io::Result<()>>),
}

/// Serves one of the hosts until the sender of commands is gone.
pub(crate) async fn serve(
    host: Host,
    address: Address,
    listener: TcpListener,
    shared: Arc<Shared>,
    mut commands: mpsc::UnboundedReceiver<Command>,
) {
    let mut listener = Some(listener);
    let network = Doom::default();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                None => return,
                Some(Command::Offline(done)) => {
                    listener = None;
                    network.seal();
                    connections.shutdown().await;
                    done.send(Ok(())).ok();
                }
                Some(Command::Online(done)) => {
                    network.lift();
                    let outcome = match &listener {
                        Some(_) => Ok(()),
                        None => address.listen().map(|again| listener = Some(again)),
                    };
                    done.send(outcome).ok();
                }
            },
            stream = accept(listener.as_ref()) => {
                connections.spawn(converse(host, stream, network.clone(), Arc::clone(&shared)));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// The next that connects. Never, while nobody listens.
async fn accept(listener: Option<&TcpListener>) -> TcpStream {
    let Some(listener) = listener else { return std::future::pending().await };
    loop {
        // A client that is gone before it was accepted is no reason to stop.
        if let Ok((stream, _)) = listener.accept().await {
            return stream;
        }
    }
}

async fn converse(host: Host, stream: TcpStream, network: Doom, shared: Arc<Shared>) {
    let number = shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
    // Costs time, not truth, where it fails.
    stream.set_nodelay(true).ok();
    let line = Line::new(Pace::of(shared.speed.clone()));
    let wire = Wire::new(stream, line.clone(), network);
    let service = service_fn(|request| {
        let (shared, line) = (Arc::clone(&shared), line.clone());
        async move { respond(host, number, request, &shared, line).await }
    });
    // An error is a client that left or a fault that was asked for.
    http1::Builder::new().serve_connection(TokioIo::new(wire), service).await.ok();
}

async fn respond(
    host: Host,
    connection: u64,
    request: Request<Incoming>,
    shared: &Shared,
    line: Line,
) -> io::Result<Response<Outflow>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let asked = Asked::of(host, &parts, body, connection);
    let reply = shared.answer(&asked);
    let fault = shared.faults.choose(&asked, &reply);
    let reply = match fault {
        Some(fault) => fault.spoil(reply, &shared.cdn),
        None => reply,
    };
    // Without a body to break in, the reply itself does not come.
    let is_mute = asked.method == Method::HEAD || reply.length() == 0;
    let is_lost = is_mute && matches!(reply.delivery.end, End::Reset { .. });
    let status = (!is_lost).then(|| reply.status.as_u16());
    lock(&shared.log).push(record(&asked, status, fault));
    if let Some(wait) = reply.delivery.slow_start {
        tokio::time::sleep(wait).await;
    }
    if is_lost {
        line.doom.seal();
        return Err(io::ErrorKind::ConnectionReset.into());
    }
    Ok(into_response(reply, &asked.method, line))
}

impl Shared {
    fn answer(&self, asked: &Asked) -> Reply {
        let mut reply = routes::answer(&self.world.read().expect("nobody panics with it"), &self.cdn, asked);
        if asked.host == Host::Hub {
            let left = lock(&self.meter).count();
            if left.is_exceeded {
                reply = Reply::text(http::StatusCode::TOO_MANY_REQUESTS, "Too many requests");
            }
            left.write(&mut reply.headers);
        }
        reply
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics with it")
}

fn record(asked: &Asked, status: Option<u16>, fault: Option<Fault>) -> RequestRecord {
    RequestRecord {
        host: asked.host,
        method: asked.method.to_string(),
        path: format!("/{}", asked.segments.join("/")),
        query: asked.query.clone(),
        range: asked.header("range").map(str::to_owned),
        if_range: asked.header("if-range").map(str::to_owned),
        has_authorization: asked.headers.contains_key(header::AUTHORIZATION),
        connection: asked.connection,
        status,
        fault,
    }
}

fn into_response(reply: Reply, method: &Method, line: Line) -> Response<Outflow> {
    let length = reply.length();
    let Reply { status, mut headers, body, delivery } = reply;
    if !delivery.is_chunked {
        headers.insert(header::CONTENT_LENGTH, length.into());
    }
    let body = if method == Method::HEAD { Outflow::nothing(line) } else { Outflow::of(body, delivery, line) };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
