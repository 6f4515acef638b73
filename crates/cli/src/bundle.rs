//! `wavecraft bundle`: makes of a project what a DAW loads, in the formats CLAP and VST3.

mod build;
mod form;
mod install;
mod page;
mod presets;
mod tried;

use crate::{
    cargo,
    failure::{SUCCESS, Usage},
    formats::Format,
    offline::BuiltProject,
    other,
    output::out,
    page::PageSource,
    platform, plugin_host,
    project::Project,
    report::Report,
};
use anyhow::bail;
use form::Form;
use std::path::{Path, PathBuf};
use wavecraft_companion_protocol::control::ProjectProgram;

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

/// The package that is built, in the project's folder, and how.
const PACKAGE: &str = "plugin";
const PROFILE: &str = "release";

/// Where a project's plugins are made, from its folder on.
const BUNDLED: &str = "target/bundled";
/// What goes into the library is written here first.
const PRESETS: &str = ".presets.json";

/// Builds the plugin, gives it each form, tries it, and installs it if that is asked for. Returns the exit code.
///
/// # Errors
/// If the folder is in no project with a `plugin/`, the build fails (cargo has said why), hosts would get something else than the
/// companion plays, or something can't be written.
pub(crate) async fn run(args: BundleArgs) -> anyhow::Result<i32> {
    let project = Project::find(&std::env::current_dir()?)?;
    if !project.folder.join(PACKAGE).join("Cargo.toml").is_file() {
        // The published Wavecraft's projects are packed by its own command.
        other::pass_on_bundle(&project.folder).await?;
        bail!(
            "this project has no plugin/, the package that `wavecraft bundle` builds: an earlier `wavecraft create` didn't write \
             one. docs/guides/shipping.md has its two files"
        );
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
    let made = made(&project, &args.profile, targets, args.no_ui, &Report::new(false, false))?;
    let mut formats = args.format;
    formats.sort_unstable();
    formats.dedup();
    let packed = formats.into_iter().map(|format| pack(&project.folder, format, &made));
    let packed = packed.collect::<anyhow::Result<Vec<Packed>>>()?;
    let libraries: Vec<&Path> = packed.iter().map(|packed| packed.library.as_path()).collect();
    let code =
        tried::all(&project, &libraries).await.inspect_err(|_| packed.iter().for_each(Packed::remove))?;
    if code != SUCCESS {
        packed.iter().for_each(Packed::remove);
        return Ok(code);
    }
    for Packed { format, new, place, .. } in packed {
        let plugin = install::put(&new, &place)?;
        out!("Made {}", plugin.display());
        if args.install {
            let folder = platform::plugin_folder(format)?;
            out!("Installed {}", install::into(&folder, &plugin)?.display());
        }
    }
    if args.install {
        out!("Hosts list it after their next scan for plugins; start them again, or let them scan.");
    } else {
        out!("With --install it goes where hosts look for plugins.");
    }
    Ok(SUCCESS)
}

/// Builds the plugin's library, with what is to be in it.
fn made(
    project: &Project,
    profile: &str,
    targets: &[&str],
    no_ui: bool,
    report: &Report,
) -> anyhow::Result<build::Made> {
    let file = project.folder.join(BUNDLED).join(PRESETS);
    let presets = presets::write(&project.folder, &file, report)?;
    let page = match PageSource::find(&project.folder)? {
        Some(page) if platform::PLUGIN_SHOWS_PAGE && !no_ui => Some(page::build(&page, report)?),
        Some(_) if !no_ui => {
            report.say(
                "Hosts show their own page of its parameters: the project's is in a plugin that is made on a Mac.",
            );
            None
        }
        _ => None,
    };
    let embedded = build::Embedded { presets: &file, page: page.as_deref() };
    let package = project.folder.join(PACKAGE);
    let made = build::library(&cargo::program()?, &package, profile, targets, &embedded, report)?;
    match presets {
        0 => {}
        1 => report.say("A preset is in it."),
        more => report.say(&format!("{more} presets are in it.")),
    }
    Ok(made)
}

/// Builds the plugin as `wavecraft bundle` does, to be run by the plugin host.
///
/// # Errors
/// There is none in the project, or it doesn't build.
pub(crate) fn built(
    project: &Project,
    profile: Option<&str>,
    report: &Report,
) -> anyhow::Result<BuiltProject> {
    if !project.folder.join(PACKAGE).join("Cargo.toml").is_file() {
        bail!(
            "this project has no {PACKAGE}/ of which `wavecraft bundle` makes a plugin: docs/guides/shipping.md has its two files"
        );
    }
    let executable = plugin_host::find()?;
    let build::Made { libraries, name, .. } = made(project, profile.unwrap_or(PROFILE), &[], false, report)?;
    let program =
        ProjectProgram { executable, library: libraries.into_iter().next(), loader_path: Vec::new() };
    BuiltProject::keep(name, &program, project.engine())
}

/// A plugin in its form, still beside its place.
struct Packed {
    format: Format,
    new: PathBuf,
    place: PathBuf,
    /// The program within it.
    library: PathBuf,
}

impl Packed {
    /// What can't be removed now the next run removes.
    fn remove(&self) {
        let _ = install::remove(&self.new);
    }
}

/// Gives the library the form of a plugin, beside the one from before.
fn pack(project: &Path, format: Format, made: &build::Made) -> anyhow::Result<Packed> {
    let folder = project.join(BUNDLED);
    let name = format!("{}.{}", made.name, format.ending());
    let form = Form::of(platform::PLUGIN_SYSTEM, format, made);
    let new = install::beside(&folder, &name)?;
    let library = form.write(&new)?;
    platform::sign_plugin(&new)?;
    Ok(Packed { format, place: folder.join(name), library, new })
}
