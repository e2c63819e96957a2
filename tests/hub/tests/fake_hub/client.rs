//! An HTTP client that hides nothing: it follows no redirect, unpacks nothing, and tells how the connection ended.

use std::{
    collections::HashMap,
    io::{self, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::Value;

/// So long nothing takes on this machine that is not meant to stall.
const PATIENCE: Duration = Duration::from_secs(20);

/// How the body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Whole,
    /// In good order, before all had come.
    Closed,
    Reset,
    /// Nothing more came in the time that was given.
    Stalled,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
    pub(crate) ending: Ending,
    /// Until all had come.
    pub(crate) took: Duration,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

pub(crate) struct Request<'a> {
    method: &'a str,
    url: String,
    headers: Vec<(&'a str, String)>,
    patience: Duration,
}

pub(crate) fn get<'a>(url: impl Into<String>) -> Request<'a> {
    Request { method: "GET", url: url.into(), headers: Vec::new(), patience: PATIENCE }
}

pub(crate) fn head<'a>(url: impl Into<String>) -> Request<'a> {
    Request { method: "HEAD", ..get(url) }
}

impl<'a> Request<'a> {
    pub(crate) fn with(mut self, name: &'a str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.with("authorization", format!("Bearer {token}"))
    }

    pub(crate) fn range(self, range: &str) -> Self {
        self.with("range", format!("bytes={range}"))
    }

    pub(crate) fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    pub(crate) fn send(self) -> Answer {
        self.try_send().expect("a reply")
    }

    /// An error is a connection that cannot be made, or ends before the headers have come.
    pub(crate) fn try_send(self) -> io::Result<Answer> {
        let start = Instant::now();
        let rest = self.url.strip_prefix("http://").expect("plain HTTP");
        let (host, path) = rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash));
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(self.patience))?;
        let mut text = format!("{} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n", self.method);
        for (name, value) in &self.headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        stream.write_all((text + "\r\n").as_bytes())?;
        let head = read_head(&mut stream)?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let headers: HashMap<_, _> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect();
        let length = match headers.get("content-length") {
            _ if self.method == "HEAD" => Some(0),
            length => length.and_then(|length| length.parse().ok()),
        };
        let (body, ending) = read_body(&mut stream, length);
        let status = status.ok_or_else(|| io::Error::other("no status"))?;
        Ok(Answer { status, headers, body, ending, took: start.elapsed() })
    }
}

fn read_head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    String::from_utf8(head).map_err(io::Error::other)
}

/// Without a length, up to the end of the connection.
fn read_body(stream: &mut TcpStream, length: Option<usize>) -> (Vec<u8>, Ending) {
    let mut body = Vec::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        if length.is_some_and(|length| body.len() >= length) {
            return (body, Ending::Whole);
        }
        match stream.read(&mut buffer) {
            Ok(0) => return (body, if length.is_some() { Ending::Closed } else { Ending::Whole }),
            Ok(read) => body.extend_from_slice(&buffer[..read]),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                return (body, Ending::Stalled);
            }
            Err(_) => return (body, Ending::Reset),
        }
    }
}
