//! The backend on fake hardware: opening, listing, listening, and what is refused.

#[path = "fake.rs"]
#[allow(dead_code, reason = "the engine's tests use the rest")]
mod fake;

use self::fake::{Fake, Told, asking, device};
use super::{
    Callback, CoreAudio, DeviceNumber, Direction, Facts, Fault, Hardware, Heard, Setup, Side, Watched,
    devices, listen, open_or,
};
use crate::{
    AudioError, AudioEvent, Backend, DeviceId, DeviceInfo, DeviceList, MAX_FRAMES, Manual, ManualSettings,
    Notify, StreamRequest, no_alloc,
};

fn open(fake: &Fake, request: StreamRequest) -> Result<CoreAudio<Fake>, AudioError> {
    CoreAudio::open(fake.clone(), request, Told::default().notify())
}

#[test]
fn the_device_keeps_its_rate_and_gets_the_buffer_that_was_asked_for() {
    let fake = Fake::new(vec![device(1, 0, 2)]);
    let request = StreamRequest { session_rate: Some(96_000), ..asking(8) };
    let output = open(&fake, request).expect("it opens").output();
    assert_eq!((output.backend.as_str(), output.name.as_str()), ("CoreAudio", "Device 1"));
    assert_eq!(
        (output.channels, output.sample_rate, output.buffer_frames),
        (2, 48_000, 16),
        "16 is its least"
    );
}

#[test]
fn a_rate_that_was_chosen_is_waited_for() {
    let fake = Fake::new(vec![device(1, 0, 2)]);
    fake.world().slowness = 5;
    let with_rate = |rate| StreamRequest { sample_rate: Some(rate), ..StreamRequest::default() };
    let rate = |rate| open(&fake, with_rate(rate)).expect("it opens").output().sample_rate;
    assert_eq!(rate(96_000), 96_000);
    assert_eq!(rate(88_200), 96_000, "it has no such rate");
}

#[test]
fn a_device_that_coreaudio_refuses_is_left_to_cpal_and_that_is_said() {
    let open = |refuses: fn(&Setup) -> bool, request: StreamRequest| {
        let fake = Fake::new(vec![device(1, 0, 2)]);
        fake.world().refuses_to_open = refuses;
        let mut reason = None;
        let opened = open_or(fake, request, Told::default().notify(), |_, _, because| {
            reason = Some(because);
            Ok(Box::new(Manual::new(ManualSettings::default())))
        });
        (opened.map(|backend| backend.output().backend), reason)
    };
    let coreaudio = || Ok("CoreAudio".to_owned());
    assert_eq!(open(|_| false, asking(128)), (coreaudio(), None));
    let (opened, reason) = open(|_| true, asking(128));
    assert_eq!(opened, Ok("manual".to_owned()));
    let told = "\"Device 1\" can't be opened: macOS refused to open a unit: error -10875: playing through cpal instead";
    assert_eq!(reason.as_deref(), Some(told));
    let id = DeviceId("coreaudio:uid-9".into());
    let away = StreamRequest { output: Some(id.clone()), ..asking(128) };
    assert_eq!(open(|_| true, away), (Err(AudioError::UnknownDevice { id }), None));
}

#[test]
fn a_unit_that_cant_take_the_devices_buffer_is_refused() {
    let fake = Fake::new(vec![device(1, 0, 2)]);
    fake.world().most_frames = 256;
    let error = open(&fake, asking(512)).err().expect("it doesn't open");
    assert_eq!(
        error.to_string(),
        "\"Device 1\" can't be opened: it takes 256 frames at once, and its buffer has 512"
    );
    assert!(open(&fake, asking(256)).is_ok());
}

#[test]
fn without_a_default_device_there_is_none() {
    let fake = Fake::new(vec![]);
    assert!(matches!(open(&fake, asking(128)), Err(AudioError::NoOutput { .. })));
    assert_eq!(devices(&fake).expect("an empty list is one"), DeviceList::default());
}

#[test]
fn devices_are_listed_with_what_they_can_and_the_default_first() {
    let taps = Facts { taps: 1, ..device(4, 2, 0) };
    let away = Facts { is_alive: false, ..device(5, 2, 2) };
    let fake = Fake::new(vec![device(1, 0, 2), device(2, 1, 0), device(3, 8, 6), taps, away]);
    fake.world().default_output = Some(3);
    let list = devices(&fake).expect("it answers");
    let ids = |devices: &[DeviceInfo]| -> Vec<String> {
        devices.iter().map(|device| device.id.0.clone()).collect()
    };
    assert_eq!(ids(&list.outputs), ["coreaudio:uid-3", "coreaudio:uid-1"]);
    assert_eq!(ids(&list.inputs), ["coreaudio:uid-2", "coreaudio:uid-3"]);
    let first = &list.outputs[0];
    assert_eq!((first.channels, first.sample_rate, first.is_default), (6, 48_000, true));
    assert_eq!(first.sample_rates, [44_100, 48_000, 96_000]);
    assert_eq!((first.buffer_frames, first.name.as_str()), (Some((16, 4_096)), "Device 3"));
}

#[test]
fn the_list_is_listened_to_until_the_listener_goes() {
    let (fake, told) = (Fake::new(vec![device(1, 0, 2)]), Told::default());
    let listener = listen(&fake, &told.notify()).expect("the fake lets us");
    for watched in [Watched::Devices, Watched::DefaultOutput, Watched::DefaultInput, Watched::Restarted] {
        fake.tell(watched);
        assert_eq!(told.take(), [AudioEvent::ListChanged]);
    }
    drop(listener);
    fake.tell(Watched::Devices);
    assert_eq!(told.take(), []);
    fake.world().refuses_to_listen = true;
    assert!(listen(&fake, &told.notify()).is_none(), "then the list is polled");
    assert!(open(&fake, asking(128)).is_ok(), "a device plays without being listened to");
}
