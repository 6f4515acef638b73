//! The thread bounds of the types, checked by the compiler.

use wavecraft_ring::{ChildRing, HostRing, HostSide, Interrupt, ParameterWriter};

const fn send<T: Send>() {}
const fn send_and_sync<T: Send + Sync>() {}

const _: () = {
    send::<HostRing>();
    send::<HostSide>();
    send::<ChildRing>();
    send_and_sync::<ParameterWriter>();
    send_and_sync::<Interrupt>();
};

/// One of the two implementations is for every type, the other for `Sync` types. If both apply, the compiler can't tell
/// which is meant: this compiles only because `HostRing` isn't `Sync`.
trait NotSync<Which> {
    const HOLDS: () = ();
}
impl<T> NotSync<()> for T {}
impl<T: Sync> NotSync<u8> for T {}

const _: () = <HostRing as NotSync<_>>::HOLDS;
