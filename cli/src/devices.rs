//! `wavecraft devices`: the audio devices that the companion can use.

use crate::{
    cli::JsonArgs,
    companion::{self, QUICK},
    report::json_line,
};
use serde_json::Value;
use std::time::Duration;
use wavecraft_companion_protocol::control::{DEVICES, Device, DeviceList, SHUTDOWN, Shutdown};

/// So long listing may take: a sound server may be woken by it.
const LISTING: Duration = Duration::from_secs(15);
/// So long the companion may take to end after that.
const ENDING: Duration = Duration::from_secs(2);

/// Prints them. Where no companion runs, one is started for the question and ended.
pub(crate) async fn run(args: JsonArgs) -> anyhow::Result<()> {
    let mut launched = None;
    let mut companion = companion::find_or_start(&companion::paths()?, &mut launched).await?;
    let list = companion.connection.call::<DeviceList>(DEVICES, &serde_json::json!({}), LISTING).await;
    if let Some(launched) = &mut launched {
        // Where it has other users by now it stays, and ends after them.
        let _ = companion.connection.call::<Value>(SHUTDOWN, &Shutdown { if_idle: true }, QUICK).await;
        launched.gone_within(ENDING).await;
    }
    let list = list?;
    if args.json {
        println!("{}", json_line(&list));
        return Ok(());
    }
    print("Inputs", &list.inputs);
    print("Outputs", &list.outputs);
    Ok(())
}

fn print(title: &str, devices: &[Device]) {
    println!("{title}");
    if devices.is_empty() {
        println!("  none");
    }
    for device in devices {
        println!(
            "  {} {} · {} channels · {} Hz · {}",
            if device.is_default { "*" } else { " " },
            device.name,
            device.channels,
            device.sample_rate,
            device.id
        );
    }
}
