//! Starts children for a test.

use super::unit::Running;
use crate::{
    offline::{Processor, fit},
    platform::Program,
};
use tokio::runtime::Handle;
use wavecraft_companion_check::{Rig, Trouble, Unit, Wanted};
use wavecraft_companion_protocol::{
    condition::CONDITIONS_VARIABLE, parameter::ParameterSpec, take::JobPreset,
};

/// The program of a test. It is used on a thread that may wait.
pub(super) struct Children {
    program: Program,
    /// Whether it is the plugin that DAWs load.
    plugin: bool,
    preset: Option<JobPreset>,
    handle: Handle,
}

impl Children {
    pub(super) fn new(program: Program, plugin: bool, preset: Option<JobPreset>, handle: Handle) -> Self {
        Self { program, plugin, preset, handle }
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
        let (processor, mut agreed) = started.map_err(|error| Trouble::NotStarted(format!("{error:#}")))?;
        if let Some(preset) = &self.preset {
            let fitted = fit(&agreed.specs, preset);
            // A test begins with the defaults and comes back to them: a preset takes their place.
            for spec in &mut agreed.specs {
                spec.default = fitted.values.get(&spec.id).copied().unwrap_or(spec.default);
            }
        }
        // A published plugin's library isn't told of the time.
        let has_transport = self.plugin || program.runs.library.is_none();
        Ok(Box::new(Running::new(processor, agreed, wanted, has_transport, self.handle.clone())))
    }
}
