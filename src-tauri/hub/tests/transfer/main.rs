//! What a transfer promises, against a Hub that fails in every way it can.

mod chance;
mod connections;
mod ends;
mod faults;
mod journal;
mod resumed;
mod stage;
mod whole;
