//! The Mac's calls themselves, over `crates/mac-shim/coreaudio.rs`: reading devices, and setting up units.

mod properties;
mod unit;

use super::facts::{DeviceNumber, Direction, Facts, Side, USB, code};
use super::mac_shim::objc2_core_audio as ca;
use super::mac_shim::{Thing, Value, World};
use crate::number::count32;

const SYSTEM: u32 = 1;
const GLOBAL: u32 = ca::kAudioObjectPropertyScopeGlobal;

fn word(value: u32) -> Value {
    Value::Whole(value.to_ne_bytes().to_vec())
}

fn words(values: &[u32]) -> Value {
    Value::List(4, values.iter().flat_map(|value| value.to_ne_bytes()).collect())
}

fn reals(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_ne_bytes()).collect()
}

fn text(text: &str) -> Value {
    Value::Object(Some(Thing::Text(text.encode_utf16().collect())))
}

/// An `AudioBufferList` with a buffer for each stream.
fn configuration(streams: &[u32]) -> Value {
    let mut bytes: Vec<u8> = [count32(streams.len()), 0].iter().flat_map(|word| word.to_ne_bytes()).collect();
    for channels in streams {
        bytes.extend([*channels, 4_096, 0, 0].iter().flat_map(|word| word.to_ne_bytes()));
    }
    Value::Whole(bytes)
}

/// Adds a device with streams of these numbers of channels to the table; returns the facts that should be read of it.
fn device(world: &mut World, number: DeviceNumber, inputs: &[u32], outputs: &[u32]) -> Facts {
    let uid = format!("uid-{number}");
    for (selector, value) in [
        (ca::kAudioDevicePropertyDeviceUID, text(&uid)),
        (ca::kAudioObjectPropertyName, text("Grüße 🎛 from a desk with a rather long name")),
        (ca::kAudioDevicePropertyTransportType, word(USB)),
        (ca::kAudioDevicePropertyClockDomain, word(7)),
        (ca::kAudioDevicePropertyDeviceIsAlive, word(1)),
        (ca::kAudioDevicePropertyIsHidden, word(0)),
        (ca::kAudioDevicePropertyIOStoppedAbnormally, word(0)),
        (ca::kAudioDeviceProcessorOverload, word(0)),
        (ca::kAudioDevicePropertyNominalSampleRate, Value::Whole(reals(&[48_000.0]))),
        (
            ca::kAudioDevicePropertyAvailableNominalSampleRates,
            Value::List(16, reals(&[44_100.0, 44_100.0, 48_000.0, 96_000.0])),
        ),
        (ca::kAudioDevicePropertyBufferFrameSize, word(512)),
        (ca::kAudioDevicePropertyBufferFrameSizeRange, Value::Whole(reals(&[14.0, 4_096.0]))),
    ] {
        world.set(number, selector, GLOBAL, value);
    }
    let input = side(world, number, Direction::Input, inputs);
    let output = side(world, number, Direction::Output, outputs);
    Facts {
        device: number,
        uid,
        name: "Grüße 🎛 from a desk with a rather long name".to_owned(),
        transport: USB,
        clock_domain: 7,
        is_alive: true,
        rate: 48_000,
        rates: vec![(44_100, 44_100), (48_000, 96_000)],
        buffer_frames: 512,
        buffer_range: Some((14, 4_096)),
        input,
        output,
        ..Facts::default()
    }
}

fn scope(direction: Direction) -> u32 {
    match direction {
        Direction::Input => ca::kAudioObjectPropertyScopeInput,
        Direction::Output => ca::kAudioObjectPropertyScopeOutput,
    }
}

fn side(world: &mut World, number: DeviceNumber, direction: Direction, streams: &[u32]) -> Side {
    let (scope, first) = match direction {
        Direction::Input => (scope(direction), number * 100 + 10),
        Direction::Output => (scope(direction), number * 100 + 20),
    };
    let numbers: Vec<u32> = (first..).take(streams.len()).collect();
    for stream in &numbers {
        world.set(*stream, ca::kAudioStreamPropertyLatency, GLOBAL, word(*stream));
        world.set(*stream, ca::kAudioStreamPropertyTerminalType, GLOBAL, word(0x0301));
    }
    world.set(number, ca::kAudioDevicePropertyStreams, scope, words(&numbers));
    world.set(number, ca::kAudioDevicePropertyStreamConfiguration, scope, configuration(streams));
    let mut side = Side::default();
    if let Some(first) = numbers.first() {
        world.set(number, ca::kAudioDevicePropertyLatency, scope, word(40));
        world.set(number, ca::kAudioDevicePropertySafetyOffset, scope, word(56));
        world.set(number, ca::kAudioDevicePropertyDataSource, scope, word(code(b"ispk")));
        side = Side {
            channels: u16::try_from(streams.iter().sum::<u32>()).expect("few"),
            device_latency: 40,
            safety_offset: 56,
            stream_latency: *first,
            terminal: 0x0301,
            source: Some(code(b"ispk")),
        };
    }
    side
}

/// Adds the system's own properties to the table.
fn system(world: &mut World, devices: &[u32], input: u32, output: u32) {
    world.set(SYSTEM, ca::kAudioHardwarePropertyDevices, GLOBAL, words(devices));
    world.set(SYSTEM, ca::kAudioHardwarePropertyDefaultInputDevice, GLOBAL, word(input));
    world.set(SYSTEM, ca::kAudioHardwarePropertyDefaultOutputDevice, GLOBAL, word(output));
    world.set(SYSTEM, ca::kAudioHardwarePropertyServiceRestarted, GLOBAL, word(0));
}
