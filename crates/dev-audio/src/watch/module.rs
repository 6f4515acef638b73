//! The files that this process's code was loaded from.

use wavecraft_companion_protocol::realtime::Frame;

/// The longest name that is told, in bytes. The companion compares it with names that it knows, so a longer one says nothing.
const LONGEST_NAME: usize = 512;

/// Stands for a file that isn't known.
const UNKNOWN: &str = "?";

/// A part of a file in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Module {
    /// As the system's loader names it; empty for the program itself.
    pub(super) name: String,
    /// Where the part begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// What the loader added to the file's own addresses.
    pub(super) bias: usize,
}

/// What the addresses that calls return to are in their files.
pub(super) fn frames(addresses: &[usize], modules: &[Module]) -> Vec<Frame> {
    let frame = |address: &usize| {
        // Of the call: the next instruction may belong to another line, or function.
        let call = address.wrapping_sub(1);
        let module = modules.iter().find(|module| (module.start..module.end).contains(&call));
        let (name, bias) = module.map_or((UNKNOWN, 0), |module| (module.name.as_str(), module.bias));
        let module = if name.len() > LONGEST_NAME { UNKNOWN } else { name };
        Frame {
            module: module.to_owned(),
            address: u64::try_from(call.wrapping_sub(bias)).unwrap_or(u64::MAX),
        }
    };
    addresses.iter().map(frame).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_as_its_file_counts() {
        let module =
            |name: &str, start| Module { name: name.into(), start, end: start + 0x100, bias: start - 0x40 };
        let modules = [module("", 0x1000), module("/lib.so", 0x2000), module(&"x".repeat(513), 0x3000)];
        let told: Vec<_> = frames(&[0x1010, 0x2100, 0x2000, 0x3001, 0], &modules)
            .into_iter()
            .map(|f| (f.module, f.address))
            .collect();
        let named = |name: &str, address| (name.to_owned(), address);
        assert_eq!(told[..3], [named("", 0x4f), named("/lib.so", 0x13f), named("?", 0x1fff)]);
        assert_eq!(told[3].0, "?");
        assert_eq!(told[4].0, "?", "no address is of no file");
    }
}
