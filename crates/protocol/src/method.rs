//! Methods as types: what a call asks for, what answers it, and how both are documented.
//!
//! The type of a method's parameters *is* the method. [`control::visit`](crate::control::visit) and
//! [`browser::visit`](crate::browser::visit) declare the methods of the two sockets, each once: servers, clients, the tables
//! of `docs/protocol.md` and the golden files are held to these two lists.

use crate::rpc::{Call, ErrorObject, INVALID_PARAMS, call_text};
use serde::{Serialize, de::DeserializeOwned};

/// A method of one of the sockets. The type itself is its parameters.
pub trait Method: Serialize + DeserializeOwned + 'static {
    /// Its name on the wire.
    const NAME: &'static str;
    /// How `docs/protocol.md` tells of it.
    const DOC: Doc;
    /// What answers it.
    type Result: Serialize + DeserializeOwned + 'static;

    /// Checks what the type itself can't rule out.
    ///
    /// # Errors
    /// A sentence for whoever called, without the method's name.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    /// The parameters of a call of this method, checked.
    ///
    /// # Errors
    /// [`INVALID_PARAMS`] with what is wrong with them.
    fn read(call: &Call) -> Result<Self, ErrorObject> {
        let params: Self = call.params()?;
        let wrong = |what| ErrorObject::new(INVALID_PARAMS, format!("{}: {what}", Self::NAME));
        params.check().map(|()| params).map_err(wrong)
    }

    /// The text of a request, to be answered with this number.
    fn request(&self, id: u64) -> String {
        call_text(Some(id), Self::NAME, self)
    }
}

/// A method's row in `docs/protocol.md`, in Markdown. A `?` behind a member's name says that it may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doc {
    /// Its parameters.
    pub params: &'static str,
    /// Its result, and what there is to know of the method.
    pub result: &'static str,
}

/// Goes through methods, one type after the other.
pub trait Visit {
    /// The next one.
    fn method<M: Method>(&mut self);
}

/// Collects the names of methods.
#[derive(Debug, Default)]
pub struct Names(pub Vec<&'static str>);

impl Visit for Names {
    fn method<M: Method>(&mut self) {
        self.0.push(M::NAME);
    }
}

/// Declares the methods of a socket, and a function that visits them in the order of the documentation.
macro_rules! methods {
    (
        $(#[$about:meta])*
        visit;
        $($name:literal $method:ty => $result:ty $(, check $check:path)?;
            $params:literal
            $doc:literal)*
    ) => {
        $(
            impl $crate::method::Method for $method {
                const NAME: &'static str = $name;
                const DOC: $crate::method::Doc = $crate::method::Doc { params: $params, result: $doc };
                type Result = $result;
                $(
                    fn check(&self) -> Result<(), String> {
                        $check(self)
                    }
                )?
            }
        )*

        $(#[$about])*
        pub fn visit(visitor: &mut impl $crate::method::Visit) {
            $(visitor.method::<$method>();)*
        }
    };
}
pub(crate) use methods;

/// Defines messages without members: written as `{}`, and read from whatever stands in their place.
macro_rules! empty {
    ($($(#[$about:meta])* $name:ident)*) => {
        $(
            $(#[$about])*
            #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
            pub struct $name {}

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                    serde::de::IgnoredAny::deserialize(from).map(|_| Self {})
                }
            }
        )*
    };
}
pub(crate) use empty;

empty! {
    /// The result of a method that has nothing to tell: it was done.
    Done
}
