//! Finds the folder that a decision is about.

use crate::{failure::Usage, project::Project};
use anyhow::bail;
use std::path::PathBuf;
use wavecraft_companion_protocol::{
    microphone::{Access, Listener, MicrophoneAccess},
    settings::Consent,
};

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Allow,
    Deny,
    Forget,
}

/// The folder that is meant: that of the named project or folder, else of this folder's project, else of the only one
/// whose permission the decision would change.
///
/// # Errors
/// If there is none, or more than one is possible.
pub(super) fn choose(verb: Verb, named: Option<&str>, known: &MicrophoneAccess) -> anyhow::Result<PathBuf> {
    if let Some(name) = named {
        return of_name(name, known);
    }
    let here = std::env::current_dir().ok();
    let here =
        here.and_then(|folder| Project::find(&folder).ok().map(|project| project.folder).or(Some(folder)));
    choose_without_a_name(verb, here, known)
}

fn choose_without_a_name(
    verb: Verb,
    here: Option<PathBuf>,
    known: &MicrophoneAccess,
) -> anyhow::Result<PathBuf> {
    let listens = |folder: &PathBuf| known.projects.iter().any(|project| project.project_dir == *folder);
    let was_said = |folder: &PathBuf| known.remembered.iter().any(|said| said.project_dir == *folder);
    if let Some(here) = here.filter(|here| listens(here) || (verb != Verb::Allow && was_said(here))) {
        return Ok(here);
    }
    let mut candidates: Vec<(PathBuf, String)> = match verb {
        Verb::Allow => {
            running(known, |project| matches!(project.access, Access::Unconfirmed | Access::Refused))
        }
        Verb::Deny => {
            let allowed = known.remembered.iter().filter(|said| said.consent == Consent::Allowed);
            let allowed =
                allowed.map(|said| (said.project_dir.clone(), said.project_dir.display().to_string()));
            let mut candidates = running(known, |project| project.access != Access::Refused);
            candidates.extend(allowed);
            candidates
        }
        Verb::Forget => {
            let said = known.remembered.iter();
            said.map(|said| (said.project_dir.clone(), said.project_dir.display().to_string())).collect()
        }
    };
    let mut seen = std::collections::BTreeSet::new();
    candidates.retain(|(folder, _)| seen.insert(folder.clone()));
    match (&candidates[..], verb) {
        ([(folder, _)], _) => Ok(folder.clone()),
        ([], Verb::Allow) => bail!(
            "no project waits for the microphone: start one with `wavecraft start --with-audio --input mic`. \
             `wavecraft microphone` lists who may hear it"
        ),
        ([], Verb::Deny) => {
            bail!("no project hears the microphone or asks for it, and no folder was allowed it")
        }
        ([], Verb::Forget) => bail!("nothing was said of the microphone and any folder"),
        (several, _) => {
            let names: Vec<_> = several.iter().map(|(_, name)| name.as_str()).collect();
            Err(Usage(format!("several could be meant: say which of {}", names.join(", "))).into())
        }
    }
}

fn running(known: &MicrophoneAccess, wanted: impl Fn(&Listener) -> bool) -> Vec<(PathBuf, String)> {
    let projects = known.projects.iter().filter(|project| wanted(project));
    projects.map(|project| (project.project_dir.clone(), project.session.clone())).collect()
}

fn of_name(name: &str, known: &MicrophoneAccess) -> anyhow::Result<PathBuf> {
    let sessions = || known.projects.iter();
    if let Some(project) = sessions().find(|project| project.session == name) {
        return Ok(project.project_dir.clone());
    }
    let mut folders: Vec<_> = sessions()
        .filter(|project| project.name == name)
        .map(|project| project.project_dir.clone())
        .collect();
    folders.dedup();
    match folders.len() {
        0 => {}
        1 => return Ok(folders.remove(0)),
        _ => {
            let of_name = sessions().filter(|project| project.name == name);
            let names: Vec<_> = of_name.map(|project| project.session.as_str()).collect();
            return Err(Usage(format!(
                "several projects are named `{name}`: say which of {}",
                names.join(", ")
            ))
            .into());
        }
    }
    // A folder: as written, or as found from here; a deleted one can still be forgotten.
    let written = PathBuf::from(name);
    let absolute = std::path::absolute(&written).unwrap_or_else(|_| written.clone());
    let real = written.canonicalize().unwrap_or_else(|_| absolute.clone());
    let is_known = |folder: &PathBuf| {
        sessions().any(|project| project.project_dir == *folder)
            || known.remembered.iter().any(|said| said.project_dir == *folder)
    };
    match [real, absolute, written].into_iter().find(is_known) {
        Some(folder) => Ok(folder),
        None => bail!(
            "no project `{name}` listens to the microphone, and nothing was said of a folder of this name: \
             `wavecraft microphone` lists both"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::microphone::Remembered;

    fn known(projects: &[(&str, &str, Access)], said: &[(&str, Consent)]) -> MicrophoneAccess {
        MicrophoneAccess {
            permission: None,
            projects: projects
                .iter()
                .map(|(session, folder, access)| Listener {
                    session: (*session).into(),
                    name: session.split('-').next().unwrap_or_default().into(),
                    project_dir: (*folder).into(),
                    access: *access,
                })
                .collect(),
            remembered: said
                .iter()
                .map(|(folder, consent)| Remembered {
                    project_dir: (*folder).into(),
                    consent: *consent,
                    given: None,
                })
                .collect(),
        }
    }

    #[test]
    fn without_a_name_it_is_this_folder_or_the_only_one_that_is_concerned() {
        let two = known(
            &[
                ("a-1", "/a", Access::Unconfirmed),
                ("b-1", "/b", Access::Unconfirmed),
                ("c-1", "/c", Access::Allowed),
            ],
            &[("/c", Consent::Allowed), ("/old", Consent::Refused)],
        );
        let of = |verb, here: &str, known: &MicrophoneAccess| {
            choose_without_a_name(verb, Some(here.into()), known)
        };
        assert_eq!(of(Verb::Allow, "/b", &two).unwrap(), PathBuf::from("/b"));
        let several = of(Verb::Allow, "/elsewhere", &two).unwrap_err();
        assert!(several.is::<Usage>() && several.to_string().contains("a-1, b-1"), "{several}");
        assert!(of(Verb::Forget, "/elsewhere", &two).unwrap_err().to_string().contains("/c, /old"));
        assert_eq!(of(Verb::Forget, "/old", &two).unwrap(), PathBuf::from("/old"));

        let one = known(&[("a-1", "/a", Access::Unconfirmed), ("c-1", "/c", Access::Allowed)], &[]);
        assert_eq!(of(Verb::Allow, "/elsewhere", &one).unwrap(), PathBuf::from("/a"));
        // A project that hears it already can be allowed again, with a note.
        assert_eq!(of(Verb::Allow, "/c", &one).unwrap(), PathBuf::from("/c"));
        for verb in [Verb::Allow, Verb::Deny, Verb::Forget] {
            assert!(of(verb, "/elsewhere", &known(&[], &[])).is_err(), "{verb:?}");
        }
    }

    #[test]
    fn a_name_is_a_session_a_project_or_a_folder() {
        let known = known(
            &[
                ("a-1", "/a", Access::Unconfirmed),
                ("a-2", "/b", Access::Allowed),
                ("c-1", "/c", Access::Allowed),
            ],
            &[("/gone/away", Consent::Allowed)],
        );
        assert_eq!(of_name("a-2", &known).unwrap(), PathBuf::from("/b"));
        assert_eq!(of_name("c", &known).unwrap(), PathBuf::from("/c"));
        assert_eq!(of_name("/gone/away", &known).unwrap(), PathBuf::from("/gone/away"));
        assert!(of_name("a", &known).unwrap_err().to_string().contains("a-1, a-2"));
        assert!(of_name("/x", &known).unwrap_err().to_string().contains("`/x`"));
    }
}
