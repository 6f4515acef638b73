//! Linux on x86-64: system calls are caught by *syscall user dispatch*, which sends SIGSYS in place of a call while a byte says
//! so (the kernel's Documentation/admin-guide/syscall-user-dispatch.rst).
//!
//! The handler notes the call and has the thread go on in a few instructions of our own ([`make_call`]), which make the very
//! call with the caller's registers and signal mask, have calls caught again, and return to the caller. So every call of a
//! block is seen, none is made inside of the handler, and what the caller finds is what the kernel answered.
#![expect(
    unsafe_code,
    reason = "a signal's handler, the registers of what it interrupted, and a system call"
)]

use std::arch::naked_asm;
use std::ffi::{c_int, c_ulong, c_void};
use std::io;
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use libc::{greg_t, sigaction, siginfo_t, ucontext_t};

use crate::watch::selector::{SELECTOR, let_pass};
use crate::watch::thread::{is_inside, note_system_call};

/// `PR_SET_SYSCALL_USER_DISPATCH` and `PR_SYS_DISPATCH_ON` of <linux/prctl.h>; libc has them for Android only.
const PR_SET_SYSCALL_USER_DISPATCH: c_int = 59;
const PR_SYS_DISPATCH_ON: c_ulong = 1;

/// `SYS_USER_DISPATCH` of <asm-generic/siginfo.h>: the signal's reason.
const SYS_USER_DISPATCH: c_int = 2;

/// `AUDIT_ARCH_X86_64` of <linux/audit.h>: the call is one of 64 bits.
const AUDIT_ARCH_X86_64: u32 = 0xc000_003e;

/// Where `si_arch` is in `siginfo_t`: behind three numbers, their padding, an address and a number.
const ARCH_AT: usize = 28;

/// The length of both `syscall` and `int 0x80`.
const INSTRUCTION: greg_t = 2;

/// What a function may use below its stack pointer (System V ABI for AMD64, 3.2.2).
const RED_ZONE: usize = 128;

/// The room for signals' handlers: the registers alone take 3.6 to 11 KB, and the unwinder some more.
const SIGNAL_STACK: usize = 64 << 10;

/// Where `stack` is in `struct clone_args`, and what it takes to have one.
const CLONE_STACK_AT: usize = 40;
const CLONE_ARGS: greg_t = 64;

/// What happened to SIGSYS before, for those that aren't ours: its handler, and whether that takes three arguments.
static BEFORE: AtomicUsize = AtomicUsize::new(libc::SIG_DFL);
static BEFORE_TAKES_THREE: AtomicUsize = AtomicUsize::new(0);

/// Where a thread goes on that made another one.
static AFTER_CLONE: AtomicUsize = AtomicUsize::new(0);

/// A signal mask without SIGSYS.
static MASK: AtomicU64 = AtomicU64::new(0);

/// From here on the calling thread's system calls are caught while the selector says so. Threads and programs that it starts
/// don't inherit it (the kernel's documentation). For one thread of a process, which never ends.
///
/// # Errors
///
/// Why they can't be, for a person.
pub(in crate::watch) fn catch_system_calls() -> Result<(), String> {
    let refused = |error: io::Error| {
        format!(
            "this system doesn't let a program watch its own ({error}): it takes Linux 5.11 or later, without a sandbox"
        )
    };
    enlarge_signal_stack().map_err(refused)?;
    handle().map_err(refused)?;
    let_pass();
    unblock();
    let nowhere: c_ulong = 0;
    // SAFETY: the byte is read at every later call of this thread, and is a static. No range is exempt.
    let result = unsafe {
        libc::prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, nowhere, nowhere, SELECTOR.as_ptr())
    };
    if result == 0 { Ok(()) } else { Err(refused(io::Error::last_os_error())) }
}

/// Lets SIGSYS through to this thread: the kernel ends a process that it can't send it to.
pub(in crate::watch) fn unblock() {
    // SAFETY: all-zero is a valid value.
    let mut set: libc::sigset_t = unsafe { mem::zeroed() };
    // SAFETY: the set is live.
    unsafe { libc::sigemptyset(&raw mut set) };
    // SAFETY: as above, and the signal exists.
    unsafe { libc::sigaddset(&raw mut set, libc::SIGSYS) };
    // SAFETY: the set is live and read during the call.
    unsafe { libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const set, ptr::null_mut()) };
}

/// Gives this thread a stack for signals' handlers that is large enough, unless it has one. It is never given back.
fn enlarge_signal_stack() -> io::Result<()> {
    // SAFETY: all-zero is a valid value.
    let mut stack: libc::stack_t = unsafe { mem::zeroed() };
    // SAFETY: the structure is live and filled in by the call.
    if unsafe { libc::sigaltstack(ptr::null(), &raw mut stack) } != 0 {
        return Err(io::Error::last_os_error());
    }
    if stack.ss_flags & libc::SS_DISABLE == 0 && stack.ss_size >= SIGNAL_STACK {
        return Ok(());
    }
    let room: &'static mut [u8] = vec![0_u8; SIGNAL_STACK].leak();
    // So that its pages are there.
    room.fill(1);
    stack = libc::stack_t { ss_sp: room.as_mut_ptr().cast(), ss_flags: 0, ss_size: SIGNAL_STACK };
    // SAFETY: the memory is this stack's for good.
    if unsafe { libc::sigaltstack(&raw const stack, ptr::null_mut()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

fn handle() -> io::Result<()> {
    // SAFETY: all-zero is a valid value: no flag, an empty mask.
    let mut action: sigaction = unsafe { mem::zeroed() };
    // SAFETY: as above.
    let mut before: sigaction = unsafe { mem::zeroed() };
    // SAFETY: for the kernel, which passes what such a handler takes.
    let handler: unsafe extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = caught;
    action.sa_sigaction = handler as usize;
    // Not blocked meanwhile: another signal's handler may interrupt this one after it has calls caught again.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER | libc::SA_RESTART;
    // SAFETY: both structures are live; the handler does only what a handler may.
    if unsafe { libc::sigaction(libc::SIGSYS, &raw const action, &raw mut before) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SYNC: read by the handler of this very thread.
    BEFORE.store(before.sa_sigaction, Ordering::Relaxed);
    BEFORE_TAKES_THREE.store(usize::from(before.sa_flags & libc::SA_SIGINFO != 0), Ordering::Relaxed);
    Ok(())
}

// SAFETY: for callers: the kernel calls it, with what belongs to SA_SIGINFO.
unsafe extern "C" fn caught(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: it is live during the handler.
    let reason = unsafe { (*info).si_code };
    if reason != SYS_USER_DISPATCH {
        // SAFETY: what came is passed on as it is.
        return unsafe { pass_on(signal, info, context) };
    }
    let_pass();
    // SAFETY: the kernel's copy of the registers, which are the thread's again when the handler returns.
    let context = unsafe { &mut *context.cast::<ucontext_t>() };
    let (registers, signal_stack) = (&mut context.uc_mcontext.gregs, &context.uc_stack);
    // SAFETY: within the structure, which has this number there for this reason.
    let arch = unsafe { info.wrapping_byte_add(ARCH_AT).cast::<u32>().read() };
    let number = registers[at(libc::REG_RAX)];
    let [next, pointer] = [libc::REG_RIP, libc::REG_RSP].map(|register| address(registers[at(register)]));
    // What another signal's handler does isn't the processor's doing: it returns to `process`, or calls from a stack of its own,
    // as the one that tells of an overflow.
    let is_of_handler = number == libc::SYS_rt_sigreturn || lies_in(pointer, signal_stack);
    if !is_of_handler && is_inside() {
        // What makes a thread has asked for its stack before, and is told by that: from here no stack can be followed.
        if number != libc::SYS_clone && number != libc::SYS_clone3 {
            note_system_call(number, next, pointer);
        }
        if arch == AUDIT_ARCH_X86_64 && redirect(registers) {
            return;
        }
    }
    // The kernel has put everything back: the same instruction again, with calls passing for the rest of the block, or until
    // something else is noted.
    registers[at(libc::REG_RIP)] -= INSTRUCTION;
}

/// Has the thread go on in our own instructions, which make the call. Returns whether that is possible.
fn redirect(registers: &mut [greg_t; 23]) -> bool {
    let next = registers[at(libc::REG_RIP)];
    let [first, second] = [libc::REG_RDI, libc::REG_RSI].map(|register| registers[at(register)]);
    match registers[at(libc::REG_RAX)] {
        // Both sides would go on with the same stack, one after the other.
        libc::SYS_fork | libc::SYS_vfork => return false,
        libc::SYS_clone if second == 0 => return false,
        libc::SYS_clone3 if !has_own_stack(first, second) => return false,
        libc::SYS_clone | libc::SYS_clone3 => {
            // SYNC: read by this thread and by the one that it makes, which the kernel makes after this.
            AFTER_CLONE.store(address(next), Ordering::Relaxed);
            // SAFETY: for the thread, which goes on there with what it takes.
            let make_clone: unsafe extern "C" fn() = make_clone;
            registers[at(libc::REG_RIP)] = register(make_clone as usize);
            return true;
        }
        _ => {}
    }
    let pointer = address(registers[at(libc::REG_RSP)]).wrapping_sub(RED_ZONE + 2 * size_of::<usize>());
    let kept = pointer as *mut usize;
    // SAFETY: the interrupted function's stack, below what it may use.
    unsafe { kept.write(address(next)) };
    // SAFETY: as above.
    unsafe { kept.wrapping_add(1).write(address(second)) };
    registers[at(libc::REG_RSP)] = register(pointer);
    // SAFETY: for the thread, which goes on there with what it takes.
    let make_call: unsafe extern "C" fn() = make_call;
    registers[at(libc::REG_RIP)] = register(make_call as usize);
    if registers[at(libc::REG_RAX)] == libc::SYS_rt_sigprocmask {
        keep_open(registers);
    }
    true
}

/// A call that changes the signal mask doesn't block SIGSYS: the next call would be this process's end.
fn keep_open(registers: &mut [greg_t; 23]) {
    let (set, size) = (registers[at(libc::REG_RSI)], registers[at(libc::REG_R10)]);
    let blocks = registers[at(libc::REG_RDI)] != greg_t::from(libc::SIG_UNBLOCK);
    if set != 0 && blocks && usize::try_from(size) == Ok(size_of::<u64>()) {
        // SAFETY: the caller's own set, of this size; the kernel would read it too.
        let mask = unsafe { (address(set) as *const u64).read_unaligned() };
        // SYNC: read by the kernel in this very thread.
        MASK.store(mask & !(1 << (libc::SIGSYS - 1)), Ordering::Relaxed);
        registers[at(libc::REG_RSI)] = register(MASK.as_ptr().addr());
    }
}

/// Whether `struct clone_args` names a stack for what is made.
fn has_own_stack(arguments: greg_t, size: greg_t) -> bool {
    let stack = (address(arguments) + CLONE_STACK_AT) as *const u64;
    // SAFETY: the caller's own structure, of at least this size; the kernel would read it too.
    arguments != 0 && size >= CLONE_ARGS && unsafe { stack.read_unaligned() } != 0
}

/// Makes the call with all registers as they were but for the stack pointer; has calls caught again; returns to the caller,
/// whose `rcx` a system call overwrites in any case. No flag changes.
// SAFETY: for callers: jumped to by the handler alone, with the two words on the stack that it takes off.
#[unsafe(naked)]
unsafe extern "C" fn make_call() {
    naked_asm!(
        "syscall",
        "mov byte ptr [rip + {selector}], 1",
        "pop rcx",
        "pop rsi",
        "lea rsp, [rsp + 128]",
        "jmp rcx",
        selector = sym SELECTOR,
    )
}

/// The same where another thread goes on behind the call too, on a stack of its own and with 0 in `rax`: the selector isn't
/// its business.
// SAFETY: for callers: jumped to by the handler alone.
#[unsafe(naked)]
unsafe extern "C" fn make_clone() {
    naked_asm!(
        "syscall",
        "test rax, rax",
        "jz 2f",
        "mov byte ptr [rip + {selector}], 1",
        "2:",
        "mov rcx, qword ptr [rip + {after}]",
        "jmp rcx",
        selector = sym SELECTOR,
        after = sym AFTER_CLONE,
    )
}

// SAFETY: for callers: the arguments of a handler.
unsafe fn pass_on(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    match BEFORE.load(Ordering::Relaxed) {
        libc::SIG_IGN => {}
        libc::SIG_DFL => {
            // Ends the process, as it would have without us.
            // SAFETY: sets a signal's default and sends it.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
            // SAFETY: as above.
            unsafe { libc::raise(signal) };
        }
        handler if BEFORE_TAKES_THREE.load(Ordering::Relaxed) != 0 => {
            // SAFETY: somebody installed it as such a handler.
            let handler = unsafe {
                // SAFETY: for the call below, which passes what such a handler takes.
                mem::transmute::<usize, unsafe extern "C" fn(c_int, *mut siginfo_t, *mut c_void)>(handler)
            };
            // SAFETY: with the kernel's own arguments.
            unsafe { handler(signal, info, context) };
        }
        handler => {
            // SAFETY: somebody installed it as such a handler.
            let handler = unsafe { mem::transmute::<usize, unsafe extern "C" fn(c_int)>(handler) };
            // SAFETY: with the kernel's own argument.
            unsafe { handler(signal) };
        }
    }
}

fn lies_in(address: usize, stack: &libc::stack_t) -> bool {
    let begin = stack.ss_sp.addr();
    stack.ss_flags & libc::SS_DISABLE == 0 && (begin..begin.saturating_add(stack.ss_size)).contains(&address)
}

/// The place of a register in the kernel's copy.
fn at(register: c_int) -> usize {
    usize::try_from(register).unwrap_or(0)
}

/// A register's value as an address.
const fn address(value: greg_t) -> usize {
    usize::from_ne_bytes(value.to_ne_bytes())
}

/// An address as a register's value.
const fn register(address: usize) -> greg_t {
    greg_t::from_ne_bytes(address.to_ne_bytes())
}
