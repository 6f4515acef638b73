//! The entry points for a project's `main`: [`run!`](crate::run!), or [`DevAudio`] in a hand-written `main`.

use std::env;
use std::process::ExitCode;

use wavecraft::Processor;
use wavecraft_companion_protocol::child::LINK_VARIABLE;

use crate::chain::{ChainDefinition, DescribedStage, Plan};
use crate::child::{self, Connection};
use crate::standalone::{self, USAGE};

/// Expands to a `main` that runs these processors in series under the Companion.
///
/// The types implement `wavecraft::Processor` and `Default`. Parameter ids are derived from the type names, as in a
/// Wavecraft plugin: `MyFilter` with a parameter `cutoff` gives `my_filter_cutoff` and `my_filter_bypass`; the second
/// `MyFilter` of a chain gives `my_filter_2_cutoff`. The project's name is its package's name.
///
/// ```
/// # use wavecraft::{Processor, Transport};
/// # #[derive(Default)]
/// # struct Filter;
/// # impl Processor for Filter {
/// #     type Params = ();
/// #     fn process(&mut self, _: &mut [&mut [f32]], _: &Transport, _: &()) {}
/// # }
/// # use Filter as Limiter;
/// wavecraft_dev_audio::run!(Filter, Limiter; latency_frames = 64);
/// ```
///
/// `latency_frames` is the number of frames by which the output lags behind the input, 0 if not given. It is shown as
/// part of the session's latency.
///
/// # The allocator
///
/// It also installs a global allocator, the system's behind a [`WatchedAllocator`](crate::WatchedAllocator), by which the
/// Companion tells what is allocated and freed in `process`. A program can have only one. If the project has its own, name
/// it here and take its `#[global_allocator]` away; it is wrapped:
///
/// ```
/// # use wavecraft::{Processor, Transport};
/// # #[derive(Default)]
/// # struct Filter;
/// # impl Processor for Filter {
/// #     type Params = ();
/// #     fn process(&mut self, _: &mut [&mut [f32]], _: &Transport, _: &()) {}
/// # }
/// # use assert_no_alloc::AllocDisabler;
/// wavecraft_dev_audio::run!(allocator = AllocDisabler, Filter);
/// ```
///
/// One that isn't a type without fields is given with its type: `allocator: Arena = Arena::new(1 << 20)`. If the
/// `#[global_allocator]` must stay where it is, in the processor's library, say `allocator = _`: then none is installed, and
/// the Companion says that allocations aren't watched, unless that one is wrapped itself:
/// `static ALLOCATOR: WatchedAllocator<Arena> = …`.
#[macro_export]
macro_rules! run {
    (allocator = _, $($rest:tt)+) => {
        $crate::run!(@main $($rest)+);
    };
    (allocator = $allocator:path, $($rest:tt)+) => {
        $crate::run!(allocator: $allocator = $allocator, $($rest)+);
    };
    (allocator: $type:ty = $allocator:expr, $($rest:tt)+) => {
        #[global_allocator]
        static ALLOCATOR_OF_RUN: $crate::WatchedAllocator<$type> = $crate::WatchedAllocator::new($allocator);
        $crate::run!(@main $($rest)+);
    };
    (@main $($processor:ty),+ $(,)? $(; latency_frames = $latency_frames:expr)? $(;)?) => {
        fn main() -> ::std::process::ExitCode {
            fn chain() -> $crate::DevAudio {
                $crate::DevAudio::new(::core::env!("CARGO_PKG_NAME"))
                    $(.processor(::core::stringify!($processor), <$processor as ::core::default::Default>::default))+
                    $(.latency_frames($latency_frames))?
            }
            chain().again(chain).run()
        }
    };
    (@main $($rest:tt)*) => {
        ::core::compile_error!(
            "run! takes processors, as in `run!(Filter, Limiter; latency_frames = 64)` or `run!(allocator = MyAlloc, Filter)`"
        );
    };
    ($($rest:tt)+) => {
        $crate::run!(allocator: ::std::alloc::System = ::std::alloc::System, $($rest)+);
    };
}

/// A chain of processors to run under the Companion.
///
/// [`run!`](crate::run!) builds one from types that implement `Default`. Where that isn't enough, for example if a
/// processor needs arguments, write `main` yourself:
///
/// ```no_run
/// use std::process::ExitCode;
/// use wavecraft_dev_audio::DevAudio;
/// # use wavecraft::{Processor, Transport};
/// # struct Delay(f32);
/// # impl Delay {
/// #     fn with_longest(seconds: f32) -> Self {
/// #         Self(seconds)
/// #     }
/// # }
/// # impl Processor for Delay {
/// #     type Params = ();
/// #     fn process(&mut self, _: &mut [&mut [f32]], _: &Transport, _: &()) {}
/// # }
///
/// fn main() -> ExitCode {
///     DevAudio::new(env!("CARGO_PKG_NAME"))
///         .processor("Delay", || Delay::with_longest(2.0))
///         .processor("Delay", || Delay::with_longest(0.1))
///         .latency_frames(64)
///         .run()
/// }
/// ```
pub struct DevAudio(pub(crate) ChainDefinition);

impl DevAudio {
    /// Creates a chain without processors, which passes its input through. `name` is the project's name as shown to the
    /// user.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(ChainDefinition { name: name.into(), latency_frames: 0, plans: Vec::new(), again: None })
    }

    /// Appends a processor. Its parameter ids start with `type_name` in snake case (the last part, if it is a path;
    /// repeated names are numbered), and its bypass is named after it.
    ///
    /// `make` is called on the thread that processes audio, before the first block.
    #[must_use]
    pub fn processor<P: Processor>(
        mut self,
        type_name: &str,
        make: impl FnOnce() -> P + Send + 'static,
    ) -> Self {
        self.0.plans.push(Plan::new(type_name, make));
        self
    }

    /// Appends a processor that isn't a type of this program.
    ///
    /// `describe` is called before any processor is created, on a different thread from the one that processes audio.
    /// An error it returns is shown to the user.
    #[must_use]
    pub fn stage(mut self, describe: impl FnOnce() -> Result<DescribedStage, String> + 'static) -> Self {
        self.0.plans.push(Plan::stage(describe));
        self
    }

    /// Sets the number of frames by which the output lags behind the input; 0 if not set. Shown as part of the
    /// session's latency.
    #[must_use]
    pub fn latency_frames(mut self, frames: u32) -> Self {
        self.0.latency_frames = frames;
        self
    }

    /// Says how to make the same chain once more: `wavecraft check` runs two in one process, to see whether they share state.
    ///
    /// [`run!`](crate::run!) does this by itself. `make` is called only if it is asked for.
    #[must_use]
    pub fn again(mut self, make: impl FnOnce() -> Self + 'static) -> Self {
        self.0.again = Some(Box::new(move || make().0));
        self
    }

    /// Runs the chain for as long as the Companion needs it, then ends the process.
    ///
    /// Returns only if the Companion didn't start this process, after printing how to start it (or, with `--describe`,
    /// the parameters as JSON). The result is the exit code for `main`.
    #[must_use = "it is the process's exit code"]
    pub fn run(self) -> ExitCode {
        self.run_with(env::args().skip(1))
    }

    /// Like [`run`](Self::run), for a program with its own arguments: `arguments` are the remaining ones.
    #[must_use = "it is the process's exit code"]
    pub fn run_with(self, arguments: impl Iterator<Item = String>) -> ExitCode {
        let Ok(link) = env::var(LINK_VARIABLE) else {
            return standalone::run(self.0, arguments);
        };
        match Connection::open(&link) {
            Ok(connection) => child::run(self.0, connection),
            Err(error) => {
                eprintln!(
                    "The environment variable {LINK_VARIABLE} is `{link}`, which can't be used: {error}."
                );
                eprintln!(
                    "The Wavecraft Companion sets it for the programs that it starts. Elsewhere, unset it."
                );
                ExitCode::from(USAGE)
            }
        }
    }
}
