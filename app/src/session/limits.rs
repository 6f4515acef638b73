//! Limits on what a command may attach.

use crate::executable;
use wavecraft_audio_core::MAX_PROJECTS;
use wavecraft_companion_protocol::{
    control::{Attach, BAD_EXECUTABLE, ProjectProgram},
    lab::MAX_BUILD_FILES,
    parameter::MAX_PARAMETERS,
    rpc::{ErrorObject, INTERNAL_ERROR, INVALID_PARAMS},
};

/// Limit of a project's name, in bytes.
const NAME_BYTES: usize = 256;
/// Limit of a folder's path, in bytes: more than any system allows.
const FOLDER_BYTES: usize = 4096;
/// The most pages that may be registered, and the limit of each one's address, in bytes.
const ORIGINS: usize = 64;
const ORIGIN_BYTES: usize = 256;

/// Letters of a changed file's name that are kept.
const FILE_CHARS: usize = 256;

/// Checks that there is room for one more project.
///
/// # Errors
/// There is none; the sentence is for the user.
pub(crate) fn room_for(projects: usize) -> Result<(), ErrorObject> {
    if projects < MAX_PROJECTS {
        return Ok(());
    }
    let message = format!("{MAX_PROJECTS} projects are attached already; detach one first");
    Err(ErrorObject::new(INTERNAL_ERROR, message))
}

/// Checks that everything is within its length limit.
///
/// # Errors
/// Something isn't; the sentence says what.
pub(crate) fn check(attach: &Attach) -> Result<(), ErrorObject> {
    let within = |what: &str, bytes: usize, most: usize| match bytes {
        bytes if bytes <= most => Ok(()),
        bytes => Err(wrong(format!("attach: {what} has {bytes} bytes, and may have {most}"))),
    };
    within("the name", attach.name.len(), NAME_BYTES)?;
    within("the project's folder", attach.project_dir.as_os_str().len(), FOLDER_BYTES)?;
    if attach.parameters.len() > MAX_PARAMETERS {
        let count = attach.parameters.len();
        return Err(wrong(format!("attach: {count} parameters, and there may be {MAX_PARAMETERS}")));
    }
    origins(&attach.origins)
}

/// The same for the pages' addresses.
///
/// # Errors
/// As for [`check`].
pub(crate) fn origins(origins: &[String]) -> Result<(), ErrorObject> {
    if origins.len() > ORIGINS {
        return Err(wrong(format!("{} pages, and there may be {ORIGINS}", origins.len())));
    }
    match origins.iter().find(|origin| origin.len() > ORIGIN_BYTES) {
        Some(long) => {
            Err(wrong(format!("a page's address has {} bytes, and may have {ORIGIN_BYTES}", long.len())))
        }
        None => Ok(()),
    }
}

/// Checks a program when it is named, so that the answer says what is wrong; each launch checks it again.
///
/// # Errors
/// It can't be run, or may not be.
pub(crate) fn check_program(program: &ProjectProgram) -> Result<(), ErrorObject> {
    executable::check(program)
        .map(drop)
        .map_err(|refused| ErrorObject::new(BAD_EXECUTABLE, refused.to_string()))
}

/// The names of changed files, cut to what is kept and shown, and how many more there are.
pub(crate) fn changed_files(mut files: Vec<String>, more: u32) -> (Vec<String>, u32) {
    let cut = u32::try_from(files.len().saturating_sub(MAX_BUILD_FILES)).unwrap_or(u32::MAX);
    files.truncate(MAX_BUILD_FILES);
    files.iter_mut().for_each(|file| *file = file.chars().take(FILE_CHARS).collect());
    (files, more.saturating_add(cut))
}

fn wrong(message: String) -> ErrorObject {
    ErrorObject::new(INVALID_PARAMS, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_of_long_names_is_cut_and_counted() {
        let (files, more) = changed_files(vec!["é".repeat(300); 20], u32::MAX - 5);
        assert_eq!((files.len(), files[0].chars().count(), more), (8, 256, u32::MAX));
        assert_eq!(changed_files(vec!["a.rs".into()], 2), (vec!["a.rs".to_owned()], 2));
    }
}
