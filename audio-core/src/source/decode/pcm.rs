//! The sample formats of WAV files.

use crate::number::sample;

/// How a sample is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// One byte: unsigned, 128 is zero. More: signed, in the most significant bits.
    Integer,
    /// IEEE 754, of four or eight bytes.
    Float,
    /// G.711.
    ALaw,
    /// G.711.
    ULaw,
}

impl Coding {
    /// Decodes a sample of one to eight bytes, least significant first; full scale is ±1.
    pub(super) fn decode(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Self::Integer, [byte]) => (f32::from(*byte) - 128.0) / 128.0,
            (Self::Integer, _) => {
                let mut top = [0; 4];
                for (into, byte) in top.iter_mut().rev().zip(bytes.iter().rev()) {
                    *into = *byte;
                }
                sample(f64::from(i32::from_le_bytes(top)) / 2_147_483_648.0)
            }
            (Self::Float, [a, b, c, d]) => f32::from_le_bytes([*a, *b, *c, *d]),
            (Self::Float, _) => sample(bytes.first_chunk().map_or(0.0, |bytes| f64::from_le_bytes(*bytes))),
            (Self::ALaw, _) => a_law(bytes.first().copied().unwrap_or(0)),
            (Self::ULaw, _) => u_law(bytes.first().copied().unwrap_or(0)),
        }
    }
}

/// ITU-T G.711: sign, three bits of segment, four of step; even bits are inverted.
fn a_law(byte: u8) -> f32 {
    let bits = byte ^ 0x55;
    let (segment, step) = ((bits >> 4) & 7, i16::from(bits & 0x0F));
    let magnitude = match segment {
        0 => (step << 4) + 8,
        _ => ((step << 4) + 0x108) << (segment - 1),
    };
    let value = if bits & 0x80 == 0 { -magnitude } else { magnitude };
    f32::from(value) / 32_768.0
}

/// ITU-T G.711: the same, with all bits inverted and the segments offset by 132.
fn u_law(byte: u8) -> f32 {
    let bits = !byte;
    let magnitude = (((i16::from(bits & 0x0F) << 3) + 132) << ((bits >> 4) & 7)) - 132;
    let value = if bits & 0x80 == 0 { magnitude } else { -magnitude };
    f32::from(value) / 32_768.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_scale_and_zero_are_where_they_belong() {
        let integer = |bytes: &[u8]| Coding::Integer.decode(bytes);
        assert_eq!((integer(&[128]), integer(&[0])), (0.0, -1.0));
        assert_eq!((integer(&[0, 0x40]), integer(&[0, 0x80])), (0.5, -1.0));
        assert_eq!((integer(&[0, 0, 0x40]), integer(&[0, 0, 0, 0x80])), (0.5, -1.0));
        assert_eq!(integer(&[9, 9, 9, 9, 0, 0, 0, 0x40]), 0.5);
        assert_eq!(Coding::Float.decode(&0.25_f32.to_le_bytes()), 0.25);
        assert_eq!(Coding::Float.decode(&0.25_f64.to_le_bytes()), 0.25);
        // The tables' ends, in 16 bits: 32,256 and 8 for A-law, 32,124 and 0 for µ-law.
        let scaled = |coding: Coding, byte| coding.decode(&[byte]) * 32_768.0;
        assert_eq!((scaled(Coding::ALaw, 0xAA), scaled(Coding::ALaw, 0x2A)), (32_256.0, -32_256.0));
        assert_eq!((scaled(Coding::ALaw, 0xD5), scaled(Coding::ALaw, 0x55)), (8.0, -8.0));
        assert_eq!((scaled(Coding::ULaw, 0x80), scaled(Coding::ULaw, 0x00)), (32_124.0, -32_124.0));
        assert_eq!((scaled(Coding::ULaw, 0xFF), scaled(Coding::ULaw, 0x7F)), (0.0, 0.0));
    }
}
