//! Which question is answered where.

use http::{Method, StatusCode};

use crate::{api, asked::Asked, cdn, fault::CIRCLE, log::Host, refusal::Refusal, reply::Reply, resolve, world::World};

/// What a Hub without faults answers.
pub(crate) fn answer(world: &World, cdn: &str, asked: &Asked) -> Reply {
    if asked.host == Host::Cdn {
        return cdn::answer(world, asked);
    }
    answer_as_hub(world, cdn, asked).unwrap_or_else(|refusal| refusal.reply(asked))
}

fn answer_as_hub(world: &World, cdn: &str, asked: &Asked) -> Result<Reply, Refusal> {
    let segments: Vec<&str> = asked.segments.iter().map(String::as_str).collect();
    match (&asked.method, &segments[..]) {
        (&Method::GET, ["api", "whoami-v2"]) => api::whoami(world, asked),
        (&Method::GET, ["api", "models"]) => api::search(world, asked),
        (&Method::GET, ["api", "models", owner, name]) => api::info(world, asked, owner, name, "main"),
        (&Method::GET, ["api", "models", owner, name, "revision", revision]) => {
            api::info(world, asked, owner, name, revision)
        }
        (&Method::GET, ["api", "models", owner, name, "tree", revision, path @ ..]) => {
            api::tree(world, asked, [owner, name, revision], path)
        }
        (&Method::POST, ["api", "models", owner, name, "paths-info", revision]) => {
            api::paths_info(world, asked, [owner, name, revision])
        }
        (&Method::GET | &Method::HEAD, [owner, name, "resolve", revision, path @ ..]) => {
            resolve::answer(world, cdn, asked, [owner, name, revision], path)
        }
        // Who has been sent into a circle stays in it.
        (_, [CIRCLE, round]) => {
            let next = round.parse::<u64>().unwrap_or(0) + 1;
            Ok(Reply::redirect(StatusCode::FOUND, &format!("/{CIRCLE}/{next}")))
        }
        (&Method::GET | &Method::HEAD, _) => Err(Refusal::EntryNotFound),
        _ => Err(Refusal::MethodNotAllowed),
    }
}
