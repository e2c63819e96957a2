//! (described below)
