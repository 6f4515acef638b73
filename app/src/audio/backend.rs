//! Which sound system is requested.

use clap::ValueEnum;
use wavecraft_audio_core::{BackendKind, has_backend};

/// The requested audio backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BackendChoice {
    /// The system's devices, by what suits the system best.
    Auto,
    /// macOS's devices, by CoreAudio itself or not at all.
    #[value(name = "coreaudio")]
    CoreAudio,
    /// The system's devices, by the library cpal.
    Cpal,
    /// The JACK server that runs, and the virtual one only while there is none.
    Jack,
    /// A timer in place of devices: no sound.
    Virtual,
}

impl BackendChoice {
    /// The kind that is opened. For [`Virtual`](Self::Virtual) that is the virtual device itself; for the others it
    /// stands in while there is no device.
    pub(crate) fn kind(self) -> BackendKind {
        match self {
            Self::Auto => BackendKind::System,
            Self::CoreAudio => BackendKind::CoreAudio,
            Self::Cpal => BackendKind::Cpal,
            Self::Jack => BackendKind::Jack,
            Self::Virtual => BackendKind::Virtual,
        }
    }

    /// Checks that this system has it.
    ///
    /// # Errors
    /// It doesn't; the sentence is for the user.
    pub(crate) fn check(self) -> Result<(), String> {
        if has_backend(self.kind()) {
            return Ok(());
        }
        let name = self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        Err(format!("there is no backend `{name}` on this system"))
    }

    /// The backend that the settings name.
    ///
    /// # Errors
    /// They name something else, or one that this system doesn't have; the sentence is for the user.
    pub(crate) fn of_settings(name: Option<&str>) -> Result<Self, String> {
        let Some(name) = name else { return Ok(Self::Auto) };
        let choice = Self::from_str(name, true).map_err(|_| format!("there is no backend `{name}`"))?;
        choice.check().map(|()| choice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_backend_is_one_that_there_is_here() {
        assert_eq!(BackendChoice::of_settings(None), Ok(BackendChoice::Auto));
        assert_eq!(BackendChoice::of_settings(Some("virtual")), Ok(BackendChoice::Virtual));
        assert_eq!(BackendChoice::of_settings(Some("CPAL")), Ok(BackendChoice::Cpal));
        let told = BackendChoice::of_settings(Some("asio")).unwrap_err();
        assert_eq!(told, "there is no backend `asio`");
        let coreaudio = BackendChoice::of_settings(Some("coreaudio"));
        if has_backend(BackendKind::CoreAudio) {
            assert_eq!(coreaudio, Ok(BackendChoice::CoreAudio));
        } else {
            let told = "there is no backend `coreaudio` on this system";
            assert_eq!(coreaudio, Err(told.to_owned()));
        }
    }
}
