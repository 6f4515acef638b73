//! The implementation of the scripts in `scripts/`, and less common tasks. `cargo xtask` lists them.

mod areas;
mod audit;
mod bench;
mod bundle;
mod check;
mod circles;
mod demo;
mod homebrew;
mod icons;
mod mac_lines;
mod needs;
mod pictures;
mod rules;
mod shell;
mod sources;

use anyhow::{Context, bail};
use std::process::ExitCode;

struct Command {
    name: &'static str,
    takes: &'static str,
    does: &'static str,
    run: fn(&[String]) -> anyhow::Result<()>,
}

#[rustfmt::skip]
const COMMANDS: &[Command] = &[
    command("run", "[--seconds N] [--json] [-- more flags of `wavecraft start`]", demo::run,
        "builds everything, makes a demo project under target/, plays it; the door is scripts/run"),
    command("test", "[all] [AREA…]", test,
        "tests: of what a change needs, of all areas, or of some, which --help lists; the door is scripts/test"),
    command("check", "", check::run,
        "all that can be said about the sources without running them: format, lints for this system and for a Mac,\n\
         circles of files, scripts (ShellCheck), workflows (actionlint, zizmor), documentation, dependencies;\n\
         the door is scripts/check"),
    command("bench", "[--json] [--quick] [--only P1,P2,…]", bench::run,
        "figures, each beside an anchor of the same run: a table, or JSON lines; the door is scripts/bench"),
    command("bundle", "[--here]", bundle::run,
        "the Mac's app, on Linux too: in target/bundle/ as a folder, .zip and .dmg, with checksums. Ad hoc signed\n\
         unless the environment names a certificate (scripts/sign-mac says how); with WAVECRAFT_NOTARY_PROFILE, on\n\
         a Mac, notarised. --here: on a Mac, for its architecture only, neither checked nor packed"),
    command("homebrew", "URL [--bundle FOLDER]", homebrew::run,
        "fills bundle/homebrew for a release whose files are at URL (https://github.com/OWNER/REPOSITORY/releases/\n\
         download/v0.1.0), after bundle; FOLDER is where that wrote (target/bundle)"),
    command("audit", "[--advisories]", audit::run,
        "holds the dependencies to deny.toml; --advisories: it is an error if their database can't be reached"),
    command("circles", "", |_| check::circles(),
        "each circle of files in each crate: A uses an item that B defines, and back"),
    command("mac-lines", "", mac_lines::run,
        "counts the code that only a Mac compiles, and what of it runs on Linux over crates/mac-shim/"),
    command("pictures", "[menu] [terminal] [browser]", pictures::run,
        "makes the pictures in docs/ from the real programs (Linux)"),
    command("icons", "", icons::run,
        "renders the menu bar's icons and the app's from their drawings, after one was changed"),
];

/// The scripts that aren't commands of this program, and why.
const SCRIPTS: &str = "\
Scripts of their own, in scripts/:
  install, uninstall   for a user; the second is copied beside the programs, where no sources are
  lib.sh               installs what is missing, a compiler too
  link-mac, ld-mac, sign-mac, codesign, rustc-mac-shim
                       cargo and rustc start them, or the tests do
  mac-smoke            runs on a Mac without a compiler
  mac-report           what a user sends; with --built it runs without a compiler
  mac-imports          reads stubs of Apple's libraries with Python's regular expressions, after a program asks for
                       something new
";

const fn command(
    name: &'static str,
    takes: &'static str,
    run: fn(&[String]) -> anyhow::Result<()>,
    does: &'static str,
) -> Command {
    Command { name, takes, does, run }
}

fn help(command: &Command) -> String {
    format!("  {} {}\n      {}\n", command.name, command.takes, command.does.replace('\n', "\n      "))
}

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> anyhow::Result<()> {
    let is_help = |word: &String| word == "-h" || word == "--help";
    let Some((name, args)) = args.split_first().filter(|(name, _)| !is_help(name)) else {
        let commands: String = COMMANDS.iter().map(help).collect();
        print!("cargo xtask COMMAND\n\n{commands}\n{SCRIPTS}");
        return Ok(());
    };
    let command = COMMANDS.iter().find(|command| command.name == name);
    let command = command.with_context(|| format!("there is no command {name}: see cargo xtask --help"))?;
    // Arguments after two dashes are for another program.
    if args.iter().take_while(|word| *word != "--").any(is_help) {
        print!("{}", help(command));
        if command.name == "test" {
            print!("\n{}", areas::help());
        }
        return Ok(());
    }
    std::env::set_current_dir(shell::root())?;
    (command.run)(args)
}

fn test(names: &[String]) -> anyhow::Result<()> {
    if !areas::run(names)? {
        bail!("not all passed");
    }
    Ok(())
}
