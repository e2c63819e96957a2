//! The network: gone, back, slow.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use crate::{
    client::{Ending, get},
    files::{hub_with_model, link, resolve},
};

#[test]
fn offline_connections_are_refused_and_online_they_are_made_again_at_the_same_address() {
    let (hub, _) = hub_with_model(10);
    let (page, file) = (resolve(&hub, "README.md"), link(&hub));
    hub.offline();
    for url in [&page, &file] {
        let error = get(url.as_str()).try_send().expect_err("no connection");
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused, "{url}");
    }
    hub.offline();
    hub.online().unwrap();
    hub.online().unwrap();
    assert_eq!(get(page).send().status, 200);
    assert_eq!(get(file).send().status, 200);
}

#[test]
fn connections_that_are_open_break_when_the_network_goes() {
    let (hub, _) = hub_with_model(50_000_000);
    let link = link(&hub);
    let (host, path) = link.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nhost: {host}\r\n\r\n").unwrap();
    let mut first = [0; 1000];
    stream.read_exact(&mut first).unwrap();
    hub.offline();
    let error = std::io::copy(&mut stream, &mut std::io::sink()).expect_err("a reset, not an end");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn a_hub_that_is_dropped_is_gone() {
    let (hub, _) = hub_with_model(10);
    let page = resolve(&hub, "README.md");
    drop(hub);
    assert!(get(page).try_send().is_err());
}

#[test]
fn each_connection_is_as_slow_as_it_is_told_to_be() {
    let (hub, _) = hub_with_model(600_000);
    let link = link(&hub);
    hub.limit_bytes_per_second(Some(300_000));
    let both: Vec<_> = (0..2)
        .map(|_| {
            let link = link.clone();
            std::thread::spawn(move || get(link).send())
        })
        .collect();
    for answer in both.into_iter().map(|thread| thread.join().unwrap()) {
        assert_eq!((answer.body.len(), answer.ending), (600_000, Ending::Whole));
        assert!(answer.took > Duration::from_millis(1800), "0.6 MB at 0.3 MB/s took {:?}", answer.took);
        assert!(answer.took < Duration::from_millis(3800), "they do not share one limit: {:?}", answer.took);
    }
    hub.limit_bytes_per_second(None);
    assert!(get(link).send().took < Duration::from_millis(1800));
}
