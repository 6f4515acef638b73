//! Gets a program's parameters and processors from the program itself.

use crate::processes::{Processes, guarded_with_libraries};
use anyhow::{Context, bail};
use std::time::Duration;
use wavecraft_companion_protocol::{
    child::FromChild,
    control::ProjectProgram,
    parameter::{ParameterSpec, check_set},
    processor::{ProcessorSpec, keep_consistent},
};

/// Timeout for the program: it makes its processors, and no sound.
const LIMIT: Duration = Duration::from_secs(10);

/// A program's description of itself.
#[derive(Debug, PartialEq)]
pub(crate) struct Described {
    pub(crate) parameters: Vec<ParameterSpec>,
    /// The ids of its processors; `None` if the program doesn't list them.
    pub(crate) processors: Option<Vec<String>>,
    /// The same with their names; empty if the program doesn't tell them.
    pub(crate) chain: Vec<ProcessorSpec>,
    /// By how many frames they lag.
    pub(crate) latency_frames: u32,
}

/// Runs the program with `--describe` and returns what it prints.
///
/// # Errors
/// If the program fails, times out, or prints something else.
pub(crate) async fn describe(
    program: &ProjectProgram,
    processes: &mut Processes,
) -> anyhow::Result<Described> {
    let ProjectProgram { executable, library, loader_path } = program;
    let running = processes
        .spawn(guarded_with_libraries(executable, loader_path).args(library).arg("--describe"))
        .with_context(|| format!("{} could not be started", executable.display()))?;
    let name = program.built().file_name().unwrap_or_default().display();
    let late = format!("asked for its parameters, the project's {name} did not end");
    let failed =
        |status, said: &str| format!("the project's {name} can't describe its parameters ({status}):{said}");
    described_in(&running.answer(LIMIT, &late, failed).await?)
}

fn described_in(text: &str) -> anyhow::Result<Described> {
    let hello = serde_json::from_str(text).ok().and_then(|hello| Described::of(hello).transpose());
    hello.unwrap_or_else(|| {
        bail!(
            "the project's `dev-audio --describe` printed something else than its parameters: let its `main` be \
             `wavecraft_dev_audio::run!` or call `DevAudio::run`, and print nothing itself"
        )
    })
}

impl Described {
    /// What a [`FromChild::Hello`] describes; `None` of another message.
    ///
    /// # Errors
    /// The parameters are none that can be used.
    pub(crate) fn of(hello: FromChild) -> anyhow::Result<Option<Self>> {
        let FromChild::Hello { mut parameters, processors, mut chain, latency_frames, .. } = hello else {
            return Ok(None);
        };
        check_set(&parameters)?;
        keep_consistent(&mut parameters, &mut chain);
        Ok(Some(Self { parameters, processors, chain, latency_frames }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_good_description_is_taken() {
        let hello = |parameters: &str| {
            format!(
                r#"{{"type":"hello","abi":1,"sdk_version":"0","name":"x","latency_frames":0,"parameters":{parameters}}}"#
            )
        };
        let nothing = |processors| Described {
            parameters: Vec::new(),
            processors,
            chain: Vec::new(),
            latency_frames: 0,
        };
        assert_eq!(described_in(&hello("[]")).unwrap(), nothing(None));
        let told = described_in(&hello(r#"[],"processors":["gain"]"#)).unwrap();
        assert_eq!(told, nothing(Some(vec!["gain".into()])));
        for bad in ["", "hello", r#"{"type":"ready"}"#] {
            assert!(described_in(bad).unwrap_err().to_string().contains("run!"), "{bad}");
        }
        let backwards = r#"[{"id":"a","name":"A","type":"float","default":0,"min":1,"max":0}]"#;
        assert!(described_in(&hello(backwards)).unwrap_err().to_string().contains("`a`"));
    }
}
