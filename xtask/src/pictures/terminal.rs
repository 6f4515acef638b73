//! `docs/terminal.png`: a project that plays a loop, with its own companion and settings in a separate folder, on a
//! hidden terminal.

use super::keep::keep;
use crate::{
    needs,
    shell::{Cmd, cmd, program, root},
};
use anyhow::bail;
use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// The size of the terminal, in characters.
const COLUMNS: u32 = 110;
const ROWS: u32 = 17;

pub(super) fn picture() -> anyhow::Result<()> {
    needs::packages("tmux aha chromium")?;
    needs::build()?;
    needs::node()?;
    cmd("cargo build --quiet --release --locked --bins -p wavecraft-companion -p wavecraft-cli").run()?;
    let home = std::env::temp_dir().join(format!("wavecraft-pictures-{}", std::process::id()));
    fs::create_dir(&home)?;
    let done = in_home(&home);
    tmux("kill-server").succeeds();
    fs::remove_dir_all(&home)?;
    done
}

fn in_home(home: &Path) -> anyhow::Result<()> {
    let release = root().join("target/release");
    let wavecraft =
        || program(release.join("wavecraft")).env("WAVECRAFT_HOME", home.join("companion")).aside();
    let project = home.join("my-plugin");
    wavecraft().args(["create", "my-plugin", "--no-git", "--output"]).arg(&project).run()?;
    // A first start's builds and installations would fill the screen.
    let first = "start --with-audio --install --input silence --seconds 1";
    wavecraft().args(first.split(' ')).folder(&project).run()?;

    let (columns, rows) = (COLUMNS.to_string(), ROWS.to_string());
    tmux("-f /dev/null new-session -d -x")
        .args([&columns, "-y", &rows, "-c"])
        .arg(&project)
        .arg("env")
        .arg(format!("WAVECRAFT_HOME={}", home.join("companion").display()))
        .arg(format!("PATH={}:{}", release.display(), std::env::var("PATH")?))
        .args(["bash", "--norc"])
        .run()?;
    typed("PS1='$ '")?;
    typed(&format!(
        "clear; wavecraft start --with-audio --input file:{}",
        root().join("templates/loop.flac").display()
    ))?;
    wait_for("Live.", 600)?;
    // A change in the source, so that the picture includes the messages about it.
    let source = project.join("engine/src/curve.rs");
    fs::write(&source, fs::read_to_string(&source)?.replace("27.0 + 9.0", "27.0 + 9.1") + "// changed\n")?;
    wait_for("swapped in", 300)?;

    let page = home.join("terminal.html");
    // Tokens are secret, in a picture too; and a folder with a made-up name helps no reader.
    cmd("bash -c")
        .arg(
            "tmux -L wavecraft-pictures capture-pane -e -p | sed -E \"s/wc=[A-Za-z0-9_-]{43}/wc=…/g; s|$0|~|g\" | \
             aha --black --title 'wavecraft start' | \
             sed 's|<style|<style>body{margin:16px;background:#16181d} pre{font:14px/1.35 \"DejaVu Sans Mono\",monospace}</style><style|'",
        )
        .arg(home)
        .into_file(&page)?
        .run()?;
    let picture = home.join("terminal.png");
    cmd("chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=2")
        .arg(format!("--user-data-dir={}", home.join("browser").display()))
        .arg(format!("--window-size={},{}", COLUMNS * 9, ROWS * 19 + 40))
        .arg(format!("--screenshot={}", picture.display()))
        .arg(format!("file://{}", page.display()))
        .run()?;
    tmux("send-keys C-c").run()?;
    wait_for("Stopped.", 30)?;
    keep(&picture, "terminal.png")
}

fn tmux(words: &str) -> Cmd {
    cmd("tmux -L wavecraft-pictures").args(words.split(' '))
}

fn typed(line: &str) -> anyhow::Result<()> {
    tmux("send-keys").args([line, "Enter"]).run()
}

/// Waits until the screen shows the text.
fn wait_for(text: &str, seconds: u64) -> anyhow::Result<()> {
    let end = Instant::now() + Duration::from_secs(seconds);
    loop {
        let screen = tmux("capture-pane -p").text()?;
        if screen.contains(text) {
            return Ok(());
        }
        if Instant::now() > end {
            bail!("the terminal never showed {text}, but: {screen}");
        }
        thread::sleep(Duration::from_millis(200));
    }
}
