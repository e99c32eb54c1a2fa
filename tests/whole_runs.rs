//! Whole runs against the simulated organization. One program, since each would compile the whole house again.

mod calls;
mod guardrails;
mod items;
mod network;
mod organization;
mod outcomes;
mod resume;
mod secrets;
mod selection;
mod services;
mod size;
mod truth;
