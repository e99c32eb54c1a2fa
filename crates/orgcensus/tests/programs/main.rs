//! The program, as others run it, against the simulated organization. These tests are one program: they share its two
//! threads, so that none of them waits for the last test of another.

mod alone;
mod changes;
mod diff;
mod explain;
mod login;
mod may;
mod notify;
mod own_files;
mod program;
mod readers;
mod report;
mod run_report;
mod secrets;
mod selection;
mod telemetry;
mod terminal;
mod words;
mod world;
mod wrong_input;
