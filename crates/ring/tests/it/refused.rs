//! Descriptors that aren't a host's segment.

use std::fs::File;
use std::os::fd::AsFd;

use rustix::fs::{fstat, ftruncate};
use wavecraft_ring::attach;

use crate::{attached, segment};

#[test]
fn the_size_of_a_segment_can_not_change() {
    let host = segment(64, 2, 2);
    let size = || fstat(&host.descriptor).expect("a size").st_size;
    let before = size();
    for len in [0, 1, 4096, 1 << 30] {
        assert!(ftruncate(&host.descriptor, len).is_err(), "resized to {len}");
    }
    assert_eq!(size(), before);
    assert_eq!(attached(&host).generation(), 3);
}

#[test]
fn a_file_is_refused() {
    let file = File::open(std::env::current_exe().expect("this program")).expect("readable");
    assert!(attach(file.into()).is_err());
}

#[test]
fn a_pipe_is_refused() {
    let (reader, _writer) = std::io::pipe().expect("a pipe");
    let copy = reader.as_fd().try_clone_to_owned().expect("a descriptor");
    assert!(attach(copy).is_err());
}
