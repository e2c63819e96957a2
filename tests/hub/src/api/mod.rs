//! `/api/...`: what the Hub tells in JSON.

mod field;
mod info;
mod page;
mod search;
mod tree;
mod whoami;

pub(crate) use info::info;
pub(crate) use search::search;
pub(crate) use tree::{paths_info, tree};
pub(crate) use whoami::whoami;
