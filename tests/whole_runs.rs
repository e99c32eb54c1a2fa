//! Whole runs against the simulated organization. They are one program, since each further program would compile the
//! whole workspace's code again.

mod alone;
mod calls;
mod guardrails;
mod inventory;
mod items;
mod network;
mod nights;
mod organization;
mod outcomes;
mod resume;
mod secrets;
mod selection;
mod services;
mod shared;
mod size;
mod truth;
mod watchers;
mod who_can;

/// The program's own: the runs take as long as the program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
