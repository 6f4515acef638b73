//! `wavecraft parameters`: what of the project's processor can be set.

use crate::{
    ansi,
    cli::JsonArgs,
    offline,
    output::out,
    preview,
    processes::Processes,
    report::{Report, json_line},
};
use serde_json::json;
use wavecraft_companion_protocol::parameter::Parameter;

/// Builds, and lists the parameters; returns the exit code.
pub(crate) async fn run(args: JsonArgs) -> anyhow::Result<i32> {
    let report = Report::beside_a_document();
    let mut processes = Processes::new();
    offline::run(&report, &mut processes, async |report, processes| {
        let project = offline::build(None, report, processes).await?;
        let described = preview::describe(&project.program, processes).await?;
        let parameters: Vec<Parameter> =
            described.parameters.into_iter().map(|spec| Parameter { value: spec.default, spec }).collect();
        if args.json {
            out!("{}", json_line(&json!({"parameters": parameters, "processors": described.chain})));
            return Ok(());
        }
        if parameters.is_empty() {
            out!("{} has no parameters.", ansi::line(&project.name));
        }
        for Parameter { spec, value } in &parameters {
            out!(
                "{}   {}, {} at the start",
                ansi::line(&spec.possible()),
                ansi::line(&spec.name),
                spec.text_of(*value)
            );
        }
        Ok(())
    })
    .await
}
