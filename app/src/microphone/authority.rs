//! Who permits this program to use the microphone.

use super::access::Permission;
use crate::outlet::Outlet;

/// The person answered the system's question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered;

/// Who gives the permission.
pub(crate) trait Authority: Send {
    /// What it says at this moment. Quick enough to be asked every few seconds.
    fn state(&self) -> Permission;

    /// Lets it ask the person. Returns at once; [`Answered`] follows.
    fn ask(&self, answered: &Outlet<Answered>);

    /// The address of the settings where it can be given; none where it isn't needed.
    fn settings(&self) -> Option<&'static str>;
}
