//! The Wavecraft Companion: owns the audio streams, runs one processor child for each project, and serves the dev
//! WebSocket.

mod app;
mod audio;
mod check;
mod child;
mod command_link;
mod companion;
mod compare;
mod control;
mod desktop;
mod executable;
mod instance;
mod log;
mod login;
mod main_thread;
mod measure;
mod menu;
mod microphone;
mod offline;
mod outlet;
mod platform;
mod quit;
mod realtime;
mod render;
mod session;
mod sessions;
mod settings;
mod symbols;
mod to_protocol;
mod transport;
mod uninstall;
mod units;
mod view;

use anyhow::Context;
use app::{App, Event, Options};
use audio::BackendChoice;
use clap::Parser;
use instance::{Instance, InstanceError};
use main_thread::Channels;
use outlet::Outlet;
use session::builds;
use std::{process::ExitCode, time::Duration};
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use tracing::{info, warn};
use wavecraft_companion_protocol::{PROTOCOL_VERSION, control::Welcome, paths::Paths};

/// Owns the audio devices for every Wavecraft project that is being worked on.
///
/// `wavecraft start --with-audio` starts it when it is needed.
#[derive(Debug, Parser)]
#[command(version = env!("WAVECRAFT_VERSION"))]
struct Args {
    /// Run without a menu, which needs no desktop.
    #[arg(long)]
    headless: bool,
    /// End a few seconds after the last project is gone.
    #[arg(long)]
    exit_when_idle: bool,
    /// What plays the sound.
    ///
    /// Without this, what the settings name, else auto.
    #[arg(long, value_enum, env = "WAVECRAFT_BACKEND")]
    backend: Option<BackendChoice>,
    /// Started by the desktop as its user logs in: the panel that takes the icon may come later.
    #[arg(long, hide = true, conflicts_with_all = ["headless", "quit"])]
    at_login: bool,
    /// Render a file through a project's processor: for `wavecraft render`, which makes the job.
    #[arg(long, value_name = "JOB", hide = true, conflicts_with_all = ["headless", "exit_when_idle", "quit"])]
    render: Option<String>,
    /// Measure a project's processor: for `wavecraft measure`, which makes the job.
    #[arg(long, value_name = "JOB", hide = true, conflicts_with_all = ["headless", "exit_when_idle", "quit"])]
    measure: Option<String>,
    /// Leave the processor to whatever else wants it.
    #[arg(long, hide = true, requires = "measure")]
    in_background: bool,
    /// Compare builds and recordings: for `wavecraft compare`, which makes the job.
    #[arg(long, value_name = "JOB", hide = true, conflicts_with_all = ["headless", "exit_when_idle", "quit"])]
    compare: Option<String>,
    /// Read a program's line tables: for another companion, which makes the job.
    #[arg(long, value_name = "JOB", hide = true, conflicts_with_all = ["headless", "exit_when_idle", "quit"])]
    places: Option<String>,
    /// Check a project's processor: for `wavecraft check`, which makes the job.
    #[arg(long, value_name = "JOB", hide = true, conflicts_with_all = ["headless", "exit_when_idle", "quit"])]
    check: Option<String>,
    /// Say whether this companion would run a program, and if not, why: for `wavecraft doctor`.
    #[arg(long, value_name = "PROGRAM", hide = true, conflicts_with_all = ["headless", "exit_when_idle", "quit"])]
    may_run: Option<std::path::PathBuf>,
    /// Quit the companion that runs.
    #[arg(long, conflicts_with_all = ["headless", "exit_when_idle"])]
    quit: bool,
    /// Quit the companion that runs and remove all that it keeps: settings, log, login item, the command's link.
    ///
    /// Recordings stay, and so does the program itself.
    #[arg(long, conflicts_with_all = ["headless", "exit_when_idle", "quit"])]
    uninstall: bool,
}

/// How long a client may take to read the last reply.
const LAST_ANSWERS: Duration = Duration::from_secs(1);
/// How long to wait for the panel of a desktop that is starting.
const PANEL_PATIENCE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("wavecraft-companion: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(job) = &args.places {
        return symbols::run(job);
    }
    if let Some(job) = args.render.clone() {
        return main_thread::without_menu(runtime()?, |_| render::run(job));
    }
    if let Some(job) = args.measure.clone() {
        // Before there are threads, which take over the class, as children do.
        if args.in_background {
            platform::run_in_background();
        }
        return main_thread::without_menu(runtime()?, |_| measure::run(job));
    }
    if let Some(job) = args.compare.clone() {
        return main_thread::without_menu(runtime()?, |_| compare::run(job));
    }
    if let Some(job) = args.check.clone() {
        return main_thread::without_menu(runtime()?, |_| check::run(job));
    }
    if let Some(program) = &args.may_run {
        executable::check_program(program)?;
        return Ok(ExitCode::SUCCESS);
    }
    let paths = platform::paths().context("neither HOME nor WAVECRAFT_HOME is set: set one of them")?;
    let runtime = runtime()?;
    if args.quit {
        return main_thread::without_menu(runtime, |_| async move { quit::run(&paths).await });
    }
    if args.uninstall {
        return main_thread::without_menu(runtime, |_| uninstall::run(paths));
    }
    let Args { exit_when_idle, backend, at_login, .. } = *args;
    if let Some(backend) = backend {
        backend.check().map_err(|reason| anyhow::anyhow!("{reason}: start it with `--backend auto`"))?;
    }
    if !args.headless {
        let patience = if args.at_login { PANEL_PATIENCE } else { Duration::ZERO };
        match platform::can_show_menu(patience) {
            Ok(()) => {
                // Opened by the user, not by the desktop or the command.
                let opened = !at_login && !exit_when_idle;
                return main_thread::with_menu(runtime, |channels| {
                    serve(exit_when_idle, opened, backend, paths, channels)
                });
            }
            // A caller that started it as a helper needs its sound, with or without a menu.
            Err(reason) if args.exit_when_idle => eprintln!("wavecraft-companion: no menu, as {reason}"),
            Err(reason) => anyhow::bail!("{reason}. Start it with --headless to do without a menu"),
        }
    }
    main_thread::without_menu(runtime, |channels| serve(exit_when_idle, false, backend, paths, channels))
}

/// The main thread runs the menu's event loop; everything else runs on the runtime's threads. There are two, so that
/// pages are answered while the app opens a device.
fn runtime() -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("companion")
        .enable_all()
        .build()
        .context("the companion can't start its threads")
}

async fn serve(
    exit_when_idle: bool,
    opened: bool,
    backend: Option<BackendChoice>,
    paths: Paths,
    channels: Channels,
) -> anyhow::Result<ExitCode> {
    let (instance, listener) = match Instance::claim(&paths) {
        Ok(claimed) => claimed,
        // A companion was requested, and there is one: nothing went wrong.
        Err(running @ InstanceError::Running(_)) => {
            eprintln!("wavecraft-companion: {running}");
            if opened {
                quit::show(&paths).await?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        Err(error) => return Err(error.into()),
    };
    log::start(&paths.log()).with_context(|| format!("{} can't be written", paths.log().display()))?;
    info!("wavecraft-companion {} started, process {}", env!("CARGO_PKG_VERSION"), std::process::id());
    builds::remove_abandoned(&paths.builds_dir);
    let welcome = Welcome {
        version: PROTOCOL_VERSION,
        app_version: env!("CARGO_PKG_VERSION").into(),
        pid: std::process::id(),
        headless: channels.menus.is_none(),
        log: paths.log(),
    };
    let Channels { events, inbox, menus } = channels;
    let (stop, stopped) = watch::channel(());
    let accepting = tokio::spawn(control::accept(listener, events.of(Event::Control), stopped));
    tokio::spawn(quit_on_signals(events.clone()));
    let options = Options { exit_when_idle, backend };
    App::new(options, &events, &paths, welcome, menus).run(inbox).await;
    drop(stop);
    // A client that doesn't read its last answer isn't waited for.
    let _ = tokio::time::timeout(LAST_ANSWERS, accepting).await;
    drop(instance);
    info!("ended");
    Ok(ExitCode::SUCCESS)
}

async fn quit_on_signals(events: Outlet<Event>) {
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    for kind in kinds {
        let events = events.clone();
        match signal(kind) {
            Ok(mut signals) => drop(tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    events.send(Event::Quit);
                }
            })),
            Err(error) => warn!("signal {kind:?} can't be caught: {error}"),
        }
    }
}
