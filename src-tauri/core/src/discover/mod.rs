//! Models that can be had: what is recommended, what is found, and a model's page.

mod holdings;

pub(crate) use holdings::Holdings;
