//! The one line of a project's `src/bin/dev-audio.rs`.

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
