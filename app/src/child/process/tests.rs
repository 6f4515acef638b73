//! A process's end: on a simulated Mac, and for real on the system that runs the tests.

use super::*;
use std::{
    collections::VecDeque,
    process::{Command, Stdio},
    sync::{Arc, mpsc},
};

/// What happens to the process, in order. The variants that only a Mac has are from XNU's sources:
/// `bsd/kern/{kern_exit,kern_event,mach_process}.c`.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Happens {
    /// SIGSTOP, or a breakpoint.
    Stops,
    GoesOn,
    /// `PT_ATTACHEXC`: the process becomes the debugger's child.
    DebuggerAttaches,
    /// `PT_DETACH`, or the debugger's own end: the process is its old parent's child again.
    DebuggerLetsGo,
    /// The waiting call is interrupted by a signal.
    Interrupted,
    /// The system is briefly out of memory or of descriptors.
    Shortage,
    /// `proc_exit` notifies the watchers. There is no zombie yet.
    Exits(ExitReason),
    /// Now there is a zombie: `p_stat = SZOMB`.
    BecomesZombie,
    /// The debugger reaps it, whereupon the zombie is given back to the old parent.
    DebuggerTakesIt,
}
use Happens::*;

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Running,
    Stopped,
    Exiting(ExitReason),
    Zombie(ExitReason),
    /// The process id may be another process's.
    Gone,
}

struct Mac {
    script: VecDeque<Happens>,
    state: State,
    traced: bool,
    /// Simulates the call that the companion used at first: waitid(2), `WEXITED | WNOWAIT`, as XNU implements it.
    waits_by_waitid: bool,
    group_was_killed: bool,
    slept: Duration,
}

impl Mac {
    fn new(script: &[Happens]) -> Self {
        Self {
            script: script.iter().copied().collect(),
            state: State::Running,
            traced: false,
            waits_by_waitid: false,
            group_was_killed: false,
            slept: Duration::ZERO,
        }
    }

    fn next(&mut self) -> Option<Happens> {
        let happens = self.script.pop_front()?;
        self.state = match (happens, self.state) {
            (Stops, State::Running) => State::Stopped,
            (GoesOn, State::Stopped) => State::Running,
            (Exits(reason), State::Running | State::Stopped) => State::Exiting(reason),
            (BecomesZombie, State::Exiting(reason)) => State::Zombie(reason),
            (_, state) => state,
        };
        match happens {
            DebuggerAttaches => self.traced = true,
            DebuggerLetsGo => self.traced = false,
            // Only a zombie can be reaped.
            DebuggerTakesIt if matches!(self.state, State::Zombie(_)) => self.traced = false,
            _ => {}
        }
        Some(happens)
    }

    fn has_ended(&self) -> bool {
        !matches!(self.state, State::Running | State::Stopped)
    }
}

impl System for Mac {
    fn ended(&mut self) -> rustix::io::Result<()> {
        // `filt_procattach` looks for a process, and doesn't find zombies.
        if self.has_ended() {
            return Err(Errno::SRCH);
        }
        if self.waits_by_waitid && self.traced {
            return Err(Errno::CHILD);
        }
        loop {
            match self.next().expect("the script ends with the process") {
                Interrupted => return Err(Errno::INTR),
                Shortage => return Err(Errno::NOMEM),
                Exits(_) => return Ok(()),
                Stops if self.waits_by_waitid => return Ok(()),
                DebuggerAttaches if self.waits_by_waitid => return Err(Errno::CHILD),
                _ => {}
            }
        }
    }

    fn take(&mut self) -> rustix::io::Result<Option<ExitReason>> {
        assert!(self.has_ended(), "it is looked for before it has ended");
        match self.state {
            _ if self.traced => Err(Errno::CHILD),
            State::Zombie(reason) => {
                self.state = State::Gone;
                Ok(Some(reason))
            }
            State::Gone => Err(Errno::CHILD),
            _ => Ok(None),
        }
    }

    fn kill_group(&mut self) {
        assert!(self.has_ended(), "a child that lives was ended");
        assert!(self.state != State::Gone, "a stranger was hit");
        self.group_was_killed = true;
    }

    fn pause(&mut self, time: Duration) {
        self.slept += time;
        self.next();
    }
}

const OUT: ExitReason = ExitReason::Code(3);

/// Follows the process through the script. Returns what was reported, and the Mac afterwards.
fn through(mut mac: Mac) -> (ExitReason, Mac) {
    let pid = Pid::from_raw(12345).unwrap();
    let process = Process::default();
    process.started(pid);
    let (mut ends, mut words) = (0, Vec::new());
    follow(&process, &mut mac, || ends += 1, |reason| words.push(reason));
    assert_eq!((ends, words.len()), (1, 1), "each is told once");
    assert_eq!(process.pid(), None, "no signal finds it any more");
    (words[0], mac)
}

#[test]
fn stopping_and_debugging_a_child_is_no_end_of_it() {
    let lives: &[&[Happens]] = &[
        &[],
        &[Stops, GoesOn],
        &[Stops, Interrupted, Interrupted],
        &[DebuggerAttaches, Stops, GoesOn, DebuggerLetsGo],
        &[Stops, DebuggerAttaches, GoesOn, Interrupted, DebuggerLetsGo, DebuggerAttaches, DebuggerLetsGo],
        &[Shortage, Stops, Shortage, GoesOn],
    ];
    for life in lives {
        let script = [life, [Exits(OUT), BecomesZombie].as_slice()].concat();
        let (told, mac) = through(Mac::new(&script));
        assert_eq!((told, mac.state), (OUT, State::Gone), "{life:?}");
        assert!(mac.group_was_killed, "{life:?}");
    }
}

#[test]
fn a_child_that_ends_in_a_debugger_is_taken_when_it_is_given_back() {
    for back in [DebuggerTakesIt, DebuggerLetsGo] {
        let script =
            [DebuggerAttaches, Exits(OUT), Interrupted, BecomesZombie, Interrupted, Interrupted, back];
        let (told, mac) = through(Mac::new(&script));
        assert_eq!((told, mac.state), (OUT, State::Gone));
    }
}

#[test]
fn a_debugger_that_holds_the_remains_delays_the_word_for_a_moment_only() {
    let (told, mac) = through(Mac::new(&[DebuggerAttaches, Exits(OUT), BecomesZombie]));
    assert_eq!(told, ExitReason::Unknown);
    assert!(mac.slept >= REMAINS_LIMIT && mac.slept <= REMAINS_LIMIT + LONGEST_PAUSE);
    // Given back after the end was reported: nothing is reported twice, and no zombie stays.
    let late: Vec<_> = [DebuggerAttaches, Exits(OUT), BecomesZombie]
        .into_iter()
        .chain(std::iter::repeat_n(Interrupted, 30))
        .chain([DebuggerTakesIt])
        .collect();
    let (told, mac) = through(Mac::new(&late));
    assert!(mac.slept > WORD_LIMIT, "{:?}", mac.slept);
    assert_eq!((told, mac.state), (ExitReason::Unknown, State::Gone));
}

#[test]
fn a_child_that_has_ended_before_it_is_watched_is_taken() {
    let mut mac = Mac::new(&[]);
    mac.state = State::Zombie(OUT);
    let (told, mac) = through(mac);
    assert_eq!((told, mac.state), (OUT, State::Gone));
}

#[test]
fn a_child_that_somebody_else_took_is_never_signalled() {
    struct Taken;
    impl System for Taken {
        fn ended(&mut self) -> rustix::io::Result<()> {
            Err(Errno::CHILD)
        }
        fn take(&mut self) -> rustix::io::Result<Option<ExitReason>> {
            panic!("its number may be a stranger's")
        }
        fn kill_group(&mut self) {
            panic!("its number may be a stranger's")
        }
        fn pause(&mut self, _: Duration) {}
    }
    let process = Process::default();
    process.started(Pid::from_raw(12345).unwrap());
    let mut words = Vec::new();
    follow(&process, &mut Taken, || {}, |reason| words.push(reason));
    assert_eq!(words, [ExitReason::Unknown]);
}

/// The companion's first approach fails here as on a Mac.
#[test]
#[should_panic(expected = "a child that lives was ended")]
fn by_waitid_a_stopped_child_would_be_ended() {
    let mut mac = Mac::new(&[Stops, GoesOn, Exits(OUT), BecomesZombie]);
    mac.waits_by_waitid = true;
    through(mac);
}

/// A real process in its own group, followed on a thread.
fn real(program: &str, args: &[&str]) -> (Pid, Arc<Process>, mpsc::Receiver<ExitReason>) {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).process_group(0);
    // `Process::wait` waits for it.
    #[expect(clippy::zombie_processes, reason = "see above")]
    let child = command.spawn().unwrap();
    let pid = Pid::from_child(&child);
    let process = Arc::new(Process::default());
    process.started(pid);
    let (sender, told) = mpsc::channel();
    let waiting = Arc::clone(&process);
    std::thread::spawn(move || {
        waiting.wait(
            pid,
            || {},
            |reason| {
                let _ = sender.send(reason);
            },
        );
    });
    (pid, process, told)
}

const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn a_real_one_is_stopped_goes_on_and_ends() {
    let (pid, process, told) = real("sleep", &["600"]);
    for _ in 0..20 {
        kill_process(pid, Signal::STOP).unwrap();
        // A caller that waits for stops sees it, so it has stopped.
        let stopped = rustix::process::waitpid(Some(pid), WaitOptions::UNTRACED).unwrap().unwrap().1;
        assert!(stopped.stopped());
        kill_process(pid, Signal::CONT).unwrap();
    }
    assert_eq!(process.pid(), Some(pid));
    assert!(told.try_recv().is_err());
    process.kill();
    assert_eq!(told.recv_timeout(LIMIT), Ok(ExitReason::Signal(Signal::KILL.as_raw())));
    assert_eq!(process.pid(), None);
    // There is no process left to signal, and none is signalled.
    process.kill();
}

#[test]
fn a_real_one_that_is_gone_already_is_told() {
    let (_, _, told) = real("sh", &["-c", "exit 7"]);
    assert_eq!(told.recv_timeout(LIMIT), Ok(ExitReason::Code(7)));
}

#[test]
fn one_that_is_ended_before_it_is_there_ends_when_it_is() {
    let process = Process::default();
    process.kill();
    assert_eq!(process.pid(), None);
    use std::os::unix::process::CommandExt;
    let mut child = Command::new("sleep").arg("600").process_group(0).spawn().unwrap();
    process.started(Pid::from_child(&child));
    assert!(!child.wait().unwrap().success());
}
