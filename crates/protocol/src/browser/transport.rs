//! The time, as pages ask for it.

use crate::method::empty;

empty! {
    /// The time.
    GetTransport
    /// Tap the tempo: once for each beat.
    TapTempo
}
