//! What the fake Hub does, as a client sees it that takes every reply as it comes.

//ACCESS
mod client;
mod faults;
mod files;
//IF
mod network;
//PY
