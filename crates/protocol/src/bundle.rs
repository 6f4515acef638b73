//! The paths of programs in the Mac's app. The command uses them to find the companion, and the app is checked against
//! them.

use std::path::Path;

/// The installed app's folder.
pub const NAME: &str = "Wavecraft Companion.app";
/// The bundle identifier, by which the system knows the app wherever it is.
pub const IDENTIFIER: &str = "dev.wavecraft.companion";
/// The companion's program in the app.
pub const COMPANION: &str = "Contents/MacOS/wavecraft-companion";
/// The `wavecraft` command in the app.
pub const COMMAND: &str = "Contents/Helpers/wavecraft";
/// The program that runs a plugin's library. The command looks for it in its own folder.
pub const PLUGIN_HOST: &str = "Contents/Helpers/wavecraft-plugin-host";

/// The app that contains this program, given the program's path without symbolic links; `None` outside an app.
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
