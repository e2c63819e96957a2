//! What a transfer promises, against a Hub that fails in every way it can.

mod chance;
mod ends;
mod faults;
mod resumed;
mod stage;
mod whole;
