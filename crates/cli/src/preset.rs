//! `wavecraft preset`: a project's presets. Where the project plays, the companion does it, so that pages and the menu know at
//! once; what needs no sound works without it.

use crate::{
    ansi,
    companion::{self, Companion, QUICK},
    failure::Usage,
    output::out,
    project::Project,
    report::json_line,
};
use anyhow::{Context, bail};
use serde::Serialize;
use std::time::Duration;
use wavecraft_companion_presets::{Folder, Name};
use wavecraft_companion_protocol::{
    control::{GetPresets, GetStatus},
    method::{Done, Method},
    preset::{
        CurrentPreset, DeletePreset, LoadPreset, PresetDone, PresetList, PresetOf, RenamePreset, SavePreset,
        StepPreset,
    },
};

/// How long a disk may take.
const DISK: Duration = Duration::from_secs(30);

/// What `wavecraft preset` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct PresetArgs {
    #[command(subcommand)]
    what: What,
    /// Print the result as JSON, for programs
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// List all presets, with the one that was loaded last, and what is wrong with those that can't be used
    List,
    /// Show the note and the values of one
    Show {
        /// The preset's name
        name: String,
    },
    /// Hear one: every parameter gets its value, or its default
    Load {
        /// The preset's name
        name: String,
    },
    /// Save the values that play now
    Save {
        /// The preset's name: 1 to 64 letters, and no path
        name: String,
        /// What others should know of it: 1,000 letters at most
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Replace the one that has this name
        #[arg(long)]
        replace: bool,
    },
    /// Give one another name
    Rename {
        /// Its name
        from: String,
        /// Its new name
        to: String,
    },
    /// Delete one
    Delete {
        /// The preset's name
        name: String,
    },
    /// Hear the next one by name
    Next,
    /// Hear the one before by name
    Previous,
}

/// Does it.
///
/// # Errors
/// There is no project, no such preset, or it can't be done; the sentence says what to do.
pub(crate) async fn run(args: PresetArgs) -> anyhow::Result<()> {
    let project = Project::find(&std::env::current_dir().context("the current folder is gone")?)?;
    let folder = Folder::of(&project.folder);
    let playing = Playing::find(&project).await?;
    let json = args.json;
    match args.what {
        What::List => {
            let list = match playing {
                Some(mut playing) => {
                    let session = playing.session.clone();
                    playing.ask(&GetPresets { session }).await?
                }
                None => read(&folder)?,
            };
            print(json, &list, || show_list(&list));
        }
        What::Show { name } => {
            let (name, preset) = folder.read(&named(&name)?)?;
            if json {
                // The file's own form.
                out!("{}", preset.text()?.trim_end());
                return Ok(());
            }
            out!("{name}");
            if !preset.note.is_empty() {
                out!("  {}", ansi::line(&preset.note));
            }
            let width = preset.values.keys().map(String::len).max().unwrap_or(0);
            for (id, value) in &preset.values {
                out!("  {:<width$}  {value}", ansi::line(id));
            }
        }
        What::Load { name } => heard(json, &needs(playing)?.with(LoadPreset { name }).await?),
        What::Next => heard(json, &needs(playing)?.with(StepPreset { by: 1 }).await?),
        What::Previous => heard(json, &needs(playing)?.with(StepPreset { by: -1 }).await?),
        What::Save { name, note, replace } => {
            let done = needs(playing)?.with(SavePreset { name, note, replace }).await?;
            print(json, &done, || {
                out!("Saved as {}: presets/{}.json.", done.name, done.name);
                remarks(&done);
            });
        }
        What::Rename { from, to } => {
            let done = match playing {
                Some(playing) => playing.with(RenamePreset { from: from.clone(), to }).await?,
                None => {
                    let (_, name) = folder.rename(&named(&from)?, &named(&to)?)?;
                    PresetDone { name: name.to_string(), remarks: Vec::new() }
                }
            };
            print(json, &done, || out!("{} is {} now.", ansi::line(&from), done.name));
        }
        What::Delete { name } => {
            match playing {
                Some(playing) => drop(playing.with(DeletePreset { name: name.clone() }).await?),
                None => drop(folder.delete(&named(&name)?)?),
            }
            print(json, &Done {}, || out!("Deleted {}.", ansi::line(&name)));
        }
    }
    Ok(())
}

/// The companion that plays the project.
struct Playing {
    companion: Companion,
    session: String,
}

impl Playing {
    async fn find(project: &Project) -> anyhow::Result<Option<Self>> {
        let Some(mut companion) = companion::find(&companion::paths()?).await? else { return Ok(None) };
        let status = companion.connection.call(&GetStatus {}, QUICK).await?;
        let session = status.sessions.into_iter().find(|session| session.project_dir == project.folder);
        Ok(session.map(|session| Self { companion, session: session.session }))
    }

    async fn ask<M: Method>(&mut self, asked: &M) -> anyhow::Result<M::Result> {
        Ok(self.companion.connection.call(asked, DISK).await?)
    }

    async fn with<T>(mut self, asked: T) -> anyhow::Result<<PresetOf<T> as Method>::Result>
    where
        PresetOf<T>: Method,
    {
        let asked = PresetOf { session: self.session.clone(), asked };
        self.ask(&asked).await
    }
}

/// The playing project, for what is heard or what is saved of it.
fn needs(playing: Option<Playing>) -> anyhow::Result<Playing> {
    match playing {
        Some(playing) => Ok(playing),
        None => bail!(
            "this project doesn't play, so there is nothing to load a preset into or to save: start it with `wavecraft \
             start --with-audio`, and say this in another terminal"
        ),
    }
}

fn read(folder: &Folder) -> anyhow::Result<PresetList> {
    let listing = folder.list()?;
    Ok(PresetList {
        presets: listing.presets,
        omitted: listing.omitted,
        trouble: None,
        heard: CurrentPreset::default(),
    })
}

fn named(text: &str) -> anyhow::Result<Name> {
    Name::new(text).map_err(|bad| Usage(bad.to_string()).into())
}

fn print(json: bool, result: &impl Serialize, text: impl FnOnce()) {
    match json {
        true => out!("{}", json_line(result)),
        false => text(),
    }
}

fn heard(json: bool, done: &PresetDone) {
    print(json, done, || {
        out!("{} is heard.", done.name);
        remarks(done);
    });
}

fn remarks(done: &PresetDone) {
    for remark in &done.remarks {
        out!("  {}", ansi::line(remark));
    }
}

fn show_list(list: &PresetList) {
    if let Some(trouble) = &list.trouble {
        out!("{}", ansi::line(trouble));
    } else if list.presets.is_empty() {
        out!("This project has no presets. `wavecraft preset save NAME` saves what plays as one.");
    }
    let width = list.presets.iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0);
    for entry in &list.presets {
        let is_current = list.heard.current.as_ref() == Some(&entry.name);
        let mark = match (is_current, list.heard.changed) {
            (true, false) => "▸",
            (true, true) => "*",
            _ => " ",
        };
        let beside = match (&entry.trouble, &entry.note) {
            (Some(trouble), _) => format!("can't be used: {trouble}"),
            (None, Some(note)) => note.clone(),
            (None, None) => String::new(),
        };
        let line = format!("{mark} {:<width$}  {}", ansi::line(&entry.name), ansi::line(&beside));
        out!("{}", line.trim_end());
    }
    if list.omitted > 0 {
        out!("  and {} more", list.omitted);
    }
    if list.heard.changed {
        out!("* was loaded or saved last, and a parameter has another value since.");
    }
}
