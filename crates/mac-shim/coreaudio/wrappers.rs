//! The parts that the Mac's files use of three crates that don't compile here: a block, a queue, and coreaudio-rs's
//! unit. They only make the same system calls in the same order.

/// A reference-counted block; `as_ptr` is what the system copies.
pub(crate) mod block2 {
    use std::marker::PhantomData;
    use std::ptr::NonNull;
    use std::sync::Arc;

    use super::super::hal::AudioObjectPropertyAddress as Address;

    /// The function in a block.
    pub(crate) type Called = Box<dyn Fn(u32, NonNull<Address>) + Send + Sync>;

    pub(crate) struct RcBlock<F: ?Sized>(Arc<Called>, PhantomData<F>);

    impl<F: ?Sized> RcBlock<F> {
        pub(crate) fn new(called: impl Fn(u32, NonNull<Address>) + Send + Sync + 'static) -> Self {
            Self(Arc::new(Box::new(called)), PhantomData)
        }

        pub(crate) fn as_ptr(this: &Self) -> *mut Called {
            Arc::as_ptr(&this.0).cast_mut()
        }
    }
}

/// The global queues, which live as long as the process.
pub(crate) mod dispatch2 {
    use std::ops::Deref;

    pub(crate) enum DispatchQueueGlobalPriority {
        Default,
    }

    pub(crate) enum GlobalQueueIdentifier {
        Priority(DispatchQueueGlobalPriority),
    }

    pub(crate) struct DispatchQueue(usize);

    pub(crate) struct DispatchRetained<T: 'static>(&'static T);

    static GLOBAL: DispatchQueue = DispatchQueue(1);

    impl DispatchQueue {
        pub(crate) fn global_queue(which: GlobalQueueIdentifier) -> DispatchRetained<Self> {
            let GlobalQueueIdentifier::Priority(DispatchQueueGlobalPriority::Default) = which;
            DispatchRetained(&GLOBAL)
        }

        /// The queue's number.
        pub(crate) fn number(&self) -> usize {
            self.0
        }
    }

    impl<T> Deref for DispatchRetained<T> {
        type Target = T;
        fn deref(&self) -> &T {
            self.0
        }
    }
}

/// coreaudio-rs 0.14.
pub(crate) mod coreaudio {
    use std::fmt;

    /// A status that isn't 0.
    #[derive(Debug)]
    pub(crate) struct Error(i32);

    impl fmt::Display for Error {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "OSStatus: {}", self.0)
        }
    }

    pub(crate) mod audio_unit {
        use std::mem::MaybeUninit;
        use std::ptr::{self, NonNull};

        use super::super::super::auhal::{
            AudioComponentDescription, AudioComponentFindNext, AudioComponentInstanceDispose,
            AudioComponentInstanceNew, AudioOutputUnitStart, AudioOutputUnitStop, AudioUnit as Instance,
            AudioUnitGetProperty, AudioUnitInitialize, AudioUnitSetProperty, AudioUnitUninitialize,
        };
        use super::super::super::numbers::audio_toolbox::{
            kAudioUnitManufacturer_Apple, kAudioUnitSubType_HALOutput, kAudioUnitType_Output,
        };
        use super::Error;

        pub(crate) enum IOType {
            HalOutput,
        }

        #[derive(Clone, Copy)]
        pub(crate) enum Scope {
            Global,
            Input,
            Output,
        }

        #[derive(Clone, Copy)]
        pub(crate) enum Element {
            Output,
            Input,
        }

        pub(crate) struct AudioUnit(Instance);

        // SAFETY: as coreaudio-rs has it: a unit is used by one thread at a time.
        unsafe impl Send for AudioUnit {}

        fn checked(status: i32) -> Result<(), Error> {
            if status == 0 { Ok(()) } else { Err(Error(status)) }
        }

        fn place(scope: Scope, element: Element) -> (u32, u32) {
            let scope = match scope {
                Scope::Global => 0,
                Scope::Input => 1,
                Scope::Output => 2,
            };
            (scope, matches!(element, Element::Input).into())
        }

        fn length<T>() -> u32 {
            u32::try_from(size_of::<T>()).expect("a property's value is short")
        }

        impl AudioUnit {
            pub(crate) fn new_uninitialized(_: IOType) -> Result<Self, Error> {
                let wanted = AudioComponentDescription {
                    componentType: kAudioUnitType_Output,
                    componentSubType: kAudioUnitSubType_HALOutput,
                    componentManufacturer: kAudioUnitManufacturer_Apple,
                    componentFlags: 0,
                    componentFlagsMask: 0,
                };
                // SAFETY: null asks for the first one; the description lives.
                let component = unsafe { AudioComponentFindNext(ptr::null_mut(), NonNull::from(&wanted)) };
                let mut instance: Instance = ptr::null_mut();
                // SAFETY: a component that was found, and a live pointer to write to.
                checked(unsafe { AudioComponentInstanceNew(component, NonNull::from(&mut instance)) })?;
                Ok(Self(instance))
            }

            pub(crate) fn set_property<T>(
                &mut self,
                id: u32,
                scope: Scope,
                element: Element,
                value: Option<&T>,
            ) -> Result<(), Error> {
                let (scope, element) = place(scope, element);
                let (from, length) =
                    value.map_or((ptr::null(), 0), |value| (ptr::from_ref(value), length::<T>()));
                // SAFETY: the unit is there; the value is as long as its type.
                checked(unsafe { AudioUnitSetProperty(self.0, id, scope, element, from.cast(), length) })
            }

            pub(crate) fn get_property<T>(
                &self,
                id: u32,
                scope: Scope,
                element: Element,
            ) -> Result<T, Error> {
                let (scope, element) = place(scope, element);
                let (mut value, mut length) = (MaybeUninit::<T>::uninit(), length::<T>());
                let into = NonNull::from(&mut value).cast();
                // SAFETY: the unit is there; there is room for the value.
                let status = unsafe {
                    AudioUnitGetProperty(self.0, id, scope, element, into, NonNull::from(&mut length))
                };
                checked(status)?;
                // SAFETY: the call has filled it in.
                Ok(unsafe { value.assume_init() })
            }

            pub(crate) fn initialize(&mut self) -> Result<(), Error> {
                // SAFETY: the unit is there.
                checked(unsafe { AudioUnitInitialize(self.0) })
            }

            pub(crate) fn start(&mut self) -> Result<(), Error> {
                // SAFETY: the unit is there.
                checked(unsafe { AudioOutputUnitStart(self.0) })
            }
        }

        impl AsRef<Instance> for AudioUnit {
            fn as_ref(&self) -> &Instance {
                &self.0
            }
        }

        /// In coreaudio-rs's order, which ignores the calls' results too.
        impl Drop for AudioUnit {
            fn drop(&mut self) {
                // SAFETY: the unit is there.
                unsafe { AudioOutputUnitStop(self.0) };
                // SAFETY: likewise.
                unsafe { AudioUnitUninitialize(self.0) };
                // SAFETY: likewise, and nobody uses it after.
                unsafe { AudioComponentInstanceDispose(self.0) };
            }
        }
    }
}
