//! A plugin library's processor on the audio thread.
#![expect(unsafe_code, reason = "one function of the library's table takes a pointer and a length")]

use std::ffi::c_void;
use std::ptr::{self, NonNull};

use wavecraft::Transport;
use wavecraft_dev_audio::Stage;
use wavecraft_protocol::DevProcessorVTable;

/// The number of channels that the library's `process` can take: with more it would do nothing.
const MOST_CHANNELS: usize = 2;

/// A processor created by the library. It lives as long as the process, as the library does.
pub(crate) struct LibraryProcessor {
    table: DevProcessorVTable,
    instance: NonNull<c_void>,
}

impl LibraryProcessor {
    /// Has the library create a processor, and sets its parameters to the values shown. `table` has the known version,
    /// and its library is never unloaded.
    ///
    /// # Errors
    /// When the library creates none.
    pub(crate) fn make(table: DevProcessorVTable, defaults: &[f32]) -> Result<Self, String> {
        let instance = NonNull::new((table.create)())
            .ok_or("the library made no processor: does its `Default` panic?")?;
        let mut processor = Self { table, instance };
        processor.apply(defaults);
        Ok(processor)
    }
}

// SAFETY: the instance is of a type that implements the published `Processor`, which is `Send`, and only one thread at a
// time has it.
unsafe impl Send for LibraryProcessor {}

impl Stage for LibraryProcessor {
    fn prepare(&mut self, sample_rate: f32) {
        (self.table.set_sample_rate)(self.instance.as_ptr(), sample_rate);
        self.reset();
    }

    fn reset(&mut self) {
        (self.table.reset)(self.instance.as_ptr());
    }

    fn apply(&mut self, values: &[f32]) {
        // SAFETY: the instance is the one that this table made, and is used by this thread alone; the values are as many
        // as the length says, in the order in which the library described them.
        unsafe { (self.table.apply_plain_values)(self.instance.as_ptr(), values.as_ptr(), values.len()) };
    }

    fn process(&mut self, block: &mut [&mut [f32]], _: &Transport) {
        let mut channels = [ptr::null_mut(); MOST_CHANNELS];
        let (mut count, mut frames) = (0, 0);
        for (channel, samples) in channels.iter_mut().zip(block) {
            *channel = samples.as_mut_ptr();
            frames = u32::try_from(samples.len()).unwrap_or(0);
            count += 1;
        }
        (self.table.process)(self.instance.as_ptr(), channels.as_mut_ptr(), count, frames);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::slice;

    /// Stands in for the library's processor: a gain, and the calls it received.
    #[derive(Default)]
    struct Gain {
        gain: f32,
        sample_rate: f32,
        resets: u32,
    }

    extern "C" fn create() -> *mut c_void {
        Box::into_raw(Box::new(Gain::default())).cast()
    }

    extern "C" fn create_none() -> *mut c_void {
        ptr::null_mut()
    }

    fn gain(instance: *mut c_void) -> &'static mut Gain {
        // SAFETY: the tests pass what `create` made, which is never freed, and hold no other reference to it.
        unsafe { &mut *instance.cast() }
    }

    extern "C" fn process(instance: *mut c_void, channels: *mut *mut f32, count: u32, frames: u32) {
        // SAFETY: the caller passes `count` channels.
        let channels = unsafe { slice::from_raw_parts(channels, usize::try_from(count).unwrap()) };
        for &channel in channels {
            // SAFETY: and each has `frames` samples, which nothing else uses.
            let samples = unsafe { slice::from_raw_parts_mut(channel, usize::try_from(frames).unwrap()) };
            samples.iter_mut().for_each(|sample| *sample *= gain(instance).gain);
        }
    }

    // SAFETY: for callers: `instance` is of `create`, and `values` points to `count` of them.
    unsafe extern "C" fn apply_plain_values(instance: *mut c_void, values: *const f32, count: usize) {
        // SAFETY: the caller passes `count` values.
        let values = unsafe { slice::from_raw_parts(values, count) };
        gain(instance).gain = values[0];
    }

    extern "C" fn set_sample_rate(instance: *mut c_void, sample_rate: f32) {
        gain(instance).sample_rate = sample_rate;
    }

    extern "C" fn reset(instance: *mut c_void) {
        gain(instance).resets += 1;
    }

    extern "C" fn drop(_: *mut c_void) {}

    const TABLE: DevProcessorVTable =
        DevProcessorVTable { version: 2, create, process, apply_plain_values, set_sample_rate, reset, drop };

    #[test]
    fn blocks_go_through_without_an_allocation() {
        let mut processor = LibraryProcessor::make(TABLE, &[0.5]).unwrap();
        let (mut left, mut right, mut third) = ([1.0_f32; 5], [2.0; 5], [3.0; 5]);
        assert_no_alloc::assert_no_alloc(|| {
            processor.process(&mut [&mut left, &mut right, &mut third], &Transport::default());
            processor.apply(&[2.0]);
            processor.process(&mut [&mut left], &Transport::default());
        });
        assert_eq!((left, right), ([1.0; 5], [1.0; 5]));
        assert_eq!(third, [3.0; 5], "a channel that the table can't take stays as it is");
    }

    #[test]
    fn the_rate_is_set_before_the_state_is_cleared() {
        let mut processor = LibraryProcessor::make(TABLE, &[1.0]).unwrap();
        processor.prepare(44_100.0);
        let gain = gain(processor.instance.as_ptr());
        assert_eq!((gain.sample_rate, gain.resets), (44_100.0, 1));
    }

    #[test]
    fn a_library_that_makes_none_is_told_of() {
        let refused = LibraryProcessor::make(DevProcessorVTable { create: create_none, ..TABLE }, &[]);
        assert!(refused.err().unwrap().contains("made no processor"));
    }
}
