//! Files with random changes to their beginnings: each is handled in bounded time and memory.

use std::path::Path;
use std::process::Command;

use rustix::process::{Resource, Rlimit, setrlimit};
use wavecraft_audio_core::{AudioFile, FileError};

const INSIDE: &str = "WAVECRAFT_MUTATIONS_INSIDE";
/// Limit on the process's address space, with its libraries and threads: far less than a size in a header can ask for.
const ADDRESS_SPACE: u64 = 2 << 30;
const SEEDS: u64 = 120;
/// Number of bytes at the beginning that may be changed: the headers of each format.
const BEGINNING: usize = 400;

/// George Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).expect("it's small")).expect("it's small")
    }
}

fn originals(folder: &Path) -> Vec<Vec<u8>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut files: Vec<Vec<u8>> = ["sine.flac", "sine.mp3", "sine.ogg"]
        .iter()
        .map(|name| std::fs::read(fixtures.join(name)).expect("the fixture is there"))
        .collect();
    for (channels, bits_per_sample, sample_format) in [
        (1, 16, hound::SampleFormat::Int),
        (2, 24, hound::SampleFormat::Int),
        (6, 32, hound::SampleFormat::Float),
    ] {
        let spec = hound::WavSpec { channels, sample_rate: 48_000, bits_per_sample, sample_format };
        let path = folder.join("original.wav");
        let mut writer = hound::WavWriter::create(&path, spec).expect("the file can be made");
        for sample in 0..6000 {
            match sample_format {
                hound::SampleFormat::Int => writer.write_sample(sample).expect("there is room"),
                hound::SampleFormat::Float => writer.write_sample(0.25_f32).expect("there is room"),
            }
        }
        writer.finalize().expect("the file can be closed");
        files.push(std::fs::read(&path).expect("it can be read"));
    }
    // The same behind a tag, and with one.
    let tag = [&b"ID3\x04\0\0\0\0\x01\x00"[..], &[0; 128]].concat();
    let tagged: Vec<Vec<u8>> =
        files.iter().map(|file| [&tag[..], file, b"TAG", &[0; 125]].concat()).collect();
    files.extend(tagged);
    files
}

fn inside() {
    let limit = Rlimit { current: Some(ADDRESS_SPACE), maximum: Some(ADDRESS_SPACE) };
    // Not every system enforces it.
    let _ = setrlimit(Resource::As, limit);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("mutated");
    let (mut played, mut refused) = (0, 0);
    for (number, original) in originals(folder.path()).iter().enumerate() {
        for seed in 1..=SEEDS {
            let mut random = Random(seed * 1000 + u64::try_from(number).expect("it's small"));
            let mut bytes = original.clone();
            for _ in 0..=random.below(4) {
                let at = random.below(bytes.len().min(BEGINNING));
                let value = u8::try_from(random.below(256)).expect("below 256");
                bytes[at] = [0, 1, 0x7F, 0x80, 0xFF, value, value, value][random.below(8)];
            }
            if random.below(8) == 0 {
                bytes.truncate(random.below(bytes.len()));
            }
            std::fs::write(&path, bytes).expect("it can be written");
            match AudioFile::load(&path, 44_100) {
                Ok(file) => {
                    assert!(file.frames().iter().flatten().all(|sample| sample.is_finite()));
                    played += 1;
                }
                Err(FileError::Missing { .. }) => panic!("it is there"),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(played > 100 && refused > 100, "{played} played, {refused} refused");
    println!("{played} played, {refused} refused");
}

#[test]
fn a_mutated_file_is_an_answer_within_bounds() {
    if std::env::var_os(INSIDE).is_some() {
        return inside();
    }
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "mutations::a_mutated_file_is_an_answer_within_bounds", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {}", output.status, &said[said.len().saturating_sub(3000)..]);
}
