//! Methods as types: their parameters, their results, and their documentation.
//!
//! The type of a method's parameters *is* the method. [`control::visit`](crate::control::visit) and
//! [`browser::visit`](crate::browser::visit) declare the methods of the two sockets, each once. Servers, clients, the
//! tables of `docs/protocol.md` and the golden files are checked against these two lists.

use crate::rpc::{Call, ErrorObject, INVALID_PARAMS, call_text};
use serde::{Serialize, de::DeserializeOwned};

/// A method of one of the sockets. The type itself is its parameters.
pub trait Method: Serialize + DeserializeOwned + 'static {
    /// Its name on the wire.
    const NAME: &'static str;
    /// Its documentation in `docs/protocol.md`.
    const DOC: Doc;
    /// The type of its answer.
    type Result: Serialize + DeserializeOwned + 'static;

    /// Checks what the type itself can't enforce.
    ///
    /// # Errors
    /// A sentence for the caller, without the method's name.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    /// Reads and checks the parameters of a call of this method.
    ///
    /// # Errors
    /// [`INVALID_PARAMS`] with a description of the problem.
    fn read(call: &Call) -> Result<Self, ErrorObject> {
        let params: Self = call.params()?;
        let wrong = |what| ErrorObject::new(INVALID_PARAMS, format!("{}: {what}", Self::NAME));
        params.check().map(|()| params).map_err(wrong)
    }

    /// The text of a request with this id.
    fn request(&self, id: u64) -> String {
        call_text(Some(id), Self::NAME, self)
    }
}

/// A method's row in `docs/protocol.md`, in Markdown. A `?` after a member's name means that it may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doc {
    /// Its parameters.
    pub params: &'static str,
    /// Its result, and remarks on the method.
    pub result: &'static str,
}

/// Visits methods, one type after the other.
pub trait Visit {
    /// Called for the next method.
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

/// Defines messages without members: written as `{}`, and read from any value.
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
    /// The result of a method that returns nothing: it succeeded.
    Done
}
