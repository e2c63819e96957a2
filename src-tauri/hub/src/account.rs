//! Whose token it is.

use serde::Deserialize;

use crate::{Connection, HubError, json};

/// The owner of the token in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name that stands before repositories.
    pub name: String,
    /// The name that people know, where it was given.
    pub full_name: Option<String>,
}

#[derive(Deserialize)]
struct Reply {
    name: String,
    #[serde(default, deserialize_with = "json::optional")]
    fullname: Option<String>,
}

impl Connection {
    /// Asks the Hub who is signed in. [`Refusal::TokenInvalid`](crate::Refusal::TokenInvalid) when nobody is.
    pub async fn account(&self) -> Result<Account, HubError> {
        let (_, reply): (_, Reply) = self.json(self.endpoint().at(["api", "whoami-v2"])).await?;
        let full_name = reply.fullname.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        Ok(Account { name: reply.name, full_name })
    }
}

impl Account {
    /// One or two letters that stand for a picture: of the first and the last name, or of the account's name.
    pub fn initials(&self) -> String {
        let name = self.full_name.as_deref().unwrap_or(&self.name);
        let mut words =
            name.split([' ', '-', '_', '.']).filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
        let first = words.next();
        let last = words.next_back();
        first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
    }
}
