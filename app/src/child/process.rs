//! A child's process, from its spawn until nothing of it is left.
//!
//! What is decided is in [`follow`], over [`System`]: the tests play a Mac, where a process may be stopped, be taken over
//! by a debugger, and come back.

use super::exit::ExitReason;
use crate::platform;
use rustix::{
    io::Errno,
    process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, waitpid},
};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// How its process ended is told after so long even if the system hasn't said.
const WORD_LIMIT: Duration = Duration::from_secs(2);
/// Its remains are looked for so long: a debugger may hold them.
const REMAINS_LIMIT: Duration = Duration::from_secs(600);
/// The first pause between two looks. Each is twice as long as the one before, to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A process that can be ended at any moment.
#[derive(Debug, Default)]
pub(crate) struct Process {
    /// Locked while the number is used for a signal or given back to the system, so that a signal never hits a stranger
    /// with the same number.
    stage: Mutex<Stage>,
    /// It is to be ended, and was not there yet.
    unwanted: Notify,
}

#[derive(Debug, Default, Clone, Copy)]
enum Stage {
    /// The system hasn't started it yet.
    #[default]
    Starting,
    /// It is to be ended as soon as the system has started it.
    Unwanted,
    /// It runs, stands still, or ends just now.
    Running(Pid),
    /// It has ended: the number may be somebody else's.
    Ended,
}

impl Process {
    /// Ends it now, and everything in its process group; one that isn't there yet, as soon as it is. Nothing happens to
    /// one that is gone.
    pub(crate) fn kill(&self) {
        let mut stage = self.stage();
        match *stage {
            Stage::Running(pid) => kill(pid),
            Stage::Starting => {
                *stage = Stage::Unwanted;
                self.unwanted.notify_one();
            }
            Stage::Unwanted | Stage::Ended => {}
        }
    }

    /// Its number, while it runs.
    pub(crate) fn pid(&self) -> Option<Pid> {
        match *self.stage() {
            Stage::Running(pid) => Some(pid),
            Stage::Starting | Stage::Unwanted | Stage::Ended => None,
        }
    }

    /// Waits until it is to be ended although it isn't there yet.
    pub(super) async fn unwanted(&self) {
        self.unwanted.notified().await;
    }

    /// The system has started it.
    pub(super) fn started(&self, pid: Pid) {
        let mut stage = self.stage();
        if matches!(*stage, Stage::Unwanted) {
            kill(pid);
        }
        *stage = Stage::Running(pid);
    }

    /// Waits on this thread until nothing of it is left. `ended` is called at once when it has ended, `told` once, with
    /// how, which may be a moment later.
    pub(super) fn wait(&self, pid: Pid, ended: impl FnOnce(), told: impl FnOnce(ExitReason)) {
        follow(self, &mut Real { pid, end: platform::EndWatch::new(pid) }, ended, told);
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The process, and what is in its group. Both calls can fail only because there is nothing to end any more.
fn kill(pid: Pid) {
    let _ = kill_process_group(pid, Signal::KILL);
    let _ = kill_process(pid, Signal::KILL);
}

/// What the system says of one process that is a child of this one.
trait System {
    /// Sleeps until the process has ended. Being stopped, going on, or having a debugger isn't an end.
    ///
    /// # Errors
    /// ESRCH or ECHILD: it has ended already. Everything else: it is to be asked again.
    fn ended(&mut self) -> rustix::io::Result<()>;

    /// Takes what is left of the process, and gives back its number: waitpid(2), without waiting. `None`: not yet.
    ///
    /// # Errors
    /// ECHILD: it is somebody else's child now.
    fn take(&mut self) -> rustix::io::Result<Option<ExitReason>>;

    /// Ends what is left in the process's group.
    fn kill_group(&mut self);

    /// Lets time pass.
    fn pause(&mut self, time: Duration);
}

struct Real {
    pid: Pid,
    end: platform::EndWatch,
}

impl System for Real {
    fn ended(&mut self) -> rustix::io::Result<()> {
        self.end.ended()
    }

    fn take(&mut self) -> rustix::io::Result<Option<ExitReason>> {
        Ok(waitpid(Some(self.pid), WaitOptions::NOHANG)?.map(|(_, status)| ExitReason::of(status)))
    }

    fn kill_group(&mut self) {
        let _ = kill_process_group(self.pid, Signal::KILL);
    }

    fn pause(&mut self, time: Duration) {
        std::thread::sleep(time);
    }
}

fn follow(process: &Process, system: &mut impl System, ended: impl FnOnce(), told: impl FnOnce(ExitReason)) {
    let still_ours = loop {
        match system.ended() {
            // Linux: nobody can wait for a process that was taken away already, so the number isn't its own any more.
            Err(Errno::CHILD) => break false,
            // macOS: one that has ended can't be watched, and is still to be taken.
            Ok(()) | Err(Errno::SRCH) => break true,
            Err(Errno::INTR) => {}
            Err(_) => system.pause(LONGEST_PAUSE),
        }
    };
    ended();
    {
        let mut stage = process.stage();
        // What it left behind in its group ends with it. Until it is taken away, the number stays its own.
        if still_ours {
            system.kill_group();
        }
        *stage = Stage::Ended;
    }
    let mut told = Some(told);
    let mut tell = |reason| told.take().into_iter().for_each(|told| told(reason));
    let (mut pause, mut waited) = (FIRST_PAUSE, Duration::ZERO);
    // A Mac says that it has ended a moment before it can be taken; and what a debugger holds is the debugger's child,
    // until that has taken it and it is ours again.
    while still_ours && waited < REMAINS_LIMIT {
        if let Ok(Some(reason)) = system.take() {
            return tell(reason);
        }
        if waited >= WORD_LIMIT {
            tell(ExitReason::Unknown);
        }
        system.pause(pause);
        waited += pause;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    tell(ExitReason::Unknown);
}

#[cfg(test)]
mod tests;
