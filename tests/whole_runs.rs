//! Whole runs against the simulated organization. One program, since each would compile the whole house again.

mod calls;
mod items;
mod network;
mod outcomes;
mod resume;
mod secrets;
mod size;
mod truth;
