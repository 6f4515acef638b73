//! A simulated Mac's main loop: what `CFRunLoop`, AppKit and tao do, as far as it concerns ours.
//!
//! `CFRunLoopPerformBlock`: a block is called "as the runloop cycles in specified modes". tao calls back in every mode,
//! at a turn's beginning and end. `-[NSApplication terminate:]` notifies the delegate and then calls exit().

use super::*;
use std::{collections::VecDeque, rc::Rc};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    Default,
    /// A menu is open.
    EventTracking,
}

/// The system's side.
#[derive(Default)]
struct Mac {
    ours: MainLoop,
    /// Waiting blocks for the default mode.
    blocks: Cell<usize>,
    /// What happens, one event per turn.
    script: RefCell<VecDeque<Happens>>,
    stopped: Cell<bool>,
    exited: Cell<bool>,
    said: RefCell<Vec<&'static str>>,
}

#[derive(Debug, Clone, Copy)]
enum Happens {
    Wake,
    MenuOpens,
    MenuCloses,
    /// Log out, `osascript quit`.
    Terminate,
}
use Happens::{MenuCloses, MenuOpens, Terminate, Wake};

impl Mac {
    fn say(&self, word: &'static str) {
        self.said.borrow_mut().push(word);
    }

    fn wake(&self) {
        self.blocks.set(self.blocks.get() + 1);
    }

    /// Runs turns until the loop is stopped, has nothing left to do, or the process has ended.
    fn run(&self, mode: Mode) {
        while !self.exited.get() && !self.stopped.get() {
            let happens = self.script.borrow_mut().pop_front();
            match happens {
                Some(Wake) => self.wake(),
                Some(MenuOpens) => {
                    self.say("menu");
                    self.run(Mode::EventTracking);
                    // `exit` doesn't return.
                    if self.exited.get() {
                        return;
                    }
                    self.say("closed");
                }
                Some(Terminate) => return self.terminate(),
                Some(MenuCloses) if mode == Mode::EventTracking => return,
                Some(MenuCloses) | None => {}
            }
            let blocks = if mode == Mode::Default { self.blocks.take() } else { 0 };
            (0..blocks).for_each(|_| self.ours.woken());
            // tao's callback at the end of a turn: what it says counts in every mode.
            self.stopped.set(self.stopped.get() || self.ours.is_ending());
            if happens.is_none() && blocks == 0 {
                return;
            }
        }
    }

    fn terminate(&self) {
        self.ours.destroyed();
        self.say("exit");
        self.exited.set(true);
    }

    /// Works like the platform's `main_loop`.
    fn main(self: &Rc<Self>, poll: impl FnMut() -> ControlFlow<()> + 'static) -> Vec<&'static str> {
        let leaving = Rc::clone(self);
        self.ours.begin(Box::new(poll), Box::new(move || leaving.say("leave")));
        self.run(Mode::Default);
        if !self.exited.get() {
            self.ours.destroyed();
            self.ours.end();
        }
        self.said.take()
    }
}

fn mac(script: &[Happens]) -> Rc<Mac> {
    Rc::new(Mac { script: RefCell::new(script.iter().copied().collect()), ..Mac::default() })
}

/// Breaks after `turns` calls.
fn looks(mac: &Rc<Mac>, turns: usize) -> impl FnMut() -> ControlFlow<()> + 'static {
    let (mac, mut left) = (Rc::downgrade(mac), turns);
    move || {
        mac.upgrade().unwrap().say("look");
        left -= 1;
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn nothing_is_looked_at_while_a_menu_is_open() {
    let mac = mac(&[MenuOpens, Wake, Wake, MenuCloses, Wake]);
    let said = mac.main(looks(&mac, 3));
    assert_eq!(said, ["menu", "closed", "look", "look", "look"]);
}

#[test]
fn an_end_that_was_wanted_leaves_nothing_to_do() {
    let mac = mac(&[Wake, Terminate]);
    assert_eq!(mac.main(looks(&mac, 1)), ["look"]);
}

#[test]
fn the_system_ends_the_process_after_it_has_left() {
    for script in [&[Terminate][..], &[Wake, Terminate], &[MenuOpens, Wake, Terminate]] {
        let mac = mac(script);
        let said = mac.main(looks(&mac, 9));
        assert_eq!(said[said.len().saturating_sub(2)..], ["leave", "exit"], "{script:?}: {said:?}");
        // AppKit may repeat it: it was handled already.
        mac.ours.destroyed();
        assert_eq!(*mac.said.borrow(), [""; 0]);
    }
}

#[test]
fn a_look_that_runs_the_loop_in_itself_is_not_entered_twice() {
    let mac = mac(&[Wake]);
    let (inner, mut depth, mut times) = (Rc::downgrade(&mac), 0, 0);
    let said = mac.main(move || {
        let mac = inner.upgrade().unwrap();
        depth += 1;
        assert_eq!(depth, 1, "entered while it was called");
        times += 1;
        mac.say("look");
        if times == 1 {
            // An alert, or a synchronous call to another process.
            mac.wake();
            mac.run(Mode::Default);
            mac.say("back");
        }
        depth -= 1;
        if times == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(said, ["look", "back", "look"]);
}

#[test]
fn the_system_may_end_it_from_within_a_look() {
    let mac = mac(&[Wake]);
    let inner = Rc::downgrade(&mac);
    let said = mac.main(move || {
        inner.upgrade().unwrap().terminate();
        ControlFlow::Continue(())
    });
    assert_eq!(said, ["leave", "exit"]);
}

#[test]
fn what_the_look_holds_goes_with_the_loop() {
    let held = Rc::new(());
    let watched = Rc::downgrade(&held);
    let mac = mac(&[Wake]);
    mac.main(move || {
        let _ = &held;
        ControlFlow::Break(())
    });
    assert!(watched.upgrade().is_none());
}
