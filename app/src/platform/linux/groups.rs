//! The members of a group, according to the system's own files.

use rustix::{fs::getxattr, io::Errno};
use std::{fs, path::Path};

/// Below this number are the groups that a system creates for itself (login.defs(5), `SYS_GID_MAX`).
const FIRST_GROUP_OF_PEOPLE: u32 = 1000;

/// Whether the group's write permission for `place` lets nobody but the user `uid` and the system write. On Debian,
/// Fedora and their relatives each user has a private group, and new files are writable by it.
///
/// A group from a directory service isn't in the system's files, and counts as shared.
pub(crate) fn writes_as_group_alone(place: &Path, gid: u32, uid: u32) -> bool {
    // An access control list shows its mask as the group's bits, and may name other users.
    let mut nothing: [u8; 0] = [];
    let has_list = match getxattr(place, "system.posix_acl_access", &mut nothing[..]) {
        Ok(length) => length > 0,
        Err(Errno::NODATA | Errno::OPNOTSUPP) => false,
        Err(_) => true,
    };
    let read = |file| fs::read_to_string(file).unwrap_or_default();
    !has_list && is_alone(gid, uid, &read("/etc/group"), &read("/etc/passwd"))
}

/// The same from the texts of group(5) and passwd(5).
fn is_alone(gid: u32, uid: u32, groups: &str, users: &str) -> bool {
    let number = |field: Option<&&str>| field.and_then(|field| field.parse::<u32>().ok());
    let mut own_name = None;
    for line in users.lines() {
        let fields: Vec<&str> = line.split(':').collect();
        let (user, primary) = (number(fields.get(2)), number(fields.get(3)));
        if user == Some(uid) {
            own_name = fields.first().copied();
        } else if user != Some(0) && primary == Some(gid) {
            return false;
        }
    }
    let group = groups.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        (number(fields.get(2)) == Some(gid)).then_some(fields)
    });
    let Some(group) = group else { return false };
    let (name, members) = (group.first().copied(), group.get(3).copied().unwrap_or_default());
    let known = |member: &str| member.is_empty() || member == "root" || Some(member) == own_name;
    let own_or_systems = gid < FIRST_GROUP_OF_PEOPLE || (name.is_some() && name == own_name);
    own_or_systems && members.split(',').all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_of_ones_own_is_nobody_elses() {
        let users = "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nbob:x:1001:1002::/home/bob:/bin/sh\n\
                     svc:x:120:60::/:/bin/false\n";
        let groups = "root:x:0:\nstaff:x:50:\nshared:x:51:ann,bob\nown:x:52:ann,root\ntheirs:x:60:\nann:x:1000:\nteam:x:1001:\n\
                      bob:x:1002:\n";
        let alone = |gid| is_alone(gid, 1000, groups, users);
        assert!(alone(1000), "a person's own group, as Debian makes it");
        assert!(alone(0) && alone(50) && alone(52), "a system's group with nobody else in it");
        assert!(!alone(51), "one that has another member");
        assert!(!alone(60), "one that another user is in from the start");
        assert!(!alone(1001), "one of people's, by another name: a directory service may know its members");
        assert!(!alone(1002), "another person's own");
        assert!(!alone(4711), "one that the system's files don't know");
        assert!(!is_alone(1000, 1000, "ann:x:1000:bob\n", users));
        assert!(!is_alone(1000, 1003, groups, users), "a user that the system's files don't know");
    }
}
