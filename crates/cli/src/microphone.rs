//! `wavecraft microphone`: shows which projects may hear the microphone, and changes that.

mod choice;

use crate::{
    ansi,
    companion::{self, Companion, QUICK},
    output::out,
    report::json_line,
};
use anyhow::bail;
use choice::{Verb, choose};
use std::fs;
use wavecraft_companion_protocol::{
    microphone::{Access, ConfirmMicrophone, GetMicrophone, MicrophoneAccess, Remembered},
    paths::Paths,
    settings::{Consent, GivenFrom, Settings},
    system::Permission,
};

/// What `wavecraft microphone` is asked for.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct MicrophoneArgs {
    #[command(subcommand)]
    word: Option<Word>,
    /// Print JSON, for programs
    #[arg(long, global = true)]
    json: bool,
}

/// The user's decision.
#[derive(Debug, clap::Subcommand)]
enum Word {
    /// Let a project that asks hear the microphone, now and later
    Allow(Which),
    /// Keep the microphone from a project, now and later
    Deny(Which),
    /// Forget what was said of a folder: its project asks again
    Forget(Which),
}

/// The project that the decision is about.
#[derive(Debug, clap::Args)]
struct Which {
    /// The project's name, its session's, or its folder [default: this folder's project, else the only one]
    project: Option<String>,
}

/// Shows the permissions, or has the companion store a decision and prints its effect.
pub(crate) async fn run(args: MicrophoneArgs) -> anyhow::Result<()> {
    let paths = companion::paths()?;
    let (verb, which) = match args.word {
        None => return list(&paths, args.json).await,
        Some(Word::Allow(which)) => (Verb::Allow, which),
        Some(Word::Deny(which)) => (Verb::Deny, which),
        Some(Word::Forget(which)) => (Verb::Forget, which),
    };
    let Some(mut companion) = companion::find(&paths).await? else {
        if verb == Verb::Allow {
            bail!(
                "no companion is running, so no project asks for the microphone: start one with \
                 `wavecraft start --with-audio --input mic`"
            );
        }
        // The companion stores decisions, so it writes the file.
        return companion::ask_once(async |connection| {
            let known = connection.call(&GetMicrophone {}, QUICK).await?;
            let confirm = confirm(verb, choose(verb, which.project.as_deref(), &known)?);
            let access = connection.call(&confirm, QUICK).await?;
            told(verb, &confirm, &access, args.json)
        })
        .await;
    };
    let known = known(&mut companion).await?;
    let confirm = confirm(verb, choose(verb, which.project.as_deref(), &known)?);
    let access = companion.connection.call(&confirm, QUICK).await?;
    told(verb, &confirm, &access, args.json)
}

async fn known(companion: &mut Companion) -> anyhow::Result<MicrophoneAccess> {
    Ok(companion.connection.call(&GetMicrophone {}, QUICK).await?)
}

fn confirm(verb: Verb, project_dir: std::path::PathBuf) -> ConfirmMicrophone {
    let consent = match verb {
        Verb::Allow => Some(Consent::Allowed),
        Verb::Deny => Some(Consent::Refused),
        Verb::Forget => None,
    };
    ConfirmMicrophone { project_dir, consent, if_asked: false }
}

async fn list(paths: &Paths, json: bool) -> anyhow::Result<()> {
    let running = companion::find(paths).await?;
    let runs = running.is_some();
    let access = match running {
        Some(mut companion) => known(&mut companion).await?,
        None => remembered(paths),
    };
    if json {
        out!("{}", json_line(&access));
        return Ok(());
    }
    if !runs {
        out!("No companion is running, so nothing is listened to.");
    }
    tell(&access);
    Ok(())
}

/// The stored permissions, if no companion is running to ask.
fn remembered(paths: &Paths) -> MicrophoneAccess {
    let settings = fs::read(&paths.settings).ok();
    let settings =
        settings.and_then(|text| serde_json::from_slice::<Settings>(&text).ok()).unwrap_or_default();
    let said = settings.projects.into_iter().filter_map(|(project_dir, project)| {
        let given = project.microphone_given;
        project.microphone.map(|consent| Remembered { project_dir, consent, given })
    });
    MicrophoneAccess { remembered: said.collect(), ..MicrophoneAccess::default() }
}

/// Prints the effect of a decision.
fn told(
    verb: Verb,
    confirm: &ConfirmMicrophone,
    access: &MicrophoneAccess,
    json: bool,
) -> anyhow::Result<()> {
    if json {
        out!("{}", json_line(access));
        return Ok(());
    }
    let folder = shown(&confirm.project_dir);
    match verb {
        Verb::Allow => {
            out!("Allowed for {folder}, now and later. `wavecraft microphone deny` takes it back.")
        }
        Verb::Deny => out!("Refused to {folder}: its project hears silence in place of the microphone."),
        Verb::Forget => {
            out!("Forgotten: a project in {folder} asks again when it listens to the microphone.")
        }
    }
    let here = access.projects.iter().find(|project| project.project_dir == confirm.project_dir);
    match here.map(|project| project.access) {
        Some(Access::Denied | Access::Restricted | Access::Asking) => {
            out!("It isn't heard yet: {}.", words_of(access.permission));
        }
        Some(Access::Unconfirmed) => out!("One runs there, and asks now."),
        _ => {}
    }
    Ok(())
}

fn tell(access: &MicrophoneAccess) {
    match access.permission {
        None | Some(Permission::NotNeeded | Permission::Authorized) => {}
        permission => out!("The system: {}.", words_of(permission)),
    }
    for project in &access.projects {
        let name = ansi::line(&project.name);
        let session = ansi::line(&project.session);
        out!("{name} ({session}) in {}: {}", shown(&project.project_dir), state(project.access));
    }
    if access.projects.is_empty() {
        out!("No project listens to the microphone.");
    }
    if access.remembered.is_empty() {
        out!("No folder was allowed or refused it.");
        return;
    }
    out!("");
    out!("What was said");
    for said in &access.remembered {
        let word = match said.consent {
            Consent::Allowed => "allowed",
            Consent::Refused => "refused",
        };
        let given = said.given.map_or_else(
            || "it isn't known when".into(),
            |given| {
                let place = match given.from {
                    GivenFrom::Menu => "in the menu",
                    GivenFrom::Terminal => "in a terminal",
                };
                format!("{}, {place}", local_time(given.at))
            },
        );
        out!("  {word:<9}{}  ({given})", shown(&said.project_dir));
    }
    out!("");
    out!(
        "`wavecraft microphone deny FOLDER` takes a yes back, `allow` a no; `forget` lets its project ask again."
    );
}

fn state(access: Access) -> &'static str {
    match access {
        Access::Allowed => "hears the microphone",
        Access::Unconfirmed => {
            "asks for the microphone; `wavecraft microphone allow`, or y in its terminal, allows it"
        }
        Access::Refused => "hears silence, as the microphone was refused to it",
        Access::Asking => "hears silence until you answer the system's question",
        Access::Denied => "hears silence, as the system keeps the microphone from the companion",
        Access::Restricted => {
            "hears silence, as this computer's rules keep the microphone from the companion"
        }
    }
}

fn words_of(permission: Option<Permission>) -> &'static str {
    match permission {
        None | Some(Permission::NotNeeded | Permission::Authorized) => "nothing is in the way",
        Some(Permission::NotDetermined) => {
            "it asks whether the companion may use the microphone, when a project that is allowed listens; answer it"
        }
        Some(Permission::Denied) => {
            "it doesn't let the companion use the microphone; turn that on in System Settings > Privacy & Security > \
             Microphone"
        }
        Some(Permission::Restricted) => {
            "this computer's rules keep the microphone from the companion; use another source, or ask whoever manages \
             this computer"
        }
    }
}

/// A folder's name may contain anything.
fn shown(folder: &std::path::Path) -> String {
    ansi::line(&folder.display().to_string())
}

/// "2026-11-27 20:15", in local time.
fn local_time(at: u64) -> String {
    let time = i64::try_from(at).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
    let local = time.map(|time| time.to_zoned(jiff::tz::TimeZone::system()));
    local.map_or_else(|| "at no time".into(), |time| time.strftime("%Y-%m-%d %H:%M").to_string())
}
