//! Reading, setting and listening to properties.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{GLOBAL, SYSTEM, configuration, device, reals, scope, system, text, word, words};
use crate::coreaudio::facts::{AGGREGATE, Direction, Facts, Side};
use crate::coreaudio::hardware::{Hardware, Watched};
use crate::coreaudio::mac_shim::objc2_core_audio as ca;
use crate::coreaudio::mac_shim::{Thing, Value, alive, alone, tell, world};
use crate::platform::coreaudio_calls::System;

fn facts(number: u32) -> Facts {
    System.facts(number).expect("it is there")
}

#[test]
fn a_device_is_read_whole_and_what_was_given_is_released() {
    let _alone = alone();
    let written = device(&mut world(), 5, &[1], &[2, 6]);
    assert_eq!((written.input.channels, written.output.channels), (1, 8));
    assert_eq!(facts(5), written);
    assert_eq!(alive(), 0, "objects that nobody released");
}

#[test]
fn devices_and_defaults_are_the_systems() {
    let _alone = alone();
    system(&mut world(), &[5, 9, 12], 9, 5);
    assert_eq!(System.devices(), Ok(vec![5, 9, 12]));
    assert_eq!(System.default_device(Direction::Input), Some(9));
    assert_eq!(System.default_device(Direction::Output), Some(5));
    system(&mut world(), &[], ca::kAudioObjectUnknown, ca::kAudioObjectUnknown);
    assert_eq!(System.devices(), Ok(Vec::new()));
    assert_eq!(System.default_device(Direction::Output), None);
    world().remove(SYSTEM);
    assert_eq!(System.default_device(Direction::Output), None);
    let told = System.devices().expect_err("there is no system").to_string();
    assert_eq!(told, "macOS refused to say what a device is: error '!obj'");
}

#[test]
fn a_list_may_change_between_its_size_and_its_data() {
    let _alone = alone();
    for (then, read) in [(&[5][..], vec![5]), (&[], vec![]), (&[5, 9, 12, 13, 14], vec![5, 9, 12])] {
        system(&mut world(), &[5, 9, 12], 9, 5);
        let change = Box::new(move |world: &mut super::World| system(world, then, 9, 5));
        world().after_size = Some((ca::kAudioHardwarePropertyDevices, change));
        assert_eq!(System.devices(), Ok(read));
        assert!(world().after_size.is_none(), "it changed");
    }
}

#[test]
fn a_list_may_have_any_size() {
    let _alone = alone();
    let list = (SYSTEM, ca::kAudioHardwarePropertyDevices, GLOBAL);
    let with_bytes = |length: usize| Value::List(4, [5, 0, 0, 0, 9, 0, 0, 0, 1, 2, 3][..length].to_vec());
    for (length, read) in [(11, vec![5, 9]), (7, vec![5]), (3, vec![]), (0, vec![])] {
        world().properties.insert(list, with_bytes(length));
        assert_eq!(System.devices(), Ok(read), "{length} bytes");
    }
    for claimed in [9, 1 << 19, u32::MAX - 2, u32::MAX] {
        world().properties.insert(list, with_bytes(8));
        world().claims.insert(list, claimed);
        assert_eq!(System.devices(), Ok(vec![5, 9]), "{claimed} bytes claimed");
    }
}

#[test]
fn a_device_that_says_little_is_still_one() {
    let _alone = alone();
    world().set(5, ca::kAudioDevicePropertyDeviceUID, GLOBAL, text("bare"));
    let bare = Facts { device: 5, uid: "bare".to_owned(), name: "bare".to_owned(), ..Facts::default() };
    assert_eq!(facts(5), bare);

    let written = device(&mut world(), 6, &[], &[]);
    assert_eq!((facts(6).input, facts(6).output), (Side::default(), Side::default()), "no streams");
    let lone = [0xd800, u16::from(b'a')].to_vec();
    for (name, read) in [
        (text(""), ""),
        (Value::Object(None), written.uid.as_str()),
        (Value::Object(Some(Thing::Text(lone))), "\u{fffd}a"),
    ] {
        world().set(6, ca::kAudioObjectPropertyName, GLOBAL, name);
        assert_eq!(facts(6).name, read);
    }
    assert_eq!(alive(), 0);
}

#[test]
fn a_value_of_another_size_is_none() {
    let _alone = alone();
    let written = device(&mut world(), 5, &[1], &[2]);
    let output = scope(Direction::Output);
    // Too short, where the rest would be left undefined, and too long, which the system refuses.
    for length in [0, 3, 5, 24] {
        let bytes = || Value::Whole(vec![0x41; length]);
        for selector in [
            ca::kAudioDevicePropertyTransportType,
            ca::kAudioDevicePropertyClockDomain,
            ca::kAudioDevicePropertyDeviceIsAlive,
            ca::kAudioDevicePropertyNominalSampleRate,
            ca::kAudioDevicePropertyBufferFrameSize,
            ca::kAudioDevicePropertyBufferFrameSizeRange,
        ] {
            world().set(5, selector, GLOBAL, bytes());
        }
        world().set(5, ca::kAudioDevicePropertyLatency, output, bytes());
        world().set(5, ca::kAudioDevicePropertyDataSource, output, bytes());
        let read = facts(5);
        let expected = Facts {
            transport: 0,
            clock_domain: 0,
            is_alive: false,
            rate: 0,
            buffer_frames: 0,
            buffer_range: None,
            output: Side { device_latency: 0, source: None, ..written.output },
            ..written.clone()
        };
        assert_eq!(read, expected, "{length} bytes");
    }
}

#[test]
fn numbers_that_no_device_has_stay_within_bounds() {
    let _alone = alone();
    device(&mut world(), 5, &[], &[2]);
    for (rate, read) in
        [(f64::NAN, 0), (-48_000.0, 0), (f64::INFINITY, u32::MAX), (1e300, u32::MAX), (44_099.999, 44_100)]
    {
        world().set(5, ca::kAudioDevicePropertyNominalSampleRate, GLOBAL, Value::Whole(reals(&[rate])));
        assert_eq!(facts(5).rate, read, "{rate}");
    }
    let output = scope(Direction::Output);
    for (streams, channels) in [(&[u32::MAX, 5][..], u16::MAX), (&[40_000, 40_000], u16::MAX), (&[0, 0], 0)] {
        world().set(5, ca::kAudioDevicePropertyStreamConfiguration, output, configuration(streams));
        assert_eq!(facts(5).output.channels, channels);
    }
    let cut = |length| match configuration(&[2, 2]) {
        Value::Whole(bytes) => Value::Whole(bytes[..length].to_vec()),
        other => other,
    };
    for (length, channels) in [(40, 4), (36, 0), (24, 2), (20, 0), (8, 0), (4, 0), (0, 0)] {
        world().set(5, ca::kAudioDevicePropertyStreamConfiguration, output, cut(length));
        assert_eq!(facts(5).output.channels, channels, "{length} bytes");
    }
}

#[test]
fn streams_that_come_while_they_are_read_are_no_channels() {
    let _alone = alone();
    device(&mut world(), 5, &[], &[2]);
    let output = scope(Direction::Output);
    let grows = move |world: &mut super::World| {
        world.set(5, ca::kAudioDevicePropertyStreamConfiguration, output, configuration(&[2, 2]));
        world.set(
            5,
            ca::kAudioDevicePropertyStreamConfiguration,
            scope(Direction::Input),
            configuration(&[2, 2]),
        );
    };
    world().after_size = Some((ca::kAudioDevicePropertyStreamConfiguration, Box::new(grows)));
    let read = facts(5);
    assert_eq!((read.input.channels, read.output.channels), (0, 4), "the one refused, the other read after");
}

#[test]
fn without_a_uid_it_is_no_device() {
    let _alone = alone();
    device(&mut world(), 5, &[], &[2]);
    let refused = || System.facts(5).expect_err("it has no UID").to_string();
    let key = (5, ca::kAudioDevicePropertyDeviceUID, GLOBAL);
    world().properties.insert(key, Value::Object(None));
    assert_eq!(refused(), "macOS refused to say what a device is: it gave nothing");
    world().properties.insert(key, Value::Whole(vec![0x41; 7]));
    assert_eq!(refused(), "macOS refused to say what a device is: it gave nothing", "a part of a pointer");
    world().properties.insert(key, Value::Whole(vec![0; 16]));
    assert_eq!(refused(), "macOS refused to say what a device is: error '!siz'");
    world().properties.remove(&key);
    assert_eq!(refused(), "macOS refused to say what a device is: error 'who?'");
    world().remove(5);
    assert_eq!(refused(), "macOS refused to say what a device is: error '!obj'");
    assert_eq!(alive(), 0);
}

#[test]
fn an_aggregate_says_whose_it_is_and_what_it_taps() {
    let _alone = alone();
    let composition = |entries| Value::Object(Some(Thing::Dictionary(entries)));
    let named = ("name", Thing::Text(vec![u16::from(b'x')]));
    for (value, taps, read) in [
        (composition(vec![named.clone(), ("private", Thing::Number(1))]), Value::Object(None), (true, 0)),
        (composition(vec![("private", Thing::Number(0))]), Value::Object(Some(Thing::Array(2))), (false, 2)),
        (
            composition(vec![("private", Thing::Number(1 << 40))]),
            Value::Object(Some(Thing::Array(0))),
            (false, 0),
        ),
        (
            composition(vec![("private", Thing::Text(Vec::new()))]),
            Value::Object(Some(Thing::Number(3))),
            (false, 0),
        ),
        (composition(vec![named]), word(3), (false, 0)),
        (Value::Object(Some(Thing::Array(1))), Value::Object(Some(Thing::Array(1))), (false, 1)),
        (Value::Object(None), Value::Object(Some(Thing::Array(1))), (false, 1)),
    ] {
        device(&mut world(), 5, &[1], &[2]);
        world().set(5, ca::kAudioDevicePropertyTransportType, GLOBAL, word(AGGREGATE));
        world().set(5, ca::kAudioAggregateDevicePropertyComposition, GLOBAL, value.clone());
        world().set(5, ca::kAudioAggregateDevicePropertyTapList, GLOBAL, taps.clone());
        let facts = facts(5);
        assert_eq!((facts.is_private, facts.taps), read, "{value:?}, {taps:?}");
    }
    assert_eq!(alive(), 0);
}

#[test]
fn a_device_may_go_after_any_call() {
    let _alone = alone();
    let mut calls = 0;
    loop {
        let written = device(&mut world(), 5, &[1], &[2]);
        world().set(5, ca::kAudioDevicePropertyTransportType, GLOBAL, word(AGGREGATE));
        world().set(
            5,
            ca::kAudioAggregateDevicePropertyTapList,
            GLOBAL,
            Value::Object(Some(Thing::Array(1))),
        );
        world().goes = Some((5, calls));
        let read = System.facts(5);
        assert_eq!(alive(), 0, "after {calls} calls");
        match read {
            Err(fault) => assert_eq!((calls, fault.answer.as_str()), (0, "error '!obj'")),
            Ok(read) => assert_eq!(read.uid, written.uid),
        }
        if world().has(5) {
            break;
        }
        calls += 1;
    }
    assert!(calls > 20, "it went {calls} times");
}

#[test]
fn what_is_set_is_of_the_propertys_type_and_a_refusal_is_told() {
    let _alone = alone();
    device(&mut world(), 5, &[], &[2]);
    assert_eq!(System.set_buffer_frames(5, 96), Ok(()));
    assert_eq!(System.set_rate(5, 44_100), Ok(()));
    assert_eq!((facts(5).buffer_frames, facts(5).rate), (96, 44_100));
    let told = |refused: Result<(), super::super::hardware::Fault>| refused.expect_err("refused").to_string();
    assert_eq!(told(System.set_rate(5, 12_345)), "macOS refused to set a device up: error 'nope'");
    world().set(5, ca::kAudioDevicePropertyBufferFrameSize, GLOBAL, Value::Whole(vec![0; 8]));
    assert_eq!(told(System.set_buffer_frames(5, 96)), "macOS refused to set a device up: error '!siz'");
    world().remove(5);
    assert_eq!(told(System.set_buffer_frames(5, 96)), "macOS refused to set a device up: error '!obj'");
}

#[test]
fn each_change_is_heard_until_the_listener_is_dropped() {
    let _alone = alone();
    system(&mut world(), &[5], 5, 5);
    device(&mut world(), 5, &[1], &[2]);
    let (input, output) = (scope(Direction::Input), scope(Direction::Output));
    for (watched, object, selector, scope) in [
        (Watched::Devices, SYSTEM, ca::kAudioHardwarePropertyDevices, GLOBAL),
        (Watched::DefaultOutput, SYSTEM, ca::kAudioHardwarePropertyDefaultOutputDevice, GLOBAL),
        (Watched::DefaultInput, SYSTEM, ca::kAudioHardwarePropertyDefaultInputDevice, GLOBAL),
        (Watched::Restarted, SYSTEM, ca::kAudioHardwarePropertyServiceRestarted, GLOBAL),
        (Watched::Alive(5), 5, ca::kAudioDevicePropertyDeviceIsAlive, GLOBAL),
        (Watched::Rate(5), 5, ca::kAudioDevicePropertyNominalSampleRate, GLOBAL),
        (Watched::OutputChannels(5), 5, ca::kAudioDevicePropertyStreamConfiguration, output),
        (Watched::InputChannels(5), 5, ca::kAudioDevicePropertyStreamConfiguration, input),
        (Watched::Stopped(5), 5, ca::kAudioDevicePropertyIOStoppedAbnormally, GLOBAL),
        (Watched::Overload(5), 5, ca::kAudioDeviceProcessorOverload, GLOBAL),
    ] {
        let heard = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&heard);
        let count = Box::new(move || _ = counts.fetch_add(1, Ordering::Relaxed));
        let listener = System.listen(watched, count).expect("it has that");
        assert_eq!(tell(object, selector, scope), 1, "{watched:?}");
        assert_eq!(heard.load(Ordering::Relaxed), 1, "{watched:?}");
        drop(listener);
        assert_eq!(
            (world().listeners(), Arc::strong_count(&heard)),
            (0, 1),
            "{watched:?}: the block is freed"
        );
    }
    assert_eq!(world().misuses, [""; 0]);
}

#[test]
fn what_a_device_hasnt_isnt_listened_to_and_one_that_went_is_let_go() {
    let _alone = alone();
    let refused = System.listen(Watched::Alive(5), Box::new(|| {})).err().expect("there is none");
    assert_eq!(refused.to_string(), "macOS refused to tell of changes: error '!obj'");
    device(&mut world(), 5, &[], &[2]);
    let held = Arc::new(());
    let hold = |held: &Arc<()>| {
        let held = Arc::clone(held);
        Box::new(move || _ = &held)
    };
    world().properties.remove(&(5, ca::kAudioDeviceProcessorOverload, GLOBAL));
    assert!(System.listen(Watched::Overload(5), hold(&held)).is_err());
    assert_eq!(Arc::strong_count(&held), 1, "the block of one that was refused is freed");
    let listener = System.listen(Watched::Alive(5), hold(&held)).expect("it has that");
    world().remove(5);
    drop(listener);
    assert_eq!((world().listeners(), Arc::strong_count(&held)), (0, 1));
}

#[test]
fn streams_are_those_of_the_direction() {
    let _alone = alone();
    device(&mut world(), 5, &[1], &[2]);
    world().set(5, ca::kAudioDevicePropertyStreams, scope(Direction::Input), words(&[]));
    let read = facts(5);
    assert_eq!((read.input.stream_latency, read.input.terminal), (0, 0));
    assert_eq!(read.output.stream_latency, 520);
}
