//! Transfers that never break.
