//! A project's presets: named sets of parameter values, as files in the project that git sees and a plugin can ship.
//!
//! A [`Name`] is a name and never a path. A [`Preset`] is what one file holds, and [`Preset::fit`] says which values a
//! project's parameters get of it. A [`Folder`] lists, reads, writes, renames and deletes them; nothing else is done to
//! files here.
//!
//! | module | subject |
//! |---|---|
//! | `name` | which names there are |
//! | `preset` | the file's form |
//! | `fit` | a preset's values for the parameters that a project has |
//! | `folder` | the folder `presets` of a project |
//! | `files` | the files in it, of which none is followed to another place |

mod files;
mod fit;
mod folder;
mod name;
mod preset;

pub use fit::{Fitted, ids};
pub use folder::{Failed, Folder, Listing, MAX_PRESETS, PRESETS_FOLDER};
pub use name::{BadName, MAX_NAME_BYTES, MAX_NAME_LETTERS, Name};
pub use preset::{BadPreset, MAX_FILE_BYTES, MAX_NOTE_LETTERS, MAX_VALUES, Preset, VERSION};
