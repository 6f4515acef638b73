//! Which devices PipeWire's defaults are. cpal has entries that follow them, and doesn't tell which they follow.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use pipewire::context::ContextRc;
use pipewire::main_loop::MainLoopRc;
use pipewire::metadata::{Metadata, MetadataListener};
use pipewire::types::ObjectType;

/// A server that takes longer has no answer: the list does without.
const LIMIT: Duration = Duration::from_secs(1);

/// The names of the nodes that are the defaults now; none where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Defaults {
    pub input: Option<String>,
    pub output: Option<String>,
}

/// The metadata object with its listener, which must be dropped first.
struct Bound {
    _listener: MetadataListener,
    _metadata: Metadata,
}

impl Defaults {
    /// Asks the server. Takes a moment, [`LIMIT`] at most.
    pub(super) fn ask() -> Self {
        Self::try_ask().unwrap_or_default()
    }

    /// The session manager keeps the names in the metadata object `default`. Two round trips: all objects are told, of
    /// which that one is bound; then its properties are told.
    fn try_ask() -> Result<Self, pipewire::Error> {
        pipewire::init();
        let main_loop = MainLoopRc::new(None)?;
        let core = ContextRc::new(&main_loop, None)?.connect_rc(None)?;
        let registry = core.get_registry_rc()?;
        let found: Rc<RefCell<Self>> = Rc::default();
        let bound: Rc<RefCell<Vec<Bound>>> = Rc::default();

        let objects = registry.add_listener_local().global({
            let (registry, found, bound) = (registry.clone(), Rc::clone(&found), Rc::clone(&bound));
            move |object| {
                let name = object.props.and_then(|props| props.get("metadata.name"));
                if object.type_ != ObjectType::Metadata || name != Some("default") {
                    return;
                }
                let Ok(metadata) = registry.bind::<Metadata, _>(object) else { return };
                let listener = listen(&metadata, Rc::clone(&found));
                bound.borrow_mut().push(Bound { _listener: listener, _metadata: metadata });
            }
        });
        let _objects = objects.register();
        let _answers = {
            let main_loop = main_loop.clone();
            core.add_listener_local().done(move |_, _| main_loop.quit()).register()
        };
        let timer = {
            let stopped = main_loop.clone();
            main_loop.loop_().add_timer(move |_| stopped.quit())
        };
        timer.update_timer(Some(LIMIT), None);
        for _ in 0..2 {
            core.sync(0)?;
            main_loop.run();
        }
        bound.borrow_mut().clear();
        Ok(found.take())
    }
}

fn listen(metadata: &Metadata, found: Rc<RefCell<Defaults>>) -> MetadataListener {
    let properties = metadata.add_listener_local().property(move |_, key, _, value| {
        let name = value.and_then(node_name);
        match key {
            Some("default.audio.sink") => found.borrow_mut().output = name,
            Some("default.audio.source") => found.borrow_mut().input = name,
            _ => {}
        }
        0
    });
    properties.register()
}

/// The name in `{"name":"…"}`, which is how the session manager writes it.
fn node_name(value: &str) -> Option<String> {
    let mut words = value.split('"').skip_while(|word| *word != "name").skip(2);
    words.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_taken_out_of_its_wrapping() {
        assert_eq!(node_name(r#"{"name":"alsa_output.pci-0"}"#).as_deref(), Some("alsa_output.pci-0"));
        assert_eq!(node_name(r#"{ "name": "a b" }"#).as_deref(), Some("a b"));
        assert_eq!(node_name("{}"), None);
        assert_eq!(node_name(""), None);
    }
}
