//! Starting a child. This file couldn't be run on a Mac where it was written, so each call is next to the rule it
//! follows. On Linux it runs over `crates/mac-shim/spawn.rs`.
#![expect(unsafe_code, reason = "posix_spawn, which alone can start a process without fork and disclaimed")]

#[cfg(mac_shim)]
use crate::platform::spawn_shim::libc;

use crate::platform::{Program, SEGMENT_DESCRIPTOR, SOCKET_DESCRIPTOR, Spawned, answers, mach_o};
use rustix::process::Pid;
use std::{
    ffi::{CString, OsStr, c_char, c_int, c_short},
    io,
    mem::MaybeUninit,
    os::{
        fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    ptr,
};
use tracing::warn;

// SAFETY: declared as in Apple's header.
unsafe extern "C" {
    /// `<spawn.h>`, macOS 10.15 and later: the child changes to this folder before it execs.
    fn posix_spawn_file_actions_addchdir_np(
        actions: *mut libc::posix_spawn_file_actions_t,
        path: *const c_char,
    ) -> c_int;
}

/// `int responsibility_spawnattrs_setdisclaim(posix_spawnattr_t *, int)`, in libSystem without a header: the child
/// becomes responsible for itself, so that it doesn't share this app's microphone permission.
// SAFETY: for callers: the attributes were initialised, and aren't destroyed yet.
type SetDisclaim = unsafe extern "C" fn(*mut libc::posix_spawnattr_t, c_int) -> c_int;

/// Starts `program` with `segment` and `socket` as its descriptors 3 and 4.
///
/// It doesn't fork: an AppKit process has threads and locks that a forked child must not touch.
/// `POSIX_SPAWN_CLOEXEC_DEFAULT` closes everything that no file action names.
///
/// # Errors
/// The error of `posix_spawn` (its functions return the errno instead of setting it), or a text with a zero byte.
pub(crate) fn spawn(
    program: &Program,
    segment: BorrowedFd<'_>,
    socket: BorrowedFd<'_>,
) -> io::Result<Spawned> {
    let executable = c_string(program.runs.executable.as_os_str())?;
    let folder = c_string(program.cwd.as_os_str())?;
    let args = std::iter::once(Ok(executable.clone()))
        .chain(program.arguments().map(c_string))
        .collect::<io::Result<Vec<_>>>()?;
    let env = program
        .env
        .iter()
        .map(|(name, value)| c_string(&[name.as_os_str(), value.as_os_str()].join(OsStr::new("="))))
        .collect::<io::Result<Vec<_>>>()?;
    let null = std::fs::File::open("/dev/null")?;
    let (stdout, stdout_write) = io::pipe()?;
    let (stderr, stderr_write) = io::pipe()?;

    let mut actions = FileActions::new()?;
    // The file actions' dup2s run in order. A source number that an earlier one overwrites would be lost, so every
    // source is first copied above the numbers with a meaning.
    let sources = [
        (null.as_raw_fd(), 0),
        (stdout_write.as_raw_fd(), 1),
        (stderr_write.as_raw_fd(), 2),
        (segment.as_raw_fd(), SEGMENT_DESCRIPTOR),
        (socket.as_raw_fd(), SOCKET_DESCRIPTOR),
    ];
    let mut copies = Vec::new();
    for (source, target) in sources {
        let copy = copy_above(source)?;
        actions.dup2(copy.as_raw_fd(), target)?;
        copies.push(copy);
    }
    actions.change_folder(&folder)?;
    let mut attributes = Attributes::new()?;
    attributes.own_group_and_nothing_open()?;
    // The plugin host is built for both processors; it must run as the one that the library was built for.
    if let Some(cpu_type) = program.runs.library.as_deref().and_then(mach_o::cpu_type) {
        attributes.prefer(cpu_type)?;
    }
    if let Err(reason) = attributes.disclaim() {
        warn!("a child shares the companion's permission for the microphone: {reason}");
    }

    let mut pid: libc::pid_t = 0;
    let (argv, envp) = (pointers(&args), pointers(&env));
    // SAFETY: every pointer is to a live local: the path and the strings of both arrays outlive the call, both arrays
    // end with a null pointer as `posix_spawn(2)` wants, and the two objects were initialised by their constructors.
    let error = unsafe {
        libc::posix_spawn(
            &mut pid,
            executable.as_ptr(),
            &actions.0,
            &attributes.0,
            argv.as_ptr(),
            envp.as_ptr(),
        )
    };
    check(error)?;
    let pid = Pid::from_raw(pid).ok_or_else(|| io::Error::other("posix_spawn gave no process"))?;
    Ok(Spawned { pid, stdout: stdout.into(), stderr: stderr.into() })
}

fn c_string(text: &OsStr) -> io::Result<CString> {
    CString::new(text.as_bytes()).map_err(io::Error::from)
}

fn pointers(strings: &[CString]) -> Vec<*mut c_char> {
    strings.iter().map(|string| string.as_ptr().cast_mut()).chain([ptr::null_mut()]).collect()
}

fn check(error: c_int) -> io::Result<()> {
    if error == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(error)) }
}

/// Above every descriptor number with a meaning.
const OUT_OF_THE_WAY: c_int = 16;

fn copy_above(fd: c_int) -> io::Result<OwnedFd> {
    // SAFETY: F_DUPFD_CLOEXEC makes a new descriptor and touches no memory; a bad number is an error it returns.
    let copy = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, OUT_OF_THE_WAY) };
    if copy < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor was made by the call above and nobody else knows its number.
    Ok(unsafe { OwnedFd::from_raw_fd(copy) })
}

struct FileActions(libc::posix_spawn_file_actions_t);

impl FileActions {
    fn new() -> io::Result<Self> {
        let mut actions = MaybeUninit::uninit();
        // SAFETY: `posix_spawn_file_actions_init(3)` writes the object that its argument points to.
        check(unsafe { libc::posix_spawn_file_actions_init(actions.as_mut_ptr()) })?;
        // SAFETY: it returned 0, so the object is initialised.
        Ok(Self(unsafe { actions.assume_init() }))
    }

    fn dup2(&mut self, from: c_int, to: c_int) -> io::Result<()> {
        // SAFETY: the object is initialised; the numbers are only recorded here and used in the child.
        check(unsafe { libc::posix_spawn_file_actions_adddup2(&mut self.0, from, to) })
    }

    fn change_folder(&mut self, folder: &CString) -> io::Result<()> {
        // SAFETY: the object is initialised, and the call copies the path.
        check(unsafe { posix_spawn_file_actions_addchdir_np(&mut self.0, folder.as_ptr()) })
    }
}

impl Drop for FileActions {
    fn drop(&mut self) {
        // SAFETY: the object was initialised by `new` and is destroyed once, here.
        unsafe { libc::posix_spawn_file_actions_destroy(&mut self.0) };
    }
}

struct Attributes(libc::posix_spawnattr_t);

impl Attributes {
    fn new() -> io::Result<Self> {
        let mut attributes = MaybeUninit::uninit();
        // SAFETY: `posix_spawnattr_init(3)` writes the object that its argument points to.
        check(unsafe { libc::posix_spawnattr_init(attributes.as_mut_ptr()) })?;
        // SAFETY: it returned 0, so the object is initialised.
        Ok(Self(unsafe { attributes.assume_init() }))
    }

    fn own_group_and_nothing_open(&mut self) -> io::Result<()> {
        let flags = libc::POSIX_SPAWN_SETPGROUP
            | libc::POSIX_SPAWN_CLOEXEC_DEFAULT
            | libc::POSIX_SPAWN_SETSIGDEF
            | libc::POSIX_SPAWN_SETSIGMASK;
        let flags = c_short::try_from(flags).map_err(io::Error::other)?;
        let mut none = MaybeUninit::uninit();
        let mut all = MaybeUninit::uninit();
        // SAFETY: `sigemptyset(3)` writes the set that its argument points to, and can't fail.
        unsafe { libc::sigemptyset(none.as_mut_ptr()) };
        // SAFETY: `sigfillset(3)` likewise.
        unsafe { libc::sigfillset(all.as_mut_ptr()) };
        // SAFETY: the object is initialised; the group 0 means one of the child's own.
        check(unsafe { libc::posix_spawnattr_setpgroup(&mut self.0, 0) })?;
        // SAFETY: the object and the set are initialised; the call copies the set.
        check(unsafe { libc::posix_spawnattr_setsigmask(&mut self.0, none.as_ptr()) })?;
        // SAFETY: the object and the set are initialised; the call copies the set.
        check(unsafe { libc::posix_spawnattr_setsigdefault(&mut self.0, all.as_ptr()) })?;
        // SAFETY: the object is initialised.
        check(unsafe { libc::posix_spawnattr_setflags(&mut self.0, flags) })
    }

    /// `posix_spawnattr_setbinpref_np(3)`, macOS 10.5 and later: which part of a universal program is tried first. If
    /// the program has no such part the spawn fails with `EBADARCH`.
    fn prefer(&mut self, cpu_type: libc::cpu_type_t) -> io::Result<()> {
        let (mut preferred, mut accepted) = (cpu_type, 0);
        // SAFETY: the object is initialised; one type is read, and the number of those taken is written, both here.
        check(unsafe { libc::posix_spawnattr_setbinpref_np(&mut self.0, 1, &mut preferred, &mut accepted) })
    }

    /// # Errors
    /// Why the child shares the app's permission for the microphone.
    fn disclaim(&mut self) -> Result<(), String> {
        // SAFETY: the name ends with a zero byte; RTLD_DEFAULT searches what is loaded already.
        let function =
            unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"responsibility_spawnattrs_setdisclaim".as_ptr()) };
        answers::disclaim((!function.is_null()).then_some(|| {
            // SAFETY: the symbol of this name is a C function of this type (see `SetDisclaim`), and never unloaded.
            let set = unsafe { std::mem::transmute::<*mut libc::c_void, SetDisclaim>(function) };
            // SAFETY: the object is initialised; a refusal is returned and changes nothing.
            unsafe { set(&mut self.0, 1) }
        }))
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: the object was initialised by `new` and is destroyed once, here.
        unsafe { libc::posix_spawnattr_destroy(&mut self.0) };
    }
}
