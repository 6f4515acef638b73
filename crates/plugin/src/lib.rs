//! Makes a plugin of a Wavecraft project's processors, in the formats CLAP and VST3, and on a Mac as an Audio Unit.
//!
//! ```
//! # use wavecraft::{Processor, Transport};
//! # #[derive(Default)]
//! # pub struct Filter;
//! # impl Processor for Filter {
//! #     type Params = ();
//! #     fn process(&mut self, _: &mut [&mut [f32]], _: &Transport, _: &()) {}
//! # }
//! wavecraft_plugin_export::export! {
//!     Filter;
//!     name = "My Filter",
//!     vendor = "A. Vendor",
//!     id = "com.example.my-filter",
//!     category = Filter,
//! }
//! # fn main() {}
//! ```
//!
//! The library that it stands in is both plugins; `wavecraft bundle` gives it the form that hosts look for.
//!
//! # What is the same as in the Companion
//! * **Parameters**: ids, names, ranges, skew, texts, defaults, order, each processor's bypass. A choice has its names.
//! * **Blocks** are whole; where a host automates a parameter, a block ends at the frame of the change.
//! * **`Transport`** has the host's tempo, position and whether it plays. Where the host stops, the processors are reset
//!   once, between two blocks.
//! * **Samples** that aren't finite leave as silence.
//! * **Channels**: two in, two out; or one and one.
//!
//! # A panic
//! A processor that panics, in `process` or where its parameters are described, is silent from then on. What it said goes
//! to standard error, or to the file that the environment variable `NICE_LOG` names. The host goes on.

mod about;
mod caught;
mod clap;
mod exported;
mod factory;
mod library;
mod own_host;
mod page;
mod parameters;
mod platform;

pub use about::{About, Category, Export};
pub use clap::entry;
pub use exported::Exported;
pub use factory::PRESETS;
pub use library::Library;

#[cfg(feature = "audio-unit")]
#[doc(hidden)]
pub use clap_wrapper;
#[doc(hidden)]
pub use nice_plug;
#[doc(hidden)]
pub use own_host::introduce;
#[doc(hidden)]
pub use page::Page;
#[doc(hidden)]
pub use wavecraft_dev_audio::{DevAudio, TakeText};

/// Exports processors in series as a CLAP and a VST3 plugin. The types implement `wavecraft::Processor` and `Default`, and
/// are those that `wavecraft_dev_audio::run!` names, in the same order: then the plugin sounds as in the Companion.
///
/// After the semicolon follow the fields of [`About`] that aren't as in [`About::new`], whose name and version are the
/// package's; `category` is one of [`Category`]. Hosts know the plugin by its `id`, in old songs too: it must never change.
#[macro_export]
macro_rules! export {
    ($($processor:ty),+ $(,)?; $($rest:tt)*) => {
        $crate::export!(@about [$($processor),+] [] $($rest)*);
    };
    (@about $processors:tt [$($given:tt)*] category = $category:ident $(, $($rest:tt)*)?) => {
        $crate::export!(@about $processors [$($given)* category: $crate::Category::$category,] $($($rest)*)?);
    };
    (@about $processors:tt [$($given:tt)*] $field:ident = $value:expr $(, $($rest:tt)*)?) => {
        $crate::export!(@about $processors [$($given)* $field: $value,] $($($rest)*)?);
    };
    (@about [$($processor:ty),+] [$($given:tt)*]) => {
        /// The plugin of this library.
        pub struct ThisPlugin;

        impl $crate::Export for ThisPlugin {
            const ABOUT: $crate::About = $crate::About {
                $($given)*
                ..$crate::About::new(::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_PKG_VERSION"))
            };

            fn chain() -> $crate::DevAudio {
                $crate::DevAudio::new(Self::ABOUT.name)
                    $(.processor(::core::stringify!($processor), <$processor as ::core::default::Default>::default))+
                    .latency_frames(Self::ABOUT.latency_frames)
            }

            fn library() -> &'static $crate::Library {
                static LIBRARY: $crate::Library = $crate::Library::new($crate::PRESETS);
                &LIBRARY
            }
        }

        /// What CLAP hosts look for in the library.
        // SAFETY: it has the name and the type that CLAP's entry.h gives it.
        #[unsafe(no_mangle)]
        #[used]
        pub static clap_entry: $crate::nice_plug::wrapper::clap::clap_plugin_entry =
            $crate::entry::<ThisPlugin>();

        type ExportedPlugin = $crate::Exported<ThisPlugin>;

        $crate::nice_plug::nice_export_vst3!(ExportedPlugin);
        $crate::audio_unit!();

        // SAFETY: for callers: see `PluginEntry` of wavecraft-dev-audio, whose name and type it has.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn wavecraft_plugin_v1(
            describe: $crate::TakeText,
            to: *mut ::core::ffi::c_void,
            failed: $crate::TakeText,
        ) {
            // SAFETY: the caller's promise is passed on.
            unsafe { $crate::introduce::<ThisPlugin>(describe, to, failed) }
        }
    };
}

/// Exports `GetPluginFactoryAUV2` on a Mac, which makes an Audio Unit of the library's CLAP.
#[cfg(feature = "audio-unit")]
#[doc(hidden)]
#[macro_export]
macro_rules! audio_unit {
    () => {
        $crate::clap_wrapper::export_auv2!();
    };
}

#[cfg(not(feature = "audio-unit"))]
#[doc(hidden)]
#[macro_export]
macro_rules! audio_unit {
    () => {};
}
