//! What computes: what is tried, what is chosen, and what happens when it does not do what it should.

mod ahead;
mod double;
mod plays;
mod restraint;
mod settings;
mod supervision;
mod trials;
