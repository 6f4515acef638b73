//! A child's life without a process: the tests supply the times.

use super::*;

/// A supervisor, and the elapsed milliseconds.
struct Life {
    supervisor: Supervisor,
    begin: Instant,
    patience: Patience,
}

impl Life {
    fn new() -> Self {
        Self { supervisor: Supervisor::new(), begin: Instant::now(), patience: Patience::default() }
    }

    fn at(&self, ms: u64) -> Instant {
        self.begin + Duration::from_millis(ms)
    }

    fn launch(&mut self, is_swap: bool, ms: u64) -> u32 {
        let generation = self.supervisor.next_generation();
        self.supervisor.launched(is_swap, self.at(ms));
        generation
    }

    /// Takes a child from its launch to live input.
    fn prepare(&mut self, is_swap: bool, ms: u64) -> u32 {
        let generation = self.launch(is_swap, ms);
        self.supervisor.started(generation, self.at(ms));
        self.supervisor.greeted(generation, self.at(ms));
        assert!(self.supervisor.ready(generation));
        generation
    }

    /// Takes a child from its launch to being live.
    fn play(&mut self, is_swap: bool, ms: u64) -> u32 {
        let generation = self.prepare(is_swap, ms);
        let snapshot = ProjectSnapshot { live_generation: Some(generation), ..ProjectSnapshot::default() };
        assert_eq!(self.seen(&snapshot, ms), Some(Order::Promote));
        self.supervisor.retire_heard(self.at(ms));
        self.supervisor.promoted(self.at(ms));
        assert_eq!(self.state(), State::Live);
        generation
    }

    fn seen(&mut self, snapshot: &ProjectSnapshot, ms: u64) -> Option<Order> {
        let now = self.at(ms);
        self.supervisor.seen(snapshot, false, || false, now, &self.patience)
    }

    fn poll(&mut self, ms: u64) -> Vec<Order> {
        let now = self.at(ms);
        self.supervisor.poll(now, &self.patience)
    }

    fn exit(&mut self, generation: u32, ms: u64) -> Ended {
        let now = self.at(ms);
        self.supervisor.exited(generation, "it ended", now, &self.patience)
    }

    fn state(&self) -> State {
        self.supervisor.state().0
    }

    fn reason(&self) -> &str {
        self.supervisor.state().1.expect("a reason")
    }

    /// The milliseconds at which it must be polled next.
    fn due(&self) -> Option<u128> {
        self.supervisor.due(&self.patience).map(|due| due.duration_since(self.begin).as_millis())
    }
}

fn beating(heartbeat: u32, link: LinkState) -> ProjectSnapshot {
    ProjectSnapshot { heartbeat, link, live_generation: Some(1), ..ProjectSnapshot::default() }
}

#[test]
fn a_child_is_heard_after_its_shadow() {
    let mut life = Life::new();
    let first = life.launch(false, 0);
    assert_eq!((life.state(), life.supervisor.shown()), (State::Starting, None));
    life.supervisor.started(first, life.at(100));
    life.supervisor.greeted(first, life.at(200));
    assert!(life.supervisor.ready(first) && !life.supervisor.ready(first), "once");
    assert_eq!((life.state(), life.supervisor.shown()), (State::Shadow, Some(first)));
    assert!(!life.supervisor.was_heard());
    assert_eq!(life.seen(&ProjectSnapshot::default(), 300), None, "not played yet");
    life.play(false, 400);
    assert!(life.supervisor.was_heard());
}

#[test]
fn each_stage_has_its_limit_and_its_words() {
    let mut life = Life::new();
    let child = life.launch(false, 0);
    assert_eq!(life.due(), Some(60_000));
    life.supervisor.started(child, life.at(1_000));
    assert_eq!(life.due(), Some(11_000));
    let told = life.poll(11_000);
    assert!(matches!(&told[..], [Order::Tell(line)] if line.contains("said nothing for 10 s")), "{told:?}");
    assert_eq!((life.poll(11_001), life.due()), (vec![], Some(31_000)), "told once");
    assert_eq!(life.poll(31_000), [Order::Kill(child)]);
    assert_eq!((life.poll(40_000), life.due()), (vec![], None), "killed once");
    let Ended::Incoming(words) = life.exit(child, 40_000) else { panic!("it was on its way") };
    assert!(words.starts_with("the program said nothing in 30 s"), "{words}");

    for (stages, words) in [
        (0, "the system has not started the program in 60 s"),
        (2, "the processor was not prepared within 10 s"),
        (3, "the processor is too slow"),
    ] {
        let mut life = Life::new();
        let child = life.launch(false, 0);
        for stage in 0..stages {
            match stage {
                0 => life.supervisor.started(child, life.at(0)),
                1 => life.supervisor.greeted(child, life.at(0)),
                _ => assert!(life.supervisor.ready(child)),
            }
        }
        let due = u64::try_from(life.due().unwrap()).unwrap();
        assert_eq!(life.poll(due - 1), []);
        assert_eq!(life.poll(due), [Order::Kill(child)]);
        let Ended::Incoming(told) = life.exit(child, due) else { panic!("it was on its way") };
        assert!(told.starts_with(words), "{told}");
    }
}

#[test]
fn late_blocks_bypass_it_until_they_come_in_time() {
    let mut life = Life::new();
    life.play(false, 0);
    assert_eq!(life.seen(&beating(1, LinkState::Bypassed), 50), None);
    assert_eq!(life.state(), State::Bypassed);
    assert!(
        life.reason().starts_with("The computer was too busy to run your processor: "),
        "{}",
        life.reason()
    );
    let late = ProjectSnapshot {
        last_late: wavecraft_audio_core::LastLate { begun: true, busy_ns: 9_000_000, ..Default::default() },
        ..beating(2, LinkState::Bypassed)
    };
    let before = life.reason().to_owned();
    life.seen(&late, 100);
    assert_eq!(life.reason(), before, "said once");
    life.seen(&beating(3, LinkState::Live), 150);
    assert_eq!(life.supervisor.state(), (State::Live, None));
}

#[test]
fn a_child_that_hangs_is_told_of_and_then_ended() {
    let mut life = Life::new();
    let child = life.play(false, 0);
    life.seen(&beating(7, LinkState::Live), 100);
    assert_eq!((life.seen(&beating(7, LinkState::Live), 349), life.state()), (None, State::Live));
    assert_eq!((life.seen(&beating(7, LinkState::Live), 350), life.state()), (None, State::NotResponding));
    assert_eq!(life.seen(&beating(7, LinkState::Live), 2_100), Some(Order::Kill(child)));
    assert_eq!(life.exit(child, 2_200), Ended::Heard);
    assert!(life.reason().starts_with("No answer for 2 s (endless loop?), so it was ended. It starts again"));
}

#[test]
fn neither_a_debugger_nor_a_silent_output_is_its_fault() {
    let mut life = Life::new();
    life.play(false, 0);
    let (still, patience) = (beating(7, LinkState::Live), life.patience.clone());
    let now = |ms| life.begin + Duration::from_millis(ms);
    life.supervisor.seen(&still, false, || false, now(0), &patience);
    let order = life.supervisor.seen(&still, false, || true, now(60_000), &patience);
    assert_eq!((order, life.supervisor.state().0), (None, State::NotResponding));
    assert!(life.supervisor.state().1.unwrap().contains("debugger"));
    let order = life.supervisor.seen(&still, true, || false, now(120_000), &patience);
    assert_eq!((order, life.supervisor.state().0), (None, State::Live));
}

#[test]
fn crashes_are_followed_by_longer_pauses_and_then_held() {
    let mut life = Life::new();
    let first = life.play(false, 0);
    life.supervisor.said_last_words("the processor panicked: at the disco".into());
    assert_eq!(life.exit(first, 1_000), Ended::Heard);
    assert_eq!(life.state(), State::Crashed);
    assert_eq!(life.reason(), "The processor panicked: at the disco. It starts again in 250 ms.");
    assert_eq!((life.poll(1_249), life.due()), (vec![], Some(1_250)));
    assert_eq!(life.poll(1_250), [Order::Launch]);
    let second = life.launch(false, 1_250);
    assert_eq!(life.exit(second, 1_300), Ended::Incoming("it ended".into()));
    assert_eq!(life.due(), Some(1_800), "500 ms");
    assert_eq!(life.poll(1_800), [Order::Launch]);
    let third = life.play(false, 1_800);
    life.exit(third, 2_000);
    assert_eq!((life.state(), life.due()), (State::Held, None));
    assert!(life.reason().ends_with("It crashed 3 times in 30 s, so it is paused."), "{}", life.reason());
    life.supervisor.forget_crashes();
    let fourth = life.play(false, 3_000);
    life.exit(fourth, 3_100);
    assert_eq!(life.due(), Some(3_350), "the pauses begin anew");
}

#[test]
fn nothing_starts_again_after_something_newer_or_an_end() {
    let mut life = Life::new();
    let first = life.play(false, 0);
    life.exit(first, 0);
    // A build that can't even be launched is newer than the one that crashed.
    life.supervisor.next_generation();
    assert_eq!(life.poll(60_000), []);
    let mut life = Life::new();
    let first = life.play(false, 0);
    life.exit(first, 0);
    life.supervisor.end();
    assert_eq!(life.poll(60_000), []);
    assert!(life.supervisor.is_gone());
}

#[test]
fn a_newer_build_that_fails_leaves_what_is_heard() {
    let mut life = Life::new();
    life.play(false, 0);
    let newer = life.prepare(true, 1_000);
    assert_eq!(life.state(), State::Live);
    assert!(life.supervisor.give_up(newer, "it can't work".into()));
    assert_eq!(life.exit(newer, 1_100), Ended::Incoming("it can't work".into()));
    assert_eq!(life.supervisor.state(), (State::Live, None));
    // If nothing is live the child is held, and so is one that said itself that it can't work.
    for is_swap in [true, false] {
        let mut life = Life::new();
        let only = life.launch(is_swap, 0);
        life.supervisor.give_up(only, "it can't work".into());
        life.exit(only, 0);
        assert_eq!(life.supervisor.state(), (State::Held, Some("it can't work")));
    }
}

#[test]
fn what_crashes_while_a_newer_build_comes_isnt_started_again() {
    let mut life = Life::new();
    let first = life.play(false, 0);
    let newer = life.prepare(true, 0);
    assert_eq!(life.exit(first, 100), Ended::Heard);
    assert_eq!((life.state(), life.poll(5_000)), (State::Crashed, vec![]));
    let snapshot = ProjectSnapshot { live_generation: Some(newer), ..ProjectSnapshot::default() };
    assert_eq!(life.seen(&snapshot, 5_000), Some(Order::Promote));
}

#[test]
fn a_child_that_is_told_to_end_has_two_seconds() {
    let mut life = Life::new();
    let first = life.play(false, 0);
    let second = life.play(true, 1_000);
    assert_eq!(life.due(), Some(3_000));
    assert_eq!(life.poll(3_000), [Order::Kill(first)]);
    assert_eq!(life.exit(first, 3_001), Ended::Retired);
    assert_eq!(life.state(), State::Live);
    // A child that closed its socketpair should be ending by itself.
    life.supervisor.hung_up(second, Some("no length"), life.at(4_000));
    assert_eq!(life.poll(6_000), [Order::Kill(second)]);
    life.exit(second, 6_000);
    assert!(life.reason().starts_with("The processor's program sent a broken message: no length."));
}

#[test]
fn only_before_its_first_word_has_the_loader_a_say() {
    let mut life = Life::new();
    let child = life.launch(false, 0);
    life.supervisor.loader_said(child, "libg.so is missing".into());
    assert_eq!(life.exit(child, 0), Ended::Incoming("libg.so is missing".into()));
    let child = life.prepare(false, 0);
    life.supervisor.loader_said(child, "libg.so is missing".into());
    assert_eq!(life.exit(child, 0), Ended::Incoming("it ended".into()));
    let child = life.launch(false, 0);
    life.supervisor.not_started(child, "no such file".into());
    life.exit(child, 0);
    assert_eq!(life.supervisor.state(), (State::Held, Some("no such file")));
}

#[test]
fn a_child_that_stays_beside_the_newest_is_nothing_to_decide_about() {
    let mut life = Life::new();
    let before = life.play(false, 0);
    let newest = life.prepare(true, 100);
    life.supervisor.keep_heard();
    life.supervisor.promoted(life.at(200));
    assert_eq!(life.state(), State::Live);
    // Only the newest one's heartbeat counts, and its end.
    let beats = ProjectSnapshot {
        live_generation: Some(newest),
        link: wavecraft_audio_core::LinkState::Live,
        heartbeat: 7,
        ..ProjectSnapshot::default()
    };
    assert_eq!(life.seen(&beats, 300), None);
    assert_eq!(life.supervisor.shown(), Some(newest));
    life.supervisor.retire_other(before, life.at(1_000));
    assert!(!life.supervisor.is_gone());
    assert_eq!(life.poll(3_001), [Order::Kill(before)], "it had two seconds");
    assert_eq!(life.exit(before, 3_100), Ended::Retired);
    assert_eq!(life.state(), State::Live);
    assert_eq!(life.exit(newest, 3_200), Ended::Heard);
    assert_eq!(life.state(), State::Crashed);
    let other = life.supervisor.another_generation();
    assert!(other > newest, "no two children have one generation");
}
