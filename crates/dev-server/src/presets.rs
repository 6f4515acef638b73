//! What is done with a project's presets, whoever asks: a page, the control socket, the menu or the terminal.

use std::sync::Arc;

use wavecraft_companion_presets::{Failed, Folder, Name, Preset, ids};
use wavecraft_companion_protocol::{
    method::Done,
    preset::{
        BAD_PRESET, CurrentPreset, DeletePreset, LoadPreset, PRESET_EXISTS, PresetDone, PresetEntry,
        PresetList, RenamePreset, SavePreset, StepPreset,
    },
    rpc::ErrorObject,
};

use crate::hub::Hub;

/// A project's presets: what [`crate::Server`] does with them for others than pages. Files are read and written on
/// blocking threads, one call after the other, and a call that was begun is carried out whoever waits for it.
#[derive(Clone)]
pub struct Presets {
    hub: Arc<Hub>,
}

impl Presets {
    pub(crate) fn new(hub: Arc<Hub>) -> Self {
        Self { hub }
    }

    /// The presets as they were read last, and the present one.
    #[must_use]
    pub fn shown(&self) -> (Arc<Vec<PresetEntry>>, CurrentPreset) {
        self.hub.shown_presets()
    }

    /// All presets, as the folder has them now.
    ///
    /// # Errors
    /// The project has no folder, or too many calls wait.
    pub async fn list(&self) -> Result<PresetList, ErrorObject> {
        self.work(|folder, hub| {
            look(folder, hub);
            Ok(hub.presets())
        })
        .await
    }

    /// The same for a page: what is known, if pages had the folder looked at too often just before.
    pub(crate) async fn list_for_page(&self) -> Result<PresetList, ErrorObject> {
        if self.hub.desk().may_look() { self.list().await } else { Ok(self.hub.presets()) }
    }

    /// Reads the folder for the first time.
    pub(crate) async fn read_first(self) {
        let _ = self.list().await;
    }

    /// Gives every parameter the value of a preset, or its default.
    ///
    /// # Errors
    /// There is none of this name, it can't be used, or the parameters aren't known yet.
    pub async fn load(&self, asked: LoadPreset) -> Result<PresetDone, ErrorObject> {
        self.work(move |folder, hub| {
            let (name, preset) = folder.read(&named(&asked.name)?).map_err(refused)?;
            load(folder, hub, &name, preset)
        })
        .await
    }

    /// Loads the next one by name, or the one before.
    ///
    /// # Errors
    /// There is none that can be used, or the parameters aren't known yet.
    pub async fn step(&self, asked: StepPreset) -> Result<PresetDone, ErrorObject> {
        self.work(move |folder, hub| {
            let from = hub.shown_presets().1.current;
            let (name, preset) = folder.beside(from.as_deref(), asked.by < 0).map_err(refused)?;
            load(folder, hub, &name, preset)
        })
        .await
    }

    /// Saves the present values.
    ///
    /// # Errors
    /// There is one of this name that isn't to be replaced, or it can't be written.
    pub async fn save(&self, asked: SavePreset) -> Result<PresetDone, ErrorObject> {
        self.work(move |folder, hub| {
            let SavePreset { name, note, replace } = asked;
            let name = named(&name)?;
            let values = hub.values_now()?;
            let saved = folder.save(&name, note, values, replace).map_err(refused)?;
            let kept: Vec<String> = saved.kept.iter().map(|id| format!("`{id}`")).collect();
            let remark = || {
                format!("kept of the one before: {}, of which the project has no parameter now", ids(&kept))
            };
            let remarks = if kept.is_empty() { Vec::new() } else { vec![remark()] };
            if let Ok((name, preset)) = folder.read(&saved.name) {
                hub.preset_is(&name, preset);
            }
            look(folder, hub);
            Ok(PresetDone { name: saved.name.to_string(), remarks })
        })
        .await
    }

    /// Gives one another name.
    ///
    /// # Errors
    /// There is none, or one with the other name, or it can't be renamed.
    pub async fn rename(&self, asked: RenamePreset) -> Result<PresetDone, ErrorObject> {
        self.work(move |folder, hub| {
            let (from, to) = folder.rename(&named(&asked.from)?, &named(&asked.to)?).map_err(refused)?;
            if hub.shown_presets().1.current.as_deref() == Some(from.as_str())
                && let Ok((name, preset)) = folder.read(&to)
            {
                hub.preset_is(&name, preset);
            }
            look(folder, hub);
            Ok(PresetDone { name: to.to_string(), remarks: Vec::new() })
        })
        .await
    }

    /// Deletes one.
    ///
    /// # Errors
    /// There is none, or it can't be deleted.
    pub async fn delete(&self, asked: DeletePreset) -> Result<Done, ErrorObject> {
        self.work(move |folder, hub| {
            folder.delete(&named(&asked.name)?).map_err(refused)?;
            look(folder, hub);
            Ok(Done {})
        })
        .await
    }

    fn work<T, W>(&self, work: W) -> impl Future<Output = Result<T, ErrorObject>> + Send + use<T, W>
    where
        T: Send + 'static,
        W: FnOnce(&Folder, &Hub) -> Result<T, ErrorObject> + Send + 'static,
    {
        let hub = Arc::clone(&self.hub);
        self.hub.desk().work(move |folder| work(folder, &hub))
    }
}

/// Loads one. Where it is a new file the folder is read anew, so that a step back to it finds it listed.
fn load(folder: &Folder, hub: &Hub, name: &Name, preset: Preset) -> Result<PresetDone, ErrorObject> {
    let done = hub.load_preset(name, preset)?;
    if !hub.shown_presets().0.iter().any(|entry| entry.name == done.name) {
        look(folder, hub);
    }
    Ok(done)
}

/// Reads the folder anew, and the file of the present preset, which anybody may have changed.
fn look(folder: &Folder, hub: &Hub) {
    let listing = folder.list().map_err(|error| error.to_string());
    let current = hub.shown_presets().1.current.map(|current| {
        let read = Name::new(&current).map_err(Failed::from).and_then(|name| folder.read(&name));
        (current, read.ok())
    });
    hub.presets_read(listing, current);
}

fn named(text: &str) -> Result<Name, ErrorObject> {
    Name::new(text).map_err(|bad| refused(bad.into()))
}

fn refused(failed: Failed) -> ErrorObject {
    let code = match failed {
        Failed::Exists(_) => PRESET_EXISTS,
        _ => BAD_PRESET,
    };
    ErrorObject::new(code, failed.to_string())
}
