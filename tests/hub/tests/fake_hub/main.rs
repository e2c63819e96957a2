//! What the fake Hub does, as a client sees it that takes every reply as it comes, and as Hugging Face's own does.

mod access;
mod client;
mod faults;
mod files;
mod interface;
mod network;
mod program;
mod python;
mod reference;
