//! The ways on which something that is noted reaches us.

use wavecraft_companion_protocol::realtime::Act;

/// By which of our functions it came. Two ways never share a place: their frames differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Entry {
    /// `GlobalAlloc::alloc` of this program.
    Allocate,
    /// `GlobalAlloc::alloc_zeroed` of this program.
    AllocateZeroed,
    /// `GlobalAlloc::realloc` of this program.
    Resize,
    /// `GlobalAlloc::dealloc` of this program.
    Free,
    /// A C function that this program exports, and by which memory is requested or resized.
    CAllocate,
    /// A C function that this program exports, and by which memory is given back.
    CFree,
    /// The system was called.
    SystemCall,
}

impl Entry {
    const ALL: [Self; 7] = [
        Self::Allocate,
        Self::AllocateZeroed,
        Self::Resize,
        Self::Free,
        Self::CAllocate,
        Self::CFree,
        Self::SystemCall,
    ];

    pub(super) const fn number(self) -> u8 {
        self as u8
    }

    /// What the companion is told of it: `value` is the number of bytes, or that of the system call.
    pub(super) fn act(number: u8, value: u64) -> Option<Act> {
        let entry = Self::ALL.into_iter().find(|entry| entry.number() == number)?;
        Some(match entry {
            Self::Allocate | Self::AllocateZeroed | Self::Resize | Self::CAllocate => {
                Act::Allocation { bytes: value }
            }
            Self::Free | Self::CFree => Act::Free,
            Self::SystemCall => Act::SystemCall { number: value.cast_signed() },
        })
    }

    /// How many frames of our own a stack begins with. None of the program's own allocator: the compiler inlines its functions
    /// into their callers where it likes to, so that the first frame may be the caller's. Who reads the stack knows our
    /// functions by their names.
    pub(super) const fn own_frames(self) -> usize {
        match self {
            // The function that is exported, which a library can't inline.
            Self::CAllocate | Self::CFree => 1,
            Self::Allocate | Self::AllocateZeroed | Self::Resize | Self::Free | Self::SystemCall => 0,
        }
    }

    /// Whether places of different values are different places.
    pub(super) const fn is_told_apart_by_its_value(self) -> bool {
        matches!(self, Self::SystemCall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_known_by_its_number() {
        for (number, entry) in (0..).zip(Entry::ALL) {
            assert_eq!(entry.number(), number);
            assert!(Entry::act(number, 1).is_some());
        }
        assert_eq!(Entry::act(7, 1), None);
        assert_eq!(Entry::act(Entry::SystemCall.number(), u64::MAX), Some(Act::SystemCall { number: -1 }));
    }
}
