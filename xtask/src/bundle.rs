//! "Wavecraft Companion.app" for Macs of both architectures: built, signed, checked and packed, on Linux and on a Mac.

mod pack;
mod plan;

pub(crate) use plan::{ARM, Build, INTEL, VERSION};

use crate::{
    needs,
    shell::{Cmd, cmd, on_linux, root, say},
};
use anyhow::{Context, bail};
use plan::{Bundle, PROGRAMS};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The `bundle` command.
///
/// # Errors
/// An unknown flag, or whatever prevents the app from being made or from being right.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let build = match args {
        [] => Build::Shipped,
        [flag] if flag == "--here" => Build::Here,
        [flag, ..] => bail!("unknown flag {flag}: --here is the only one"),
    };
    make(build).map(drop)
}

/// Makes the app, and returns its path.
///
/// # Errors
/// Whatever prevents the app from being made or from being right.
pub(crate) fn make(build: Build) -> anyhow::Result<PathBuf> {
    let (out, targets) = match build {
        Build::Shipped => ("target/bundle", vec![ARM.to_owned(), INTEL.to_owned()]),
        Build::Here => {
            let said = cmd("rustc -vV").text()?;
            let host =
                said.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc has no host")?;
            ("target/bundle-here", vec![host.to_owned()])
        }
    };
    let commit = cmd("git describe --always --exclude=* --dirty --abbrev=12").text();
    let commit = commit.unwrap_or_else(|_| "unknown".into());
    let bundle = Bundle { out: root().join(out), targets, commit };
    needs(&bundle.targets.iter().map(String::as_str).collect::<Vec<_>>())?;
    say(format!("building the programs for {}", bundle.targets.join(" ")));
    bundle.compile()?;
    say("making the app");
    bundle.assemble()?;
    let app = bundle.app();
    cmd("scripts/sign-mac").arg(&app).run()?;
    if build != Build::Here {
        say("checking it");
        bundle.verify()?;
        pack::all(&bundle)?;
    }
    Ok(app)
}

/// Installs what is needed to build an app for these processors.
///
/// # Errors
/// Something can't be installed.
pub(crate) fn needs(targets: &[&str]) -> anyhow::Result<()> {
    needs::targets(targets)?;
    needs::mac_tools()?;
    needs::packages("python3 xorriso zip")
}

/// A cargo command whose programs are for Macs and contain no folder names of this computer.
///
/// # Errors
/// `Info.plist` doesn't name the oldest supported system.
pub(crate) fn for_macs(words: &str) -> anyhow::Result<Cmd> {
    let flags = format!(
        "--remap-path-prefix={}=wavecraft --remap-path-prefix={}/registry/src=crates",
        root().display(),
        needs::cargo_home().display()
    );
    let command = if on_linux() {
        cmd("scripts/link-mac").args(words.split_whitespace())
    } else {
        cmd("cargo")
            .args(words.split_whitespace())
            .env("MACOSX_DEPLOYMENT_TARGET", info("LSMinimumSystemVersion")?)
    };
    Ok(command.env("RUSTFLAGS", flags))
}

/// The text value of a key in Info.plist.
fn info(key: &str) -> anyhow::Result<String> {
    let text = fs::read_to_string("Info.plist")?;
    let rest = text.split_once(&format!("<key>{key}</key>")).map(|(_, rest)| rest);
    let value = rest.and_then(|rest| rest.split_once("<string>")?.1.split_once("</string>"));
    Ok(value.with_context(|| format!("Info.plist has no {key}"))?.0.to_owned())
}

impl Bundle {
    fn compile(&self) -> anyhow::Result<()> {
        let build = "build --quiet --release --locked --bins -p wavecraft-companion -p wavecraft-cli -p wavecraft-plugin-host";
        let targets = self.targets.iter().flat_map(|target| ["--target", target]);
        for_macs(build)?.args(targets).run()
    }

    /// The menu's images and the template of a new project are embedded in the programs.
    fn assemble(&self) -> anyhow::Result<()> {
        if self.out.exists() {
            fs::remove_dir_all(&self.out)?;
        }
        let contents = self.app().join("Contents");
        for (program, folder) in PROGRAMS {
            fs::create_dir_all(contents.join(folder))?;
            self.universal(program, &contents.join(folder).join(program))?;
        }
        fs::create_dir_all(contents.join("Resources"))?;
        fs::copy("bundle/AppIcon.icns", contents.join("Resources/AppIcon.icns"))?;
        let info = fs::read_to_string("Info.plist")?;
        let info = info.replace("@VERSION@", VERSION).replace("@COMMIT@", &self.commit);
        Ok(fs::write(contents.join("Info.plist"), info)?)
    }

    /// Joins a program's architectures into one file.
    fn universal(&self, program: &str, to: &Path) -> anyhow::Result<()> {
        let built = root().join(if on_linux() { "target/link-mac" } else { "target" });
        let slices = self.targets.iter().map(|target| built.join(target).join("release").join(program));
        if on_linux() {
            let join = "import apple_platform, sys; apple_platform.macho.create_universal(sys.argv[2:], sys.argv[1])";
            needs::tool("python").args(["-c", join]).arg(to).args(slices).run()?;
            cmd("chmod 755").arg(to).run()
        } else {
            cmd("lipo -create -output").arg(to).args(slices).run()
        }
    }

    fn verify(&self) -> anyhow::Result<()> {
        if !on_linux() {
            cmd("codesign --verify --strict --verbose=2").arg(self.app()).run()?;
        }
        let is_for_others = cmd("bash -c").arg("source scripts/lib.sh; for_others").succeeds();
        cmd("cargo run --quiet --locked --bin wavecraft-bundle-check --")
            .arg(self.app())
            .args(["--commit", &self.commit])
            .arg("--forbid")
            .arg(root().join(""))
            .arg("--forbid")
            .arg(needs::cargo_home().join(""))
            .args(is_for_others.then_some("--for-others"))
            .run()
    }
}
