//! Names, sizes and addresses: what is understood, what is refused, and that nothing makes it panic.

mod names;
