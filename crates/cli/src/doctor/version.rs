//! Versions in what programs say of themselves.

/// Major, minor, patch.
pub(super) type Version = (u64, u64, u64);

/// The first version in a text: `rustc 1.95.0 (59807616e 2026-04-14)`, `v22.12.0`, `0.1.0-dev`, `1.95`.
pub(super) fn version_in(text: &str) -> Option<Version> {
    text.split_whitespace().find_map(|word| {
        let core = word.trim_start_matches('v').split(['-', '+']).next()?;
        let mut parts = core.split('.').map(|part| part.parse().ok());
        let (major, minor) = (parts.next()??, parts.next()??);
        Some((major, minor, parts.next().map_or(Some(0), |patch| patch)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_found_in_what_programs_say() {
        assert_eq!(version_in("rustc 1.95.0 (59807616e 2026-04-14)"), Some((1, 95, 0)));
        assert_eq!(version_in("v22.12.1"), Some((22, 12, 1)));
        assert_eq!(version_in("wavecraft 0.10.0-rc.1"), Some((0, 10, 0)));
        assert_eq!(version_in("1.95"), Some((1, 95, 0)));
        assert_eq!(version_in("no version at all. None"), None);
    }
}
