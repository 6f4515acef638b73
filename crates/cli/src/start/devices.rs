//! The devices that a project's `wavecraft.toml` asks for.

use crate::{
    companion::Connection,
    devices::{LISTING, fitting},
    project::{DEFAULTS_FILE, Devices},
    report::Report,
};
use wavecraft_companion_protocol::control::{Device, GetStatus, ListDevices, SelectDevices};

/// Chooses the project's devices, as `wavecraft devices` does: one output and one microphone serve all projects, and
/// the choice lasts. If another project is being played its devices are kept, and a disconnected device doesn't prevent
/// the start: both are reported. `own` is the project's own session, if it plays.
///
/// # Errors
/// If the companion can't list or use devices, or a name fits more than one.
pub(super) async fn choose(
    connection: &mut Connection,
    wanted: &Devices,
    own: Option<&str>,
    report: &Report,
) -> anyhow::Result<()> {
    if *wanted == Devices::default() {
        return Ok(());
    }
    let list = connection.call(&ListDevices {}, LISTING).await?;
    let input = there("input", wanted.input.as_deref(), &list.inputs, report)?;
    let output = there("output", wanted.output.as_deref(), &list.outputs, report)?;
    let other = |device: Option<&Device>, chosen: &Option<String>| {
        device.map(|device| device.id.clone()).filter(|id| chosen.as_ref() != Some(id))
    };
    let (new_input, new_output) = (other(input, &list.chosen.input), other(output, &list.chosen.output));
    if new_input.is_none() && new_output.is_none() {
        return Ok(());
    }
    let named = [(&new_input, "input", input), (&new_output, "output", output)];
    let named: Vec<_> = named
        .into_iter()
        .filter(|(new, ..)| new.is_some())
        .filter_map(|(_, kind, device)| Some(format!("the {kind} {}", device?.name)))
        .collect();
    let named = named.join(" and ");
    let status = connection.call(&GetStatus {}, LISTING).await?;
    if let Some(playing) = status.sessions.iter().find(|session| Some(session.session.as_str()) != own) {
        report.warn(&format!(
            "{DEFAULTS_FILE} asks for {named}, and {} is played through other devices, which all projects share: they \
             stay in use. `wavecraft devices` changes them for both",
            playing.session
        ));
        return Ok(());
    }
    let select = SelectDevices {
        input: new_input.map(Some),
        output: new_output.map(Some),
        ..SelectDevices::default()
    };
    connection.call(&select, LISTING).await?;
    report.say(&format!("{DEFAULTS_FILE} asks for {named}: chosen from now on, for every project"));
    Ok(())
}

/// The device that is meant, if it is connected.
fn there<'a>(
    kind: &str,
    wanted: Option<&str>,
    devices: &'a [Device],
    report: &Report,
) -> anyhow::Result<Option<&'a Device>> {
    let Some(wanted) = wanted else { return Ok(None) };
    let device = fitting(kind, wanted, devices)?;
    if device.is_none() {
        report.warn(&format!(
            "{DEFAULTS_FILE} asks for the {kind} `{wanted}`, which isn't there: what was chosen before is used. \
             `wavecraft devices` lists what there is"
        ));
    }
    Ok(device)
}
