//! `/api/whoami-v2`: whose token this is.

use serde_json::json;

use crate::{access::Visitor, asked::Asked, content::oid_of, refusal::Refusal, reply::Reply, world::World};

pub(crate) fn whoami(world: &World, asked: &Asked) -> Result<Reply, Refusal> {
    let account = match world.visitor(asked) {
        Visitor::Anonymous => return Err(Refusal::NotSignedIn),
        Visitor::Unknown => return Err(Refusal::InvalidToken),
        Visitor::Known(account) => account,
    };
    Ok(Reply::json(&json!({
        "type": "user",
        "id": oid_of(&account.name)[..24],
        "name": account.name,
        "fullname": account.name,
        "email": format!("{}@example.org", account.name),
        "emailVerified": true,
        "canPay": false,
        "isPro": false,
        "orgs": [],
        "auth": { "type": "access_token", "accessToken": { "displayName": "hearth", "role": "read" } },
    })))
}
