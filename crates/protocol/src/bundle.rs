//! Where programs are in the Mac's app. The command finds the companion by it, and the app is checked against it.

use std::path::Path;

/// The app's folder, as it is installed.
pub const NAME: &str = "Wavecraft Companion.app";
/// By this the system knows the app, wherever it is.
pub const IDENTIFIER: &str = "dev.wavecraft.companion";
/// The companion's program in the app.
pub const COMPANION: &str = "Contents/MacOS/wavecraft-companion";
/// The `wavecraft` command in the app.
pub const COMMAND: &str = "Contents/Helpers/wavecraft";
/// The program that runs a plugin's library, beside the command, which looks for it there.
pub const PLUGIN_HOST: &str = "Contents/Helpers/wavecraft-plugin-host";

/// The app that holds this program, by its path without links; `None` for one outside of an app.
#[must_use]
pub fn holding(program: &Path) -> Option<&Path> {
    program.ancestors().find(|folder| folder.extension().is_some_and(|kind| kind == "app"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_of_the_app_finds_it() {
        let app = Path::new("/Applications").join(NAME);
        for program in [COMPANION, COMMAND, PLUGIN_HOST] {
            assert_eq!(holding(&app.join(program)), Some(app.as_path()));
        }
    }

    #[test]
    fn an_app_may_have_another_name_and_place() {
        let app = Path::new("/Users/ada/My apps/Companion 2.app");
        assert_eq!(holding(&app.join(COMMAND)), Some(app));
    }

    #[test]
    fn outside_of_an_app_there_is_none() {
        assert_eq!(holding(Path::new("/Users/ada/application/target/release/wavecraft")), None);
    }
}
