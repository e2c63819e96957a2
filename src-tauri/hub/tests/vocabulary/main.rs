//! Names, sizes and addresses: what is understood, what is refused, and that nothing makes it panic.

mod addresses;
mod builds;
mod cards;
mod catalog;
mod listing;
mod names;
mod quants;
mod schema;
