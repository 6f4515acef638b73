//! The authority that permits this program to use the microphone.

use super::access::Permission;
use crate::outlet::Outlet;

/// The user answered the system's question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered;

/// The authority that gives the permission.
pub(crate) trait Authority: Send {
    /// The present permission. Quick enough to be called every few seconds.
    fn state(&self) -> Permission;

    /// Makes it ask the user. Returns at once; [`Answered`] follows.
    fn ask(&self, answered: &Outlet<Answered>);

    /// The address of the settings where permission can be given; none where that isn't needed.
    fn settings(&self) -> Option<&'static str>;
}
