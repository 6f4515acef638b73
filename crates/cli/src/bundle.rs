//! `wavecraft bundle`: makes of a project what a DAW loads, in the formats CLAP and VST3, and on a Mac as an Audio Unit.

pub(crate) mod build;
mod component;
mod form;
mod install;
pub(crate) mod library;
mod page;
mod presets;
mod shipped;
mod tried;
mod vst3_preset;

use crate::{
    failure::{SUCCESS, Usage},
    formats::Format,
    other,
    output::out,
    platform,
    project::Project,
    report::Report,
};
use anyhow::Context;
use form::Form;
use library::{BUNDLED, PROFILE, Wanted};
use shipped::Shipped;
use std::path::{Path, PathBuf};

/// What `wavecraft bundle` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct BundleArgs {
    /// The formats to make
    #[arg(long, value_name = "FORMAT", value_enum, value_delimiter = ',', default_values = ["clap", "vst3"])]
    format: Vec<Format>,
    /// Also put them where hosts look for plugins of this user
    #[arg(long)]
    install: bool,
    /// On a Mac: for both of its processors
    #[arg(long)]
    universal: bool,
    /// On a Mac: leave out the project's page; hosts show their own
    #[arg(long)]
    no_ui: bool,
    /// The cargo profile to build with
    #[arg(long, value_name = "PROFILE", default_value = PROFILE)]
    profile: String,
}

/// The library as all forms have it.
const LIBRARY: &str = ".library";

/// Builds the plugin, gives it each form, tries it, and installs it if that is asked for. Returns the exit code.
///
/// # Errors
/// If the folder is in no project with a `plugin/`, the build fails (cargo has said why), hosts would get something else than the
/// companion plays, or something can't be written.
pub(crate) async fn run(args: BundleArgs) -> anyhow::Result<i32> {
    let project = Project::find(&std::env::current_dir()?)?;
    if let Err(missing) = library::is_there(&project) {
        // The published Wavecraft's projects are packed by its own command.
        other::pass_on_bundle(&project.folder).await?;
        return Err(missing.into());
    }
    let targets: &[&str] = match (args.universal, platform::BOTH_PROCESSORS) {
        (true, Some(both)) => both,
        (true, None) => {
            return Err(
                Usage("--universal is for a Mac, whose programs may be for two processors".into()).into()
            );
        }
        (false, _) => &[],
    };
    let mut formats = args.format;
    formats.sort_unstable();
    formats.dedup();
    let audio_unit = formats.contains(&Format::Au);
    if audio_unit && !platform::MAKES_AUDIO_UNITS {
        return Err(Usage(
            "an Audio Unit can be made on a Mac only, where Logic and GarageBand load nothing else: run `wavecraft bundle --format au` \
             there, or leave `au` out"
                .into(),
        )
        .into());
    }
    let report = Report::new(false, false);
    let wanted = Wanted { profile: &args.profile, targets, page: !args.no_ui, audio_unit };
    let made = library::made(&project, &wanted, &report)?;
    let bundled = project.folder.join(BUNDLED);
    let library = bundled.join(LIBRARY);
    platform::join_libraries(&made.libraries, &library)
        .with_context(|| format!("{} can't be written", library.display()))?;
    let plugin = match tried::tried(&project, &library, &report).await? {
        Ok(plugin) => plugin,
        Err(code) => return Ok(code),
    };
    let made = formats
        .iter()
        .map(|format| pack(&bundled, &Form::of(platform::PLUGIN_SYSTEM, *format, &made, &plugin), &library))
        .collect::<anyhow::Result<Vec<PathBuf>>>()?;
    let shipped = Shipped::write(&bundled, &formats, &plugin)?;
    if args.install {
        for (format, plugin) in formats.iter().zip(&made) {
            let folder = platform::plugin_folder(*format)?;
            out!("Installed {}", install::into(&folder, plugin)?.display());
        }
        shipped.install(&platform::preset_folder()?, &plugin)?;
        out!("Hosts list it after their next scan for plugins; start them again, or let them scan.");
    } else {
        out!("With --install it goes where hosts look for plugins.");
    }
    Ok(SUCCESS)
}

/// Gives the library the form of a plugin, in place of the one from before, if all of it can be written. Returns where it is.
fn pack(bundled: &Path, form: &Form, library: &Path) -> anyhow::Result<PathBuf> {
    let new = install::beside(bundled, &form.name)?;
    form.write(library, &new)?;
    platform::sign_plugin(&new)?;
    let plugin = install::put(&new, &bundled.join(&form.name))?;
    out!("Made {}", plugin.display());
    Ok(plugin)
}
