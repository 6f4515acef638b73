//! Hardware for tests, of this crate and of the engine: the test sets the devices' properties and triggers callbacks.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{
    AudioEvent, Callback, DeviceNumber, Direction, Facts, Fault, Hardware, Heard, MAX_FRAMES, Notify, Setup,
    Side, StreamRequest, Watched, no_alloc,
};

/// The fake microphone's signal, in every frame: the number of the channel in hundredths, from 1.
const STEP: f32 = 0.01;

/// The events received.
#[derive(Clone, Default)]
pub(super) struct Told(Arc<Mutex<Vec<AudioEvent>>>);

impl Told {
    pub(super) fn notify(&self) -> Notify {
        let told = Arc::clone(&self.0);
        Arc::new(move |event| told.lock().expect("no one panics with it").push(event))
    }

    pub(super) fn take(&self) -> Vec<AudioEvent> {
        std::mem::take(&mut *self.0.lock().expect("no one panics with it"))
    }
}

pub(super) fn asking(frames: u32) -> StreamRequest {
    StreamRequest { buffer_frames: Some(frames), ..StreamRequest::default() }
}

/// State that the test sets and inspects.
pub(super) struct World {
    pub(super) devices: Vec<Facts>,
    pub(super) default_input: Option<DeviceNumber>,
    pub(super) default_output: Option<DeviceNumber>,
    /// Setups that are refused.
    pub(super) refuses_to_open: fn(&Setup) -> bool,
    pub(super) refuses_to_start: fn(&Setup) -> bool,
    pub(super) refuses_to_listen: bool,
    pub(super) most_frames: u32,
    /// How many times the facts are read until a newly set rate shows.
    pub(super) slowness: usize,
    /// A device that has a call's rate, 16 kHz, while something records from it, as Bluetooth headsets do.
    pub(super) headset: Option<DeviceNumber>,
    pending_rate: Option<(DeviceNumber, u32, usize)>,
    units: Vec<(usize, FakeState)>,
    listeners: Vec<(usize, Watched, Arc<Heard>)>,
    made: usize,
    /// The last output, all channels interleaved.
    pub(super) played: Vec<f32>,
    /// The last frame's first channel, and the greatest step between two frames of it.
    last: f32,
    pub(super) greatest_step: f32,
}

struct FakeState {
    setup: Setup,
    callback: Callback,
    runs: bool,
}

/// A handle to the world, used both as the hardware and by the test.
#[derive(Clone)]
pub(super) struct Fake(Arc<Mutex<World>>);

/// Removes its entry from the world when dropped.
pub(super) struct FakeUnit(Fake, usize);
pub(super) struct FakeListener(Fake, usize);

/// A device with these numbers of channels, at 48 kHz, 512 frames.
pub(super) fn device(number: DeviceNumber, inputs: u16, outputs: u16) -> Facts {
    Facts {
        device: number,
        uid: format!("uid-{number}"),
        name: format!("Device {number}"),
        is_alive: true,
        rate: 48_000,
        rates: vec![(44_100, 44_100), (48_000, 48_000), (96_000, 96_000)],
        buffer_frames: 512,
        buffer_range: Some((16, 4_096)),
        input: Side { channels: inputs, ..Side::default() },
        output: Side { channels: outputs, ..Side::default() },
        ..Facts::default()
    }
}

impl Fake {
    /// Hardware with these devices; the first of each direction is the default.
    pub(super) fn new(devices: Vec<Facts>) -> Self {
        let first =
            |fits: fn(&Facts) -> bool| devices.iter().find(|facts| fits(facts)).map(|facts| facts.device);
        Self(Arc::new(Mutex::new(World {
            default_input: first(|facts| facts.input.channels > 0),
            default_output: first(|facts| facts.output.channels > 0),
            devices,
            refuses_to_open: |_| false,
            refuses_to_start: |_| false,
            refuses_to_listen: false,
            most_frames: MAX_FRAMES,
            slowness: 0,
            headset: None,
            pending_rate: None,
            units: Vec::new(),
            listeners: Vec::new(),
            made: 0,
            played: Vec::new(),
            last: 0.0,
            greatest_step: 0.0,
        })))
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("no one panics with it")
    }

    /// Changes a device's properties.
    pub(super) fn change(&self, number: DeviceNumber, change: impl FnOnce(&mut Facts)) {
        change(self.world().devices.iter_mut().find(|facts| facts.device == number).expect("it is there"));
    }

    /// Reports a changed property as the system does; an overload comes on the audio thread, so without allocating.
    pub(super) fn tell(&self, watched: Watched) {
        let world = self.world();
        let heard: Vec<_> = world
            .listeners
            .iter()
            .filter(|entry| entry.1 == watched)
            .map(|entry| Arc::clone(&entry.2))
            .collect();
        drop(world);
        for heard in heard {
            match watched {
                Watched::Overload(_) => no_alloc(|| heard()),
                _ => heard(),
            }
        }
    }

    /// The setups of the running units, and the number of listeners.
    pub(super) fn running(&self) -> (Vec<Setup>, usize) {
        let world = self.world();
        let running = world.units.iter().filter(|(_, unit)| unit.runs).map(|(_, unit)| unit.setup).collect();
        (running, world.listeners.len())
    }

    /// One callback of `frames` frames for each running unit; units that only record come first.
    pub(super) fn cycle(&self, frames: usize) {
        let mut world = self.world();
        let World { units, played, last, greatest_step, .. } = &mut *world;
        units.sort_by_key(|(_, unit)| matches!(unit.callback, Callback::Play(_)));
        for (_, FakeState { setup, callback, .. }) in units.iter_mut().filter(|(_, unit)| unit.runs) {
            let channels = usize::from(setup.input_channels.unwrap_or(1));
            let mut capture = |samples: &mut [f32]| {
                for frame in samples.chunks_exact_mut(channels) {
                    let mut value = 0.0;
                    frame.fill_with(|| {
                        value += STEP;
                        value
                    });
                }
                true
            };
            match callback {
                Callback::Record(recorder) => no_alloc(|| recorder.record(None, frames, &mut capture)),
                Callback::Play(player) => {
                    let channels = usize::from(setup.output_channels.expect("it plays"));
                    played.resize(frames * channels, f32::NAN);
                    no_alloc(|| player.play(None, played, &mut capture));
                    for frame in played.chunks_exact(channels) {
                        *greatest_step = greatest_step.max((frame[0] - *last).abs());
                        *last = frame[0];
                    }
                }
            }
        }
    }

    /// Runs cycles on a thread until the returned value is dropped.
    pub(super) fn run(&self, frames: usize) -> Running {
        let (fake, stop) = (self.clone(), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                fake.cycle(frames);
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        Running { stop, thread: Some(thread) }
    }
}

/// The thread behind [`Fake::run`].
pub(super) struct Running {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("a callback doesn't panic");
        }
    }
}

impl Hardware for Fake {
    type Unit = FakeUnit;
    type Listener = FakeListener;

    fn devices(&self) -> Result<Vec<DeviceNumber>, Fault> {
        Ok(self.world().devices.iter().map(|facts| facts.device).collect())
    }

    fn default_device(&self, direction: Direction) -> Option<DeviceNumber> {
        match direction {
            Direction::Input => self.world().default_input,
            Direction::Output => self.world().default_output,
        }
    }

    fn facts(&self, device: DeviceNumber) -> Result<Facts, Fault> {
        let mut world = self.world();
        if let Some((number, rate, left)) = world.pending_rate {
            world.pending_rate = left.checked_sub(1).map(|left| (number, rate, left));
            if left == 0 {
                world
                    .devices
                    .iter_mut()
                    .filter(|facts| facts.device == number)
                    .for_each(|facts| facts.rate = rate);
            }
        }
        let records = |unit: &FakeState| {
            unit.runs && unit.setup.device == device && unit.setup.input_channels.is_some()
        };
        let calls = world.headset == Some(device) && world.units.iter().any(|(_, unit)| records(unit));
        let facts = world.devices.iter().find(|facts| facts.device == device).cloned();
        let facts = facts.map(|facts| if calls { Facts { rate: 16_000, ..facts } } else { facts });
        facts.ok_or(Fault::of("read a device", 560_947_818))
    }

    fn set_buffer_frames(&self, device: DeviceNumber, frames: u32) -> Result<(), Fault> {
        self.change(device, |facts| facts.buffer_frames = frames);
        Ok(())
    }

    fn set_rate(&self, device: DeviceNumber, rate: u32) -> Result<(), Fault> {
        let mut world = self.world();
        world.pending_rate = Some((device, rate, world.slowness));
        Ok(())
    }

    fn open(&self, setup: &Setup, callback: Callback) -> Result<FakeUnit, Fault> {
        let mut world = self.world();
        if (world.refuses_to_open)(setup) {
            return Err(Fault::of("open a unit", -10_875));
        }
        world.made += 1;
        let made = world.made;
        world.units.push((made, FakeState { setup: *setup, callback, runs: false }));
        Ok(FakeUnit(self.clone(), made))
    }

    fn most_frames(&self, _: &FakeUnit) -> Result<u32, Fault> {
        Ok(self.world().most_frames)
    }

    fn start(&self, unit: &mut FakeUnit) -> Result<(), Fault> {
        let mut world = self.world();
        let refuses = world.refuses_to_start;
        let state = world.units.iter_mut().find(|(number, _)| *number == unit.1).expect("it wasn't dropped");
        if refuses(&state.1.setup) {
            return Err(Fault::of("start a unit", 35));
        }
        state.1.runs = true;
        Ok(())
    }

    fn listen(&self, watched: Watched, heard: Heard) -> Result<FakeListener, Fault> {
        let mut world = self.world();
        if world.refuses_to_listen {
            return Err(Fault::of("listen", 2_003_332_927));
        }
        world.made += 1;
        let made = world.made;
        world.listeners.push((made, watched, Arc::new(heard)));
        Ok(FakeListener(self.clone(), made))
    }
}

impl Drop for FakeUnit {
    fn drop(&mut self) {
        self.0.world().units.retain(|(number, _)| *number != self.1);
    }
}

impl Drop for FakeListener {
    fn drop(&mut self) {
        self.0.world().listeners.retain(|(number, ..)| *number != self.1);
    }
}
