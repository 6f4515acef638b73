//! What the project's doors do, as one typed program: `cargo xtask` lists it.

mod circles;
mod sources;

use std::process::ExitCode;

fn main() -> ExitCode {
    match circles::check() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
