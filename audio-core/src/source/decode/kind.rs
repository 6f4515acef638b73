//! Recognises a file's kind by its first bytes.

/// The formats of the packet decoders, where they can be recognised at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Flac,
    Ogg,
    Mpeg,
}

pub(super) fn known(start: &[u8; 64]) -> Option<Known> {
    match start {
        [b'f', b'L', b'a', b'C', ..] => Some(Known::Flac),
        [b'O', b'g', b'g', b'S', ..] => Some(Known::Ogg),
        // MPEG audio, layer III.
        [0xFF, second, ..] if second & 0xE6 == 0xE2 => Some(Known::Mpeg),
        _ => None,
    }
}

/// The name, with its article, of an audio format that can't be read here.
pub(super) fn other(start: &[u8; 64]) -> Option<&'static str> {
    const MARKS: [(usize, &[u8], &str); 17] = [
        (4, b"ftyp", "an MPEG-4 file (AAC or ALAC)"),
        (0, b"caff", "a Core Audio file (CAF)"),
        (0, b".snd", "a Sun AU file"),
        (0, b"dns.", "a Sun AU file"),
        (0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "a Windows Media file"),
        (0, b"\x1A\x45\xDF\xA3", "a Matroska or WebM file"),
        (0, b"MThd", "a MIDI file, which has no sound of its own"),
        (0, b"wvpk", "a WavPack file"),
        (0, b"MAC ", "a Monkey's Audio file"),
        (0, b"TTA1", "a True Audio file"),
        (0, b"#!AMR", "an AMR file"),
        (0, b"ADIF", "an AAC file"),
        (0, b"MPCK", "a Musepack file"),
        (0, b"MP+", "a Musepack file"),
        (0, b"DSD ", "a DSD file"),
        (0, b"FRM8", "a DSD file"),
        (0, b"Creative Voice File", "a Creative Voice file"),
    ];
    if &start[..4] == b"FORM" {
        return matches!(&start[8..12], b"AIFF" | b"AIFC").then_some("an AIFF file");
    }
    if matches!(&start[..4], b"RIFF" | b"RIFX") {
        // Missing bytes read as 0.
        let is_cut_off = start[8..12].contains(&0);
        return Some(if is_cut_off {
            "cut off within its header"
        } else {
            "a RIFF file of another kind than WAV"
        });
    }
    // AAC in ADTS: MPEG's sync word, with layer 0.
    if start[0] == 0xFF && start[1] & 0xF6 == 0xF0 {
        return Some("an AAC file");
    }
    if start[0] == 0xFF && start[1] & 0xE6 == 0xE4 {
        return Some("an MPEG layer II file");
    }
    MARKS.iter().find(|(at, mark, _)| start[*at..].starts_with(mark)).map(|(_, _, name)| *name)
}
