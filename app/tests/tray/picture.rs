//! The menu in a real panel, on an invisible screen; pictures of it go to `target/tray/`, for people to look at.

use crate::{
    bus::{Bus, WATCHER},
    menu::Tray,
    support::eventually,
};
use serde_json::json;
use std::{
    io::{BufRead, BufReader},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A screen and a panel on it. Both are ended when it is dropped.
struct Screen {
    programs: Vec<Child>,
    display: String,
    pictures: PathBuf,
}

/// A picture: its width, and red, green, blue of each pixel, row by row.
struct Picture {
    width: usize,
    pixels: Vec<[u8; 3]>,
}

impl Screen {
    fn start(bus: &Bus) -> Self {
        let pictures =
            Path::new(env!("CARGO_BIN_EXE_wavecraft-companion")).ancestors().nth(2).unwrap().join("tray");
        std::fs::create_dir_all(&pictures).unwrap();
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1024x640x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb");
        // The server prints its display once it can be used.
        let mut display = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut display).unwrap();
        let display = format!(":{}", display.trim());
        let mut screen = Self { programs: vec![server], display, pictures };
        let panel = screen
            .command("xfce4-panel")
            .env("DBUS_SESSION_BUS_ADDRESS", bus.address())
            .env("HOME", bus.folder())
            .env("XDG_RUNTIME_DIR", bus.folder())
            // Its first start would ask which panels to create.
            .env("XFCE_PANEL_MIGRATE_DEFAULT", "1")
            .env("NO_AT_BRIDGE", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("xfce4-panel");
        screen.programs.push(panel);
        screen
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.display);
        command
    }

    fn mouse(&self, x: usize, y: usize, button: &str) {
        let (x, y) = (x.to_string(), y.to_string());
        let done = self.command("xdotool").args(["mousemove", &x, &y, "click", button]).status().unwrap();
        assert!(done.success());
    }

    fn keys(&self, keys: &[&str]) {
        assert!(self.command("xdotool").arg("key").args(keys).status().unwrap().success());
    }

    /// Takes a picture of the screen, and saves it under this name.
    fn picture(&self, name: &str) -> Picture {
        let file = self.pictures.join(name).with_extension("png");
        assert!(self.command("scrot").arg("--overwrite").arg(&file).status().unwrap().success());
        let file = std::io::BufReader::new(std::fs::File::open(file).unwrap());
        let mut decoder = png::Decoder::new(file);
        decoder.set_transformations(png::Transformations::STRIP_16);
        let mut reader = decoder.read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut bytes).unwrap();
        let samples = frame.color_type.samples();
        Picture {
            width: frame.width.try_into().unwrap(),
            pixels: bytes.chunks_exact(samples).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect(),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        for program in self.programs.iter_mut().rev() {
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}

impl Picture {
    /// The center of the area with this color, allowing for the panel's smoothing.
    fn find(&self, color: [u8; 3]) -> Option<(usize, usize)> {
        let near = |pixel: &[u8; 3]| pixel.iter().zip(color).all(|(a, b)| a.abs_diff(b) < 12);
        let at: Vec<usize> =
            self.pixels.iter().enumerate().filter(|(_, pixel)| near(pixel)).map(|(at, _)| at).collect();
        if at.is_empty() {
            return None;
        }
        let middle =
            |of: fn(usize, usize) -> usize| at.iter().map(|at| of(*at, self.width)).sum::<usize>() / at.len();
        Some((middle(|at, width| at % width), middle(|at, width| at / width)))
    }

    /// The number of pixels between the upper and the lower panel that aren't the black of a bare screen.
    fn covered(&self) -> usize {
        let (from, to) = (self.width * 40, self.width * 560);
        self.pixels[from..to].iter().filter(|pixel| **pixel != [0, 0, 0]).count()
    }
}

#[test]
#[ignore = "needs Xvfb and xfce4-panel: scripts/test tray"]
fn an_open_menu_stays_open_while_much_changes() {
    let bus = Bus::with_services();
    let screen = Screen::start(&bus);
    eventually("the panel takes icons", || bus.has_owner(WATCHER).then_some(()));
    let companion = crate::companion(&bus);
    eventually("the companion listens", || UnixStream::connect(companion.socket()).ok());
    let mut control = companion.control();
    let attached =
        control.attach_live("gain", json!({"name": "shimmer", "origins": ["http://127.0.0.1:5173"]}));
    let (x, y) = eventually("the icon is on the panel", || screen.picture("icon").find([0x1F, 0xA8, 0x6B]));

    screen.mouse(x, y, "3");
    eventually("the menu is open", || (screen.picture("menu").covered() > 10_000).then_some(()));
    for change in 0..200 {
        let mute = json!({"session": attached["session"], "on": change % 2 == 0});
        control.call("setMute", mute).unwrap();
    }
    control.stats(|stats| stats["muted"] == false);
    assert!(screen.picture("menu-after-200-changes").covered() > 10_000, "the menu was closed");

    let mute = json!({"session": attached["session"], "on": true});
    control.call("setMute", mute).unwrap();
    control.stats(|stats| stats["muted"] == true);
    screen.keys(&["Escape"]);
    eventually("the menu is closed", || (screen.picture("closed").covered() == 0).then_some(()));
    screen.mouse(x, y, "3");
    eventually("the menu is open again", || (screen.picture("menu-again").covered() > 10_000).then_some(()));

    let alone = screen.picture("menu-again").covered();
    let connection = bus.connect();
    let name = format!("org.kde.StatusNotifierItem-{}-1", companion.process.id());
    screen.keys(&vec!["Up"; Tray::named(&connection, &name).arrows_up_to("Buffer")]);
    screen.keys(&["Right"]);
    eventually("a submenu is open", || (screen.picture("submenu").covered() > alone + 5_000).then_some(()));
}
