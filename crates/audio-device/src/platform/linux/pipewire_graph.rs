//! What cpal doesn't tell about PipeWire's nodes: which are the defaults, and which aren't devices.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use pipewire::context::ContextRc;
use pipewire::core::PW_ID_CORE;
use pipewire::main_loop::MainLoopRc;
use pipewire::metadata::{Metadata, MetadataListener};
use pipewire::spa::utils::result::AsyncSeq;
use pipewire::types::ObjectType;

/// How long the server may take to answer.
const LIMIT: Duration = Duration::from_secs(2);

/// The sink that PipeWire creates if there is none, so that programs can play, into nothing.
const STAND_IN: &str = "auto_null";

/// Names of nodes, as they are in cpal's ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Graph {
    pub(super) default_output: Option<String>,
    pub(super) default_input: Option<String>,
    /// Entries in cpal's list that aren't devices: streams of programs, and the sink that stands in if there is none.
    pub(super) no_devices: HashSet<String>,
}

/// Queries the server. The result is empty if it doesn't answer, or if no session manager reports the defaults.
pub(super) fn ask() -> Graph {
    pipewire::init();
    try_ask().unwrap_or_default()
}

/// Two round trips: the first finds the metadata object, the second reads its contents.
fn try_ask() -> Result<Graph, pipewire::Error> {
    let main_loop = MainLoopRc::new(None)?;
    let context = ContextRc::new(&main_loop, None)?;
    let core = context.connect_rc(None)?;
    let registry = core.get_registry_rc()?;
    let found = Rc::new(RefCell::new(Graph::default()));
    let kept: Rc<RefCell<Option<(Metadata, MetadataListener)>>> = Rc::default();
    let awaited: Rc<Cell<Option<AsyncSeq>>> = Rc::new(Cell::new(Some(core.sync(0)?)));

    let _globals = registry
        .add_listener_local()
        .global({
            let (registry, core) = (registry.clone(), core.clone());
            let (found, kept, awaited) = (Rc::clone(&found), kept, Rc::clone(&awaited));
            move |global| {
                let property = |key| global.props.and_then(|properties| properties.get(key));
                if let (Some(class), Some(name)) = (property("media.class"), property("node.name"))
                    && (class.starts_with("Stream/") || name == STAND_IN)
                {
                    found.borrow_mut().no_devices.insert(name.to_owned());
                }
                if global.type_ != ObjectType::Metadata || property("metadata.name") != Some("default") {
                    return;
                }
                let Ok(metadata) = registry.bind::<Metadata, _>(global) else { return };
                let found = Rc::clone(&found);
                let listener = metadata
                    .add_listener_local()
                    .property(move |_, key, _, value| {
                        let mut found = found.borrow_mut();
                        match key {
                            Some("default.audio.sink") => found.default_output = value.and_then(name_in),
                            Some("default.audio.source") => found.default_input = value.and_then(name_in),
                            _ => {}
                        }
                        0
                    })
                    .register();
                *kept.borrow_mut() = Some((metadata, listener));
                awaited.set(core.sync(0).ok());
            }
        })
        .register();
    let _answers = core
        .add_listener_local()
        .done({
            let main_loop = main_loop.clone();
            move |id, sequence| {
                if id == PW_ID_CORE && awaited.get() == Some(sequence) {
                    main_loop.quit();
                }
            }
        })
        .error({
            let main_loop = main_loop.clone();
            move |_, _, _, _| main_loop.quit()
        })
        .register();
    let timer = main_loop.loop_().add_timer({
        let main_loop = main_loop.clone();
        move |_| main_loop.quit()
    });
    let _ = timer.update_timer(Some(LIMIT), None);
    main_loop.run();
    drop(timer);
    Ok(found.take())
}

/// The device's name in a value such as `{"name":"alsa_output.usb"}`.
fn name_in(value: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(value).ok()?;
    let name = value.get("name")?.as_str()?;
    (name != STAND_IN).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_read_and_nothing_else_taken_for_one() {
        assert_eq!(name_in(r#"{ "name": "alsa_output.usb" }"#), Some("alsa_output.usb".to_owned()));
        for other in ["", "alsa_output.usb", "{}", r#"{"name":7}"#, r#"{"name":"auto_null"}"#] {
            assert_eq!(name_in(other), None, "{other}");
        }
    }
}
