//! `wavecraft.toml`: a project's defaults, used where neither a flag nor a variable says otherwise.

use crate::ports::NO_PORT;
use anyhow::{Context, anyhow};
use serde::{Deserialize, Deserializer, de::Error};
use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    num::NonZeroU16,
    path::{Path, PathBuf},
};
use wavecraft_companion_check::Limits;
use wavecraft_companion_protocol::{
    session::{Mode, OnBypass, Source},
    transport::ChangeTransport,
};

/// The file's name; it lies beside `engine`.
pub(crate) const FILE: &str = "wavecraft.toml";

/// The file's keys. A missing key leaves the choice to the app's settings, or to the ordinary default.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Defaults {
    /// Like `--with-audio` or `--no-audio`.
    pub(crate) audio: Option<bool>,
    /// Like `--input`; a file's path is relative to the project's folder.
    #[serde(default, deserialize_with = "source")]
    pub(crate) source: Option<Source>,
    /// Like `--mode`.
    pub(crate) mode: Option<Mode>,
    /// What plays while the processor isn't heard.
    pub(crate) on_bypass: Option<OnBypass>,
    /// Like `--port`.
    #[serde(default, deserialize_with = "port")]
    pub(crate) port: Option<NonZeroU16>,
    /// Like `--ui-port`.
    #[serde(default, deserialize_with = "port")]
    pub(crate) ui_port: Option<NonZeroU16>,
    /// Like `--profile`.
    pub(crate) profile: Option<String>,
    /// The devices that the project is meant for.
    #[serde(default)]
    pub(crate) devices: Devices,
    /// What is watched of the processor.
    #[serde(default)]
    pub(crate) realtime: RealtimeDefaults,
    /// The time that plays.
    #[serde(default)]
    pub(crate) transport: TransportDefaults,
    /// What `wavecraft check` holds the processor to.
    #[serde(default)]
    pub(crate) check: Check,
}

/// The time that plays.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransportDefaults {
    /// Like `--tempo`: in beats per minute.
    #[serde(default, deserialize_with = "tempo")]
    pub(crate) tempo: Option<f64>,
    /// Whether it plays from the start on.
    pub(crate) playing: Option<bool>,
    /// How many bars are repeated; 0 for none.
    #[serde(default, deserialize_with = "loop_bars")]
    pub(crate) loop_bars: Option<u32>,
    /// Like `--transport none`.
    pub(crate) none: Option<bool>,
}

impl TransportDefaults {
    /// What it changes of the time of all.
    pub(crate) fn change(&self) -> ChangeTransport {
        let Self { tempo, playing, loop_bars, .. } = *self;
        ChangeTransport { playing, tempo, position_beats: None, loop_bars }
    }
}

/// What `wavecraft check` holds the processor to.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Check {
    /// Tests that aren't run, and why not.
    #[serde(default, deserialize_with = "tests")]
    pub(crate) skip: BTreeMap<String, String>,
    /// What is still good.
    #[serde(default, deserialize_with = "limits")]
    pub(crate) limits: Limits,
}

/// Devices by their ids, or by parts of names that match only one device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Devices {
    /// The device that a microphone is heard from.
    pub(crate) input: Option<String>,
    /// The device that plays the sound.
    pub(crate) output: Option<String>,
}

/// What is watched of the processor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RealtimeDefaults {
    /// Whether what it does in `process` that an audio thread must not is told. Yes if absent. Like `--no-realtime-watch`.
    pub(crate) watch: Option<bool>,
}

impl Defaults {
    /// The defaults of the project in `folder`; empty if it has no such file.
    ///
    /// # Errors
    /// If the file can't be read, or has other contents, with the place and what is allowed there.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join(FILE);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error).with_context(|| format!("{} can't be read", file.display())),
        };
        let mut defaults: Self = toml::from_str(&text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            anyhow!("{}:{line}:{column}: {}", file.display(), error.message())
        })?;
        if let Some(Source::File { path }) = &mut defaults.source {
            *path = folder.join(PathBuf::from(&*path));
        }
        Ok(defaults)
    }
}

fn source<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Source>, D::Error> {
    String::deserialize(deserializer)?.parse().map(Some).map_err(D::Error::custom)
}

fn tempo<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let tempo = Some(f64::deserialize(deserializer)?);
    let change = ChangeTransport { tempo, ..ChangeTransport::default() };
    change.check().map(|()| tempo).map_err(D::Error::custom)
}

fn loop_bars<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let loop_bars = Some(u32::deserialize(deserializer)?);
    let change = ChangeTransport { loop_bars, ..ChangeTransport::default() };
    change.check().map(|()| loop_bars).map_err(D::Error::custom)
}

fn tests<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let tests = BTreeMap::<String, String>::deserialize(deserializer)?;
    for (name, why) in &tests {
        if wavecraft_companion_check::test(name).is_none() {
            return Err(D::Error::custom(format!(
                "there is no test `{name}`: `wavecraft check --list` lists them"
            )));
        }
        if why.trim().is_empty() {
            return Err(D::Error::custom(format!(
                "say why `{name}` is left out: {name} = \"a looper never ends\""
            )));
        }
    }
    Ok(tests)
}

fn limits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Limits, D::Error> {
    let limits = Limits::deserialize(deserializer)?;
    limits.check().map(|()| limits).map_err(D::Error::custom)
}

fn port<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NonZeroU16>, D::Error> {
    let value = toml::Value::deserialize(deserializer)?;
    let port = value.as_integer().and_then(|port| u16::try_from(port).ok()).and_then(NonZeroU16::new);
    port.map(Some).ok_or_else(|| D::Error::custom(NO_PORT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Defaults, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), text).unwrap();
        let shorter = |error: anyhow::Error| {
            let place = folder.path().join(FILE).display().to_string();
            error.to_string().replace(&place, FILE)
        };
        Defaults::read(folder.path()).map_err(shorter)
    }

    #[test]
    fn every_key_is_read_and_none_is_needed() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Defaults::read(folder.path()).unwrap(), Defaults::default());
        assert_eq!(read("# nothing\n"), Ok(Defaults::default()));
        let all = "audio = true\nsource = \"tone:440@-20\"\nmode = \"direct\"\non_bypass = \"silence\"\nport = 9100\nui_port = 5200\n\
                   profile = \"release\"\n[devices]\ninput = \"Scarlett\"\noutput = \"hw:1\"\n[realtime]\nwatch = false\n\
                   [transport]\ntempo = 98\nplaying = false\nloop_bars = 4\nnone = true\n\
                   [check]\nskip = { tail-ends = \"a looper never ends\" }\nlimits = { click_db = -20.0 }\n";
        let port = |port| NonZeroU16::new(port);
        assert_eq!(
            read(all),
            Ok(Defaults {
                audio: Some(true),
                source: Some(Source::Signal("tone:440@-20".parse().unwrap())),
                mode: Some(Mode::Direct),
                on_bypass: Some(OnBypass::Silence),
                port: port(9100),
                ui_port: port(5200),
                profile: Some("release".into()),
                devices: Devices { input: Some("Scarlett".into()), output: Some("hw:1".into()) },
                realtime: RealtimeDefaults { watch: Some(false) },
                transport: TransportDefaults {
                    tempo: Some(98.0),
                    playing: Some(false),
                    loop_bars: Some(4),
                    none: Some(true),
                },
                check: Check {
                    skip: BTreeMap::from([("tail-ends".into(), "a looper never ends".into())]),
                    limits: Limits { click_db: Some(-20.0), ..Limits::default() },
                },
            })
        );
    }

    #[test]
    fn a_file_is_one_of_the_projects() {
        let folder = tempfile::tempdir().unwrap();
        let sounds = |name: &str| {
            fs::write(folder.path().join(FILE), format!("source = \"file:{name}\"")).unwrap();
            Defaults::read(folder.path()).unwrap().source
        };
        let path = folder.path().join("sounds/drums.wav");
        assert_eq!(sounds("sounds/drums.wav"), Some(Source::File { path }));
        fs::write(folder.path().join(FILE), "source = \"sounds/drums.wav\"").unwrap();
        let plain = Defaults::read(folder.path()).unwrap().source;
        assert_eq!(
            plain,
            Some(Source::File { path: folder.path().join("sounds/drums.wav") }),
            "without file:"
        );
        assert_eq!(sounds("/drums.wav"), Some(Source::File { path: "/drums.wav".into() }));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_what_is_allowed() {
        for (text, place, said) in [
            (
                "mode = \"direct\"\nsauce = \"tone\"",
                "2:1",
                "unknown field `sauce`, expected one of `audio`, `source`, `mode`",
            ),
            ("[devices]\n  speaker = \"x\"", "2:3", "unknown field `speaker`, expected `input` or `output`"),
            ("[realtime]\nwatch = 1", "2:9", "expected a boolean"),
            ("[transport]\ntempo = 1000", "2:9", "a tempo is 20 to 999 beats per minute, not 1000"),
            ("[transport]\ntempo = nan", "2:9", "a tempo is 20 to 999 beats per minute, not NaN"),
            ("[transport]\nloop_bars = 65", "2:13", "a loop has 1 to 64 bars, or 0 for none, not 65"),
            (
                "[transport]\nbpm = 98",
                "2:1",
                "unknown field `bpm`, expected one of `tempo`, `playing`, `loop_bars`, `none`",
            ),
            ("mode = \"fast\"", "1:8", "unknown variant `fast`, expected `pipelined` or `direct`"),
            ("\non_bypass = \"wet\"", "2:13", "expected `dry` or `silence`"),
            (
                "source = \"radio\"",
                "1:10",
                "use mic, tone, noise, sweep, impulse, step, twotone, silence, or a sound file",
            ),
            (
                "source = \"tone:0\"",
                "1:10",
                "a frequency is 0.1 to 192000 Hz, as a plain number. Write tone[:HZ][@DB]",
            ),
            ("source = \"noise:pink@3\"", "1:10", "the level of pink noise is −120 to −12 dBFS"),
            (
                "[check]\nskip = { tail-end = \"x\" }",
                "2:8",
                "there is no test `tail-end`: `wavecraft check --list`",
            ),
            ("[check]\nskip = { tail-ends = \"\" }", "2:8", "say why `tail-ends` is left out"),
            (
                "[check.limits]\nclick = 1",
                "2:1",
                "unknown field `click`, expected one of `same_db`, `click_db`",
            ),
            ("[check]\nlimits = { rate_db = nan }", "2:10", "`rate_db` can't be NaN: 0.1 to 60 are possible"),
            ("port = 0", "1:8", "must be a port, 1 to 65535"),
            ("ui_port = 70000", "1:11", "must be a port, 1 to 65535"),
            ("port = \"a\"", "1:8", "must be a port, 1 to 65535"),
            ("port =", "1:7", ""),
        ] {
            let error = read(text).unwrap_err();
            assert!(
                error.starts_with(&format!("{FILE}:{place}: ")) && error.contains(said),
                "{text}: {error}"
            );
        }
    }
}
