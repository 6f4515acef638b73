//! Files as other programs write them: unknown sizes, unusual layouts, tags, several streams, and truncation.

use std::path::{Path, PathBuf};

use wavecraft_audio_core::{AudioFile, FileError, FileReader};

/// Frames of each file made here.
const FRAMES: usize = 2400;
const RATE: u32 = 48_000;
const GUID: &[u8] = b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71";

/// Writes bytes to files and reads them back.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    fn path(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join("file");
        std::fs::write(&path, bytes).expect("it can be written");
        path
    }

    fn load(&self, bytes: &[u8]) -> Result<AudioFile, FileError> {
        let path = self.path(bytes);
        let reader = FileReader::open(&path)?;
        AudioFile::load(&path, reader.sample_rate())
    }

    /// Checks that the file is the signal: every frame, left at full level and right half as loud.
    fn is_signal(&self, bytes: &[u8], channels: u16, what: &str) {
        let file = self.load(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!((file.frames().len(), file.sample_rate()), (FRAMES, RATE), "{what}");
        for (index, [left, right]) in file.frames().iter().enumerate() {
            let expected = signal(index, 0);
            let other = if channels > 1 { signal(index, 1) } else { expected };
            // Eight bits are this coarse.
            assert!((left - expected).abs() < 0.01 && (right - other).abs() < 0.01, "{what}: frame {index}");
        }
    }

    fn refused(&self, bytes: &[u8], reason: &str) {
        let error = self.load(bytes).expect_err(reason).to_string();
        assert!(error.contains(reason), "no `{reason}` in `{error}`");
    }
}

/// Half scale, folded repeatedly; each further channel is half as loud as the one before it, up to the fourth.
fn signal(index: usize, channel: u16) -> f32 {
    let step = u8::try_from(index % 200).expect("it's small");
    (f32::from(step) / 200.0 - 0.5) / 2.0_f32.powi(i32::from(channel.min(4)))
}

fn samples(channels: u16, encode: impl Fn(f32) -> Vec<u8>) -> Vec<u8> {
    (0..FRAMES)
        .flat_map(|index| (0..channels).flat_map(|c| encode(signal(index, c))).collect::<Vec<_>>())
        .collect()
}

/// Integers with `bytes` bytes each, in the most significant bits.
fn integers(channels: u16, bytes: usize) -> Vec<u8> {
    samples(channels, |sample| {
        #[expect(clippy::cast_possible_truncation, reason = "within ±0.5, so it fits")]
        let value = (f64::from(sample) * 2_147_483_648.0) as i32;
        value.to_le_bytes()[4 - bytes..].to_vec()
    })
}

fn chunk(name: &[u8; 4], size: Option<u32>, contents: &[u8]) -> Vec<u8> {
    let size = size.unwrap_or_else(|| u32::try_from(contents.len()).expect("it's small"));
    let mut chunk = [name, &size.to_le_bytes()[..], contents].concat();
    if contents.len() % 2 == 1 {
        chunk.push(0);
    }
    chunk
}

fn format(tag: u16, channels: u16, bits: u16, frame_bytes: u16) -> Vec<u8> {
    [
        &tag.to_le_bytes()[..],
        &channels.to_le_bytes(),
        &RATE.to_le_bytes(),
        &(RATE * u32::from(frame_bytes)).to_le_bytes(),
        &frame_bytes.to_le_bytes(),
        &bits.to_le_bytes(),
    ]
    .concat()
}

fn extensible(tag: u16, channels: u16, bits: u16, guid: &[u8]) -> Vec<u8> {
    let base = format(0xFFFE, channels, bits, channels * bits / 8);
    [&base[..], &22_u16.to_le_bytes(), &bits.to_le_bytes(), &[0; 4], &tag.to_le_bytes(), guid].concat()
}

fn riff(size: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    named(b"RIFF", size, chunks)
}

fn named(name: &[u8; 4], size: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    [name, &size.to_le_bytes()[..], b"WAVE", &chunks.concat()].concat()
}

fn wav(format: &[u8], data: &[u8]) -> Vec<u8> {
    riff(0, &[chunk(b"fmt ", None, format), chunk(b"data", None, data)])
}

fn plain() -> Vec<u8> {
    wav(&format(1, 2, 16, 4), &integers(2, 2))
}

#[test]
fn sizes_that_a_recorder_left_open_or_got_wrong_say_less_than_the_file() {
    let files = Files::new();
    let (layout, data) = (chunk(b"fmt ", None, &format(1, 2, 16, 4)), integers(2, 2));
    let whole = u32::try_from(data.len()).expect("it's small");
    for riff_size in [0, 4, 36, whole + 28, whole + 36, whole + 40, 0x7FFF_FFFF, 0x8000_0024, u32::MAX] {
        for size in [whole, 0, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFDB, u32::MAX] {
            let file = riff(riff_size, &[layout.clone(), chunk(b"data", Some(size), &data)]);
            files.is_signal(&file, 2, &format!("RIFF of {riff_size:#x}, data of {size:#x}"));
        }
    }
    // Declared but missing samples are reported; an incomplete frame isn't played.
    let short = riff(0, &[layout.clone(), chunk(b"data", Some(whole + 400), &data)]);
    let file = files.load(&short).expect("what is there plays");
    assert_eq!(file.frames().len(), FRAMES);
    assert!(file.remarks()[0].contains("2400 of its 2500 frames"), "{:?}", file.remarks());
    let file = files.load(&plain()[..plain().len() - 3]).expect("what is there plays");
    assert_eq!(file.frames().len(), FRAMES - 1);
    // An empty chunk followed by another one: that is an empty file.
    let list = chunk(b"LIST", None, b"INFOISFT\x04\0\0\0none");
    files.refused(&riff(0, &[layout, chunk(b"data", None, &[]), list]), "has no sound");
}

#[test]
fn long_files_tell_their_size_elsewhere() {
    let files = Files::new();
    let data = integers(2, 2);
    let count = u64::try_from(data.len()).expect("it's small");
    let long = |size: u64| chunk(b"ds64", None, &[&[0; 8][..], &size.to_le_bytes(), &[0; 12]].concat());
    let layout = chunk(b"fmt ", None, &format(1, 2, 16, 4));
    let list = chunk(b"LIST", None, b"INFOISFT\x04\0\0\0none");
    for name in [b"RF64", b"BW64"] {
        let open = chunk(b"data", Some(u32::MAX), &data);
        let file = named(name, u32::MAX, &[long(count), layout.clone(), open.clone(), list.clone()]);
        files.is_signal(&file, 2, "a long file");
        files.is_signal(&named(name, u32::MAX, &[long(0), layout.clone(), open.clone()]), 2, "left open");
        let file =
            files.load(&named(name, u32::MAX, &[long(1 << 40), layout.clone(), open])).expect("it plays");
        assert_eq!((file.frames().len(), file.remarks().len()), (FRAMES, 1));
    }
    // Wave64: names of 16 bytes, sizes of 8 that count the chunk's own header.
    let wave = b"wave\xF3\xAC\xD3\x11\x8C\xD1\x00\xC0\x4F\x8E\xDB\x8A";
    let wide = |name: &[u8; 4], contents: &[u8]| {
        let size = 24 + u64::try_from(contents.len()).expect("it's small");
        [name, &wave[4..], &size.to_le_bytes(), contents, &vec![0; (8 - contents.len() % 8) % 8]].concat()
    };
    let chunks = [wide(b"fmt ", &format(1, 2, 16, 4)), wide(b"junk", &[1; 3]), wide(b"data", &data)].concat();
    let start = b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00";
    files.is_signal(&[start, &0_u64.to_le_bytes()[..], wave, &chunks].concat(), 2, "Wave64");
}

#[test]
fn every_layout_of_samples_is_read_as_it_is() {
    let files = Files::new();
    let byte = |sample: f32| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 64 to 192")]
        let value = (sample * 128.0 + 128.0) as u8;
        vec![value]
    };
    let ambisonic = b"\x00\x00\x21\x07\xD3\x11\x86\x44\xC8\xC1\xCA\x00\x00\x00";
    for channels in [1, 2, 3, 32, 36, 200] {
        for bits in [16, 24, 32] {
            let bytes = bits / 8;
            let data = integers(channels, usize::from(bytes));
            let what = format!("{channels} channels of {bits} bits");
            files.is_signal(&wav(&format(1, channels, bits, channels * bytes), &data), channels, &what);
            files.is_signal(&wav(&extensible(1, channels, bits, GUID), &data), channels, &what);
            files.is_signal(&wav(&extensible(1, channels, bits, ambisonic), &data), channels, &what);
            // The sizes in it only repeat others.
            files.is_signal(&wav(&format(1, channels, bits, 0), &data), channels, &what);
        }
        files.is_signal(&wav(&format(1, channels, 8, channels), &samples(channels, byte)), channels, "bytes");
        let float = samples(channels, |sample| sample.to_le_bytes().to_vec());
        files.is_signal(&wav(&format(3, channels, 32, channels * 4), &float), channels, "floats");
        files.is_signal(&wav(&extensible(3, channels, 32, GUID), &float), channels, "floats");
        let double = samples(channels, |sample| f64::from(sample).to_le_bytes().to_vec());
        files.is_signal(&wav(&format(3, channels, 64, channels * 8), &double), channels, "doubles");
        let data = integers(channels, 4);
        files.is_signal(&wav(&format(1, channels, 24, channels * 4), &data), channels, "24 bits in 4 bytes");
        files.is_signal(&wav(&format(1, channels, 20, channels * 4), &data), channels, "20 bits in 4 bytes");
    }
    for bits in [9, 12, 15] {
        files.is_signal(&wav(&format(1, 2, bits, 4), &integers(2, 2)), 2, "few bits in 2 bytes");
    }
    for (tag, quiet) in [(6, 0xD5), (7, 0xFF)] {
        let file = files.load(&wav(&format(tag, 1, 8, 1), &[quiet; 100])).expect("G.711");
        assert!(file.frames().iter().flatten().all(|sample| sample.abs() < 0.001));
    }
}

#[test]
fn chunks_may_stand_anywhere_and_be_anything() {
    let files = Files::new();
    let (layout, data) = (chunk(b"fmt ", None, &format(1, 2, 16, 4)), chunk(b"data", None, &integers(2, 2)));
    let others = [
        chunk(b"JUNK", None, &[0; 28]),
        chunk(b"JUNK", None, &[1; 3]),
        chunk(b"bext", None, &[0; 603]),
        chunk(b"fact", None, &[]),
        chunk(b"fact", None, &[0; 12]),
        chunk(b"LIST", None, b"INFOISFT\xFF\0\0\0none"),
        chunk(b"LIST", None, b"abc"),
        chunk(b"\0\0\0\0", None, &[0; 8]),
        chunk(b"id3 ", None, b"ID3\x03\0\0\0\0\0\0"),
    ];
    for other in others {
        for chunks in [
            [other.clone(), layout.clone(), data.clone()],
            [layout.clone(), other.clone(), data.clone()],
            [layout.clone(), data.clone(), other.clone()],
            [data.clone(), other.clone(), layout.clone()],
        ] {
            files.is_signal(&riff(0, &chunks), 2, &format!("with {:?}", &other[..4]));
        }
    }
    // Without the padding byte of an odd size.
    let unpadded = [&b"LIST\x05\0\0\0"[..], b"INFOx"].concat();
    files.is_signal(&riff(0, &[layout.clone(), unpadded, data.clone()]), 2, "unpadded");
    // A header that is longer than necessary.
    let longer = chunk(b"fmt ", None, &[&format(1, 2, 16, 4)[..], &[0; 60]].concat());
    files.is_signal(&riff(0, &[longer, data]), 2, "a long header");
}

#[test]
fn what_can_not_be_played_is_refused_with_the_reason() {
    let files = Files::new();
    let data = integers(2, 2);
    for (tag, name) in [(2, "Microsoft ADPCM"), (0x11, "IMA ADPCM"), (0x31, "GSM 6.10"), (0x6789, "0x6789")] {
        files.refused(&wav(&format(tag, 2, 4, 512), &data), name);
        files.refused(&wav(&extensible(tag, 2, 8, GUID), &data), name);
    }
    files.refused(&wav(&extensible(1, 2, 16, &[7; 14]), &data), "a coding that isn't known");
    files.refused(&wav(&format(1, 0, 16, 0), &data), "no channels");
    files.refused(&wav(&format(1, 2, 0, 4), &data), "0 bits");
    files.refused(&wav(&format(1, 2, 48, 12), &data), "48 bits");
    files.refused(&wav(&format(3, 2, 16, 4), &data), "floating-point numbers of 16 bits");
    let mut rate = plain();
    let at = rate.windows(4).position(|window| window == b"fmt ").expect("it is there") + 12;
    for hertz in [0_u32, 999, 768_001, u32::MAX] {
        rate[at..at + 4].copy_from_slice(&hertz.to_le_bytes());
        files.refused(&rate, &format!("its rate is {hertz} Hz"));
    }
    files.refused(&plain()[..11], "cut off within its header");
    files.refused(&plain()[..30], "its header is cut off");
    files.refused(&plain()[..40], "ends before its sound begins");
    files.refused(&plain()[..44], "has no sound");
    files.refused(&riff(0, &[chunk(b"data", None, &data)]), "no `fmt ` chunk");
    files.refused(&riff(0, &[chunk(b"fmt ", None, &format(1, 2, 16, 4)[..14])]), "its header is cut off");
    files.refused(&riff(0, &vec![chunk(b"JUNK", None, &[]); 20_000]), "no `data` chunk");
    for (start, name) in [
        (&b"\0\0\0\x20ftypM4A "[..], "AAC or ALAC"),
        (b"FORM\0\0\0\0AIFF", "an AIFF file"),
        (b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead", "an Ogg Opus file"),
        (b"RIFF\x10\0\0\0AVI LIST", "another kind than WAV"),
        (b"\xFF\xF1\x50\x80", "an AAC file"),
        (b"fLaC", "can't be played"),
    ] {
        files.refused(&[start, &[0; 100]].concat()[..start.len().max(40)], name);
    }
    assert!(matches!(files.load(b"this is not sound"), Err(FileError::NotAudio { .. })));
}

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    std::fs::read(path).expect("the fixture is there")
}

/// A tag whose size has seven bits per byte.
fn id3v2(bytes: usize, flags: u8) -> Vec<u8> {
    let size = |shift: u32| u8::try_from((bytes >> shift) & 0x7F).expect("seven bits");
    [b"ID3\x04\0", &[flags, size(21), size(14), size(7), size(0)][..], &vec![7; bytes]].concat()
}

fn ape(bytes: u32, flags: u32) -> Vec<u8> {
    [
        b"APETAGEX",
        &2000_u32.to_le_bytes()[..],
        &(bytes + 32).to_le_bytes(),
        &[1, 0, 0, 0],
        &flags.to_le_bytes(),
        &[0; 8],
    ]
    .concat()
}

#[test]
fn tags_before_and_behind_cost_nothing_of_the_sound() {
    let files = Files::new();
    let v1 = [&b"TAG"[..], &[b'x'; 125]].concat();
    let enhanced = [&b"TAG+"[..], &[b'x'; 223], &v1].concat();
    let apev2 = [&ape(3000, 0xA000_0000)[..], &[7; 3000], &ape(3000, 0x8000_0000)].concat();
    let headless = [&[7; 3000][..], &ape(3000, 0)].concat();
    let lyrics = [&b"LYRICSBEGIN"[..], &[b'l'; 500], b"000511LYRICS200"].concat();
    let footed = [&id3v2(500, 0x10)[..], b"3DI\x04\0\x10\0\0\x03\x74"].concat();
    for name in ["sine.flac", "sine.mp3", "sine.ogg"] {
        let bytes = fixture(name);
        let alone = files.load(&bytes).expect("the fixture plays");
        for (what, before, behind) in [
            ("a short tag before", id3v2(500, 0), Vec::new()),
            ("a picture of 3 MB before", id3v2(3_000_000, 0), Vec::new()),
            ("two tags before", [id3v2(100, 0), id3v2(2_000_000, 0)].concat(), Vec::new()),
            ("a tag with a footer before", footed.clone(), Vec::new()),
            ("ID3v1", Vec::new(), v1.clone()),
            ("enhanced ID3v1", Vec::new(), enhanced.clone()),
            ("APEv2", Vec::new(), apev2.clone()),
            ("APEv2 without a header", Vec::new(), headless.clone()),
            ("lyrics", Vec::new(), [lyrics.clone(), v1.clone()].concat()),
            ("ID3v2 behind", Vec::new(), footed.clone()),
            ("all of them", id3v2(5000, 0), [apev2.clone(), lyrics.clone(), v1.clone()].concat()),
        ] {
            let file = files.load(&[before, bytes.clone(), behind].concat());
            let file = file.unwrap_or_else(|error| panic!("{name}, {what}: {error}"));
            assert!(file.frames() == alone.frames(), "{name}, {what}: {} frames", file.frames().len());
            assert!(file.remarks().is_empty(), "{name}, {what}: {:?}", file.remarks());
        }
        files.refused(
            &[&b"ID3\x04\0\0\x7F\x7F\x7F\x7F"[..], &bytes].concat(),
            "its tag is as long as the file",
        );
    }
    files.is_signal(&[id3v2(300, 0), plain()].concat(), 2, "a WAV file behind a tag");
}

/// The same file with another serial number and matching checksums.
fn renumbered(ogg: &[u8], serial: u32) -> Vec<u8> {
    let (mut made, mut at) = (Vec::new(), 0);
    while at < ogg.len() {
        let table = usize::from(ogg[at + 26]);
        let body: usize = ogg[at + 27..at + 27 + table].iter().map(|length| usize::from(*length)).sum();
        let mut page = ogg[at..at + 27 + table + body].to_vec();
        at += page.len();
        page[14..18].copy_from_slice(&serial.to_le_bytes());
        page[22..26].fill(0);
        let sum = page.iter().fold(0_u32, |sum, byte| {
            (0..8).fold(sum ^ (u32::from(*byte) << 24), |sum, _| {
                (sum << 1) ^ if sum & 0x8000_0000 == 0 { 0 } else { 0x04C1_1DB7 }
            })
        });
        page[22..26].copy_from_slice(&sum.to_le_bytes());
        made.extend(page);
    }
    made
}

#[test]
fn ogg_streams_one_after_another_are_one_sound() {
    let files = Files::new();
    let ogg = fixture("sine.ogg");
    let once = files.load(&ogg).expect("the fixture plays").frames().len();
    let chained = [renumbered(&ogg, 1), renumbered(&ogg, 2), renumbered(&ogg, 3)].concat();
    assert_eq!(files.load(&chained).expect("it plays").frames().len(), 3 * once);
    let cut = &chained[..ogg.len() * 2 + 200];
    assert_eq!(files.load(cut).expect("what is there plays").frames().len(), 2 * once);
}

#[test]
fn what_was_cut_off_plays_to_where_it_was() {
    let files = Files::new();
    for name in ["sine.flac", "sine.mp3", "sine.ogg"] {
        let bytes = fixture(name);
        let whole = files.load(&bytes).expect("the fixture plays").frames().len();
        let file =
            files.load(&bytes[..bytes.len() * 9 / 10]).unwrap_or_else(|error| panic!("{name}: {error}"));
        let there = file.frames().len();
        // The headers take three quarters of the bytes of the Vorbis fixture; the rest is a single page.
        assert!(there > whole / 2 && there < whole, "{name}: {there} of {whole} frames");
        if name != "sine.mp3" {
            assert_eq!(file.remarks().len(), 1, "{name}");
        }
    }
    files.refused(&fixture("sine.ogg")[..3700], "ends before its sound begins");
}

#[test]
fn mp3_within_wav_plays() {
    let files = Files::new();
    let mp3 = fixture("sine.mp3");
    let alone = files.load(&mp3).expect("the fixture plays");
    let file = files.load(&wav(&[&format(0x55, 2, 0, 1)[..], &[12, 0], &[0; 12]].concat(), &mp3));
    assert_eq!(file.expect("it plays").frames().len(), alone.frames().len());
}
