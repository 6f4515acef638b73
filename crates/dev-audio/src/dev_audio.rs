//! What a project's `main` calls: [`run!`](crate::run!), or [`DevAudio`] for a `main` of one's own.

use std::env;
use std::process::ExitCode;

use wavecraft::Processor;
use wavecraft_companion_protocol::child::LINK_VARIABLE;

use crate::chain::{ChainDefinition, DescribedStage, Plan};
use crate::child::{self, Connection};
use crate::standalone::{self, USAGE};

/// Expands to a `main` that runs these processors, in series, under the Companion.
///
/// The types implement `wavecraft::Processor` and `Default`. Parameter ids are made from the types' names, as in
/// a Wavecraft plugin: `MyFilter` with a parameter `cutoff` gives `my_filter_cutoff` and `my_filter_bypass`; the
/// second `MyFilter` of a chain gives `my_filter_2_cutoff`. The project's name is its package's.
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
/// `latency_frames` is how many frames the output lags behind the input, 0 if not given; it is shown as a part of the
/// session's latency.
#[macro_export]
macro_rules! run {
    ($($processor:ty),+ $(,)? $(; latency_frames = $latency_frames:expr)? $(;)?) => {
        fn main() -> ::std::process::ExitCode {
            $crate::DevAudio::new(::core::env!("CARGO_PKG_NAME"))
                $(.processor(::core::stringify!($processor), <$processor as ::core::default::Default>::default))+
                $(.latency_frames($latency_frames))?
                .run()
        }
    };
}

/// A chain of processors, to be run under the Companion.
///
/// [`run!`](crate::run!) makes one of types that are `Default`. Where that isn't enough, as for a processor that needs
/// arguments, write the `main` yourself:
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
    /// A chain without a processor: it plays what it hears. `name` is the project's, for a person to read.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(ChainDefinition { name: name.into(), latency_frames: 0, plans: Vec::new() })
    }

    /// Appends a processor. Parameter ids start with `type_name` in snake case (of a path its last part; repeated ones
    /// are numbered), and its bypass is named after it.
    ///
    /// `make` is called on the thread that will process audio, before the first block.
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
    /// `describe` is called before anything is made, on another thread than the one that will process audio. What it
    /// returns as an error is shown to a person.
    #[must_use]
    pub fn stage(mut self, describe: impl FnOnce() -> Result<DescribedStage, String> + 'static) -> Self {
        self.0.plans.push(Plan::stage(describe));
        self
    }

    /// How many frames the output lags behind the input; 0 if not set. Shown as a part of the session's latency.
    #[must_use]
    pub fn latency_frames(mut self, frames: u32) -> Self {
        self.0.latency_frames = frames;
        self
    }

    /// Runs the chain for as long as the Companion wants it, then ends the process.
    ///
    /// Returns only where the Companion didn't start this process, after a text that says how to start it (or, with
    /// `--describe`, after the parameters as JSON): the code to leave `main` with.
    #[must_use = "it is the process's exit code"]
    pub fn run(self) -> ExitCode {
        self.run_with(env::args().skip(1))
    }

    /// As [`run`](Self::run), in a program that has arguments of its own: `arguments` is what is left of them.
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
