//! `list_parameters` and `set_parameters`: what can be set, and what is heard with it.

use crate::mcp::{
    call::Call,
    own_command::Commands,
    page::{NOT_RUNNING, Page},
    tool::{Answer, Effect, Tool},
    values::Values,
};
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wavecraft_companion_protocol::{
    browser::{GetAllParameters, GetParameterParams, SetParameter},
    parameter::{Parameter, ParameterSpec, ParameterType},
};

/// The arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars", deny_unknown_fields)]
pub(in crate::mcp) struct List {}

/// The parameters.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(in crate::mcp) struct Listed {
    /// Whether the values are those that are set in the running project; otherwise they are the defaults of the build.
    live: bool,
    /// The parameters, in the chain's order.
    parameters: Vec<Told>,
}

/// A parameter.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Told {
    /// By which it is set.
    id: String,
    /// Its name for people.
    name: String,
    /// "float", "bool" or "enum".
    kind: &'static str,
    /// Its value, in its own unit and range.
    value: f32,
    /// The value as a person reads it.
    text: String,
    /// The value that it starts with.
    default: f32,
    /// The smallest value.
    min: f32,
    /// The largest value.
    max: f32,
    /// For example "dB" or "Hz".
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// The names of a choice's values 0, 1, 2, ….
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<Vec<String>>,
}

impl From<Parameter> for Told {
    fn from(Parameter { spec, value }: Parameter) -> Self {
        let kind = match spec.kind {
            ParameterType::Bool => "bool",
            ParameterType::Enum => "enum",
            ParameterType::Float => "float",
        };
        let text = spec.text_of(value);
        let ParameterSpec { id, name, default, min, max, unit, variants, .. } = spec;
        Self { id, name, kind, value, text, default, min, max, unit, choices: variants }
    }
}

fn in_words(parameters: &[Told]) -> String {
    let line = |told: &Told| format!("{} ({}): {}", told.id, told.name, told.text);
    let lines: Vec<String> = parameters.iter().map(line).collect();
    if lines.is_empty() { "It has no parameters.".into() } else { lines.join("\n") }
}

impl Tool for List {
    const NAME: &'static str = "list_parameters";
    const TITLE: &'static str = "List the parameters";
    const DESCRIPTION: &'static str = "The parameters of this project's processor with ids, ranges, units and values: the live values if \
        `wavecraft start` runs in this folder, otherwise the project is built and tells its defaults.";
    const EFFECT: Effect = Effect::Reads;
    type Found = Listed;

    async fn run(self, commands: &Commands, call: &mut Call) -> Result<Answer<Listed>, String> {
        let page = Page::open(&commands.paths()?, &commands.project()?).await?;
        let live = page.is_some();
        let all: Vec<Parameter> = match page {
            Some(mut page) => page.call(&GetAllParameters {}).await?.parameters,
            None => {
                let said = commands.run(&["parameters".into(), "--json".into()], call).await?;
                let told: serde_json::Value = serde_json::from_str(&said.out).map_err(|_| said.failure())?;
                serde_json::from_value(told["parameters"].clone()).map_err(|_| said.failure())?
            }
        };
        let parameters: Vec<Told> = all.into_iter().map(Told::from).collect();
        let text = in_words(&parameters);
        Ok(Answer::new(text, Listed { live, parameters }))
    }
}

/// The arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars", deny_unknown_fields)]
pub(in crate::mcp) struct Set {
    /// Values by id: a number in the parameter's own unit, true or false, or a choice's name. All are checked before the first is set.
    #[schemars(length(min = 1))]
    values: Values,
}

/// What is set now.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(in crate::mcp) struct SetNow {
    /// The parameters that were set, with their values as they are now.
    parameters: Vec<Told>,
}

impl Tool for Set {
    const NAME: &'static str = "set_parameters";
    const TITLE: &'static str = "Set parameters of what plays";
    const DESCRIPTION: &'static str = "Sets parameters of the running `wavecraft start` of this folder, as its page does: what a person hears \
        changes at once, and pages follow. For a measurement with other values, give `set` to `measure` instead.";
    const EFFECT: Effect = Effect::Sets;
    type Found = SetNow;

    async fn run(self, commands: &Commands, _: &mut Call) -> Result<Answer<SetNow>, String> {
        if self.values.is_empty() {
            return Err("`values` is empty: name what to set, as in {\"gain_level\": -6}".into());
        }
        let page = Page::open(&commands.paths()?, &commands.project()?).await?;
        let mut page = page.ok_or(NOT_RUNNING)?;
        let specs: Vec<ParameterSpec> =
            page.call(&GetAllParameters {}).await?.parameters.into_iter().map(|one| one.spec).collect();
        let mut wanted = Vec::new();
        for (id, value) in &self.values {
            let spec = specs.iter().find(|spec| spec.id == *id).ok_or_else(|| {
                let all: Vec<String> = specs.iter().map(|spec| format!("\n  {}", spec.possible())).collect();
                format!("there is no parameter `{id}`. There are:{}", all.concat())
            })?;
            wanted.push((spec, spec.read(&value.to_string())?));
        }
        let mut parameters = Vec::new();
        for (spec, value) in wanted {
            // One call is one step to undo.
            page.call(&SetParameter { id: spec.id.clone(), value, gesture: Some(1) }).await?;
            let now = page.call(&GetParameterParams { id: spec.id.clone() }).await?;
            parameters.push(Told::from(Parameter { spec: spec.clone(), value: now.value }));
        }
        Ok(Answer::new(in_words(&parameters), SetNow { parameters }))
    }
}
