//! Tries a plugin as hosts load it, and compares what they are told with what the companion plays.

use crate::{
    ansi, offline, plugin_host,
    preview::{self, Described},
    processes::{Processes, guarded},
    project::Project,
    report::Report,
};
use anyhow::{Context, bail};
use std::{collections::BTreeMap, path::Path, time::Duration};
use wavecraft_companion_protocol::{parameter::ParameterSpec, processor::ProcessorSpec, tried::Tried};

/// The limit for loading a plugin and two seconds of sound.
const LIMIT: Duration = Duration::from_secs(60);

/// Tries the plugin of this library, and compares it with the project's engine, which is built. Returns what hosts are told, or the
/// exit code of an interruption.
///
/// # Errors
/// The engine doesn't build, or what would be otherwise in a host.
pub(super) async fn tried(
    project: &Project,
    library: &Path,
    report: &Report,
) -> anyhow::Result<Result<Tried, i32>> {
    let mut processes = Processes::new();
    let mut tried = None;
    let code = offline::run(report, &mut processes, async |report, processes| {
        report.say("Comparing it with what the companion plays …");
        let built = offline::build_project(project, None, None, report, processes).await?;
        let engine = preview::describe(&built.program, processes).await?;
        let plugin = one(library, processes).await?;
        let described =
            Described::of(plugin.hello.clone())?.context("the plugin describes something else")?;
        if let Some(difference) = difference(&engine, &described) {
            bail!("{difference}. What was made before is still there");
        }
        report.say(&told(&plugin, &engine));
        tried = Some(plugin);
        Ok(())
    })
    .await?;
    Ok(tried.ok_or(code))
}

/// What a host gets, after it was found to be what the companion plays.
fn told(Tried { id, name, vendor, version, .. }: &Tried, engine: &Described) -> String {
    let Described { parameters, latency_frames, .. } = engine;
    let parameters = match parameters.len() {
        1 => "1 parameter".to_owned(),
        count => format!("{count} parameters"),
    };
    let vendor = if vendor.is_empty() { "nobody" } else { vendor };
    ansi::line(&format!(
        "Tried as hosts load it: {name} {version} by {vendor} ({id}), {parameters} and a latency of {latency_frames} frames, as \
         engine/src/bin/dev-audio.rs has them"
    ))
}

/// Has the plugin host try it: never this process, in which a broken plugin would end everything.
async fn one(library: &Path, processes: &mut Processes) -> anyhow::Result<Tried> {
    let host = plugin_host::find()?;
    let running = processes
        .spawn(guarded(&host).arg(library).arg("--try"))
        .with_context(|| format!("{} could not be started", host.display()))?;
    let failed = |status, said: &str| format!("the plugin doesn't work in a host ({status}):{said}");
    let told = running.answer(LIMIT, "the plugin did not load and play in a host", failed).await?;
    serde_json::from_str(&told).context("the plugin, or its processors, printed something in a host")
}

/// What hosts would get otherwise than the companion plays, and what to do.
fn difference(engine: &Described, plugin: &Described) -> Option<String> {
    let chain = |described: &Described| {
        described.chain.iter().map(|ProcessorSpec { id, .. }| format!("`{id}`")).collect::<Vec<_>>()
    };
    let (ours, theirs) = (chain(engine), chain(plugin));
    if ours != theirs {
        return Some(format!(
            "plugin/src/lib.rs has other processors than engine/src/bin/dev-audio.rs: hosts would get {}, and the companion plays {}. \
             Name the same ones in the same order in both",
            listed(&theirs),
            listed(&ours)
        ));
    }
    let (ours, theirs) = (engine.latency_frames, plugin.latency_frames);
    if ours != theirs {
        return Some(format!(
            "plugin/src/lib.rs has `latency_frames = {theirs}`, and engine/src/bin/dev-audio.rs {ours}: hosts would delay other tracks \
             by the wrong time. Write the same in both; without it, it is 0"
        ));
    }
    let what = of_parameters(&engine.parameters, &plugin.parameters)?;
    Some(format!(
        "{what}, though both have the same processors. Does plugin/Cargo.toml depend on another engine, or with other features, than \
         the companion builds?"
    ))
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

fn of_parameters(engine: &[ParameterSpec], plugin: &[ParameterSpec]) -> Option<String> {
    let by_id = |specs: &[ParameterSpec]| {
        specs.iter().map(|spec| (spec.id.clone(), spec.clone())).collect::<BTreeMap<_, _>>()
    };
    let (ours, theirs) = (by_id(engine), by_id(plugin));
    if let Some(id) = ours.keys().find(|id| !theirs.contains_key(*id)) {
        return Some(format!("hosts would get no parameter `{id}`"));
    }
    if let Some(id) = theirs.keys().find(|id| !ours.contains_key(*id)) {
        return Some(format!("hosts would get a parameter `{id}`, which the companion doesn't have"));
    }
    if let Some((id, spec)) = ours.iter().find(|(id, spec)| theirs.get(*id) != Some(spec)) {
        let other = theirs.get(id).unwrap_or(spec);
        let told = |spec: &ParameterSpec| {
            format!("\"{}\", {}, {}", spec.name, spec.possible(), spec.text_of(spec.default))
        };
        return Some(format!(
            "hosts would get `{id}` as {}, and the companion has {}",
            told(other),
            told(spec)
        ));
    }
    let order = |specs: &[ParameterSpec]| specs.iter().map(|spec| spec.id.clone()).collect::<Vec<_>>();
    (order(engine) != order(plugin)).then(|| "hosts would get the parameters in another order".into())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use wavecraft_companion_protocol::{child::FromChild, tried::TriedPreset};

    /// A plugin with these presets.
    pub(crate) fn a_plugin(presets: &[&str]) -> Tried {
        let preset = |name: &&str| TriedPreset { name: (*name).into(), state: format!("{{\"{name}\":1}}") };
        Tried {
            id: "com.example.my-filter".into(),
            name: "My <Filter>".into(),
            vendor: "A. Vendor".into(),
            version: "1.2.3-beta".into(),
            vst3_class: "0123456789ABCDEF0123456789ABCDEF".into(),
            hello: FromChild::Ready,
            presets: presets.iter().map(preset).collect(),
        }
    }

    fn described(ids: &[&str], latency_frames: u32, greatest: f32) -> Described {
        let processor = |id: &&str| ProcessorSpec { id: (*id).into(), name: (*id).into(), bypass: None };
        let parameter = |id: &&str| ParameterSpec::float(&format!("{id}_level"), 0.0, -1.0, greatest);
        Described {
            parameters: ids.iter().map(parameter).collect(),
            processors: None,
            chain: ids.iter().map(processor).collect(),
            latency_frames,
        }
    }

    #[test]
    fn what_hosts_would_get_otherwise_is_named() {
        let engine = described(&["shaper", "trim"], 64, 1.0);
        let told = |plugin: &Described| difference(&engine, plugin).unwrap_or_default();
        assert_eq!(told(&engine), "");
        let other = told(&described(&["trim", "shaper"], 64, 1.0));
        assert!(
            other.contains("hosts would get `trim`, `shaper`, and the companion plays `shaper`, `trim`"),
            "{other}"
        );
        let other = told(&described(&[], 64, 1.0));
        assert!(other.contains("hosts would get none"), "{other}");
        let other = told(&described(&["shaper", "trim"], 0, 1.0));
        assert!(other.contains("`latency_frames = 0`") && other.contains("dev-audio.rs 64"), "{other}");
        let other = told(&described(&["shaper", "trim"], 64, 2.0));
        assert!(other.contains("`shaper_level` as") && other.contains("plugin/Cargo.toml"), "{other}");
    }

    #[test]
    fn parameters_that_are_missing_or_more_are_named() {
        let both = ["a", "b"].map(|id| ParameterSpec::float(id, 0.0, 0.0, 1.0));
        let told = |engine: &[ParameterSpec], plugin: &[ParameterSpec]| {
            of_parameters(engine, plugin).unwrap_or_default()
        };
        assert_eq!(told(&both, &both[..1]), "hosts would get no parameter `b`");
        assert!(told(&both[..1], &both).contains("`b`, which the companion doesn't have"));
        assert!(told(&both, &[both[1].clone(), both[0].clone()]).contains("another order"));
    }
}
