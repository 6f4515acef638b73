//! A program's load commands: the system it is for, and where it would look for libraries.

use crate::{
    finding::{Check, Findings},
    program::Slice,
    recipe::OLDEST_SYSTEM,
};
use object::{macho::PLATFORM_MACOS, read::macho::LoadCommandVariant};

pub(crate) fn check_architectures(place: &str, slices: &[Slice<'_>], findings: &mut Findings) {
    let mut found: Vec<_> = slices.iter().map(|slice| slice.architecture).collect();
    found.sort_unstable();
    if found != ["arm64", "x86_64"] {
        findings.add(
            Check::Architectures,
            place,
            format!("is for {}, not for arm64 and x86_64", found.join(" and ")),
        );
    }
}

pub(crate) fn check(place: &str, slice: &Slice<'_>, findings: &mut Findings) {
    let mut said = false;
    for command in &slice.commands {
        match command {
            LoadCommandVariant::BuildVersion(build) => {
                said = true;
                let (platform, oldest) =
                    (build.platform.get(slice.endian), version(build.minos.get(slice.endian)));
                if platform != PLATFORM_MACOS || oldest != OLDEST_SYSTEM {
                    let words = format!(
                        "is for platform {platform} from {oldest}, not for macOS from {OLDEST_SYSTEM}"
                    );
                    findings.add(Check::OldestSystem, place, words);
                }
            }
            LoadCommandVariant::Rpath(_) => {
                findings.add(
                    Check::Libraries,
                    place,
                    "looks for libraries in a folder of its own (LC_RPATH)",
                );
            }
            LoadCommandVariant::DyldEnvironment(_) => {
                findings.add(Check::Libraries, place, "sets variables for the loader (LC_DYLD_ENVIRONMENT)");
            }
            _ => {}
        }
    }
    if !said {
        findings.add(Check::OldestSystem, place, "doesn't say for which system it is");
    }
}

/// Formats `xxxx.yy.zz` in nibbles, without a trailing `.0`.
fn version(packed: u32) -> String {
    let (major, minor, patch) = (packed >> 16, packed >> 8 & 0xff, packed & 0xff);
    if patch == 0 { format!("{major}.{minor}") } else { format!("{major}.{minor}.{patch}") }
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_are_unpacked() {
        assert_eq!(version(0x000e_0400), "14.4");
        assert_eq!(version(0x000a_0f07), "10.15.7");
    }
}
