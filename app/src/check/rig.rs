//! Starts children for a test.

use super::unit::Running;
use crate::{offline::Processor, platform::Program};
use tokio::runtime::Handle;
use wavecraft_companion_check::{Rig, Trouble, Unit, Wanted};
use wavecraft_companion_protocol::{condition::CONDITIONS_VARIABLE, parameter::ParameterSpec};

/// The program of a test. It is used on a thread that may wait.
pub(super) struct Children {
    program: Program,
    handle: Handle,
}

impl Children {
    pub(super) fn new(program: Program, handle: Handle) -> Self {
        Self { program, handle }
    }

    /// The parameters that it has now.
    ///
    /// # Errors
    /// It can't be started.
    pub(super) fn specs(&mut self) -> Result<Vec<ParameterSpec>, Trouble> {
        let unit = self.start(Wanted { rate_hz: 48_000, channels: 2, condition: None })?;
        Ok(unit.facts().specs.clone())
    }
}

impl Rig for Children {
    fn start(&mut self, wanted: Wanted) -> Result<Box<dyn Unit>, Trouble> {
        let mut program = self.program.clone();
        if let Some(condition) = wanted.condition {
            program.env.push((CONDITIONS_VARIABLE.into(), condition.to_string().into()));
        }
        let started = self.handle.block_on(Processor::start(&program, wanted.rate_hz, wanted.channels));
        let (processor, agreed) = started.map_err(|error| Trouble::NotStarted(format!("{error:#}")))?;
        let is_library = program.runs.library.is_some();
        Ok(Box::new(Running::new(processor, agreed, wanted, !is_library, self.handle.clone())))
    }
}
