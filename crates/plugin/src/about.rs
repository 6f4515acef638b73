//! What hosts are told of a plugin.

use nice_plug::prelude::{ClapFeature, Vst3SubCategory};
use wavecraft_dev_audio::DevAudio;

use crate::library::Library;

/// A plugin that a library exports. [`export!`](crate::export!) implements it.
pub trait Export: Send + 'static {
    /// What hosts show of it.
    const ABOUT: About;

    /// Its processors, the same ones each time.
    fn chain() -> DevAudio;

    /// What the library knows of it, always the same.
    fn library() -> &'static Library;
}

/// What hosts show of a plugin, and by what they know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The plugin's name.
    pub name: &'static str,
    /// Who makes it.
    pub vendor: &'static str,
    /// The name by which hosts find it in old songs, such as `com.example.my-filter`; VST3's number is made of it. A plugin
    /// with another id is another plugin.
    pub id: &'static str,
    /// Its version, such as `1.2.0`.
    pub version: &'static str,
    /// A page about it.
    pub url: &'static str,
    /// Where its users write to.
    pub email: &'static str,
    /// One sentence.
    pub description: &'static str,
    /// Where hosts list it.
    pub category: Category,
    /// By how many frames the output lags behind the input, at every rate.
    pub latency_frames: u32,
}

impl About {
    /// A plugin of this name and version; everything else is empty, and its id is the name.
    #[must_use]
    pub const fn new(name: &'static str, version: &'static str) -> Self {
        Self {
            name,
            vendor: "",
            id: name,
            version,
            url: "",
            email: "",
            description: "",
            category: Category::Utility,
            latency_frames: 0,
        }
    }

    /// VST3's number: FNV-1a of the id with 128 bits (the parameters of the hash are those of RFC 9923).
    pub(crate) const fn class_id(&self) -> [u8; 16] {
        const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let id = self.id.as_bytes();
        let (mut hash, mut at) = (OFFSET, 0);
        while at < id.len() {
            hash = (hash ^ id[at] as u128).wrapping_mul(PRIME);
            at += 1;
        }
        hash.to_be_bytes()
    }
}

/// What a plugin does: where hosts list it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub enum Category {
    Analyzer,
    Delay,
    Distortion,
    Dynamics,
    Equalizer,
    Filter,
    Mastering,
    Modulation,
    PitchShift,
    Restoration,
    Reverb,
    Utility,
}

impl Category {
    pub(crate) const fn clap(self) -> ClapFeature {
        match self {
            Self::Analyzer => ClapFeature::Analyzer,
            Self::Delay => ClapFeature::Delay,
            Self::Distortion => ClapFeature::Distortion,
            Self::Dynamics => ClapFeature::Compressor,
            Self::Equalizer => ClapFeature::Equalizer,
            Self::Filter => ClapFeature::Filter,
            Self::Mastering => ClapFeature::Mastering,
            Self::Modulation => ClapFeature::Chorus,
            Self::PitchShift => ClapFeature::PitchShifter,
            Self::Restoration => ClapFeature::Restoration,
            Self::Reverb => ClapFeature::Reverb,
            Self::Utility => ClapFeature::Utility,
        }
    }

    pub(crate) const fn vst3(self) -> Vst3SubCategory {
        match self {
            Self::Analyzer => Vst3SubCategory::Analyzer,
            Self::Delay => Vst3SubCategory::Delay,
            Self::Distortion => Vst3SubCategory::Distortion,
            Self::Dynamics => Vst3SubCategory::Dynamics,
            Self::Equalizer => Vst3SubCategory::Eq,
            Self::Filter => Vst3SubCategory::Filter,
            Self::Mastering => Vst3SubCategory::Mastering,
            Self::Modulation => Vst3SubCategory::Modulation,
            Self::PitchShift => Vst3SubCategory::PitchShift,
            Self::Restoration => Vst3SubCategory::Restoration,
            Self::Reverb => Vst3SubCategory::Reverb,
            Self::Utility => Vst3SubCategory::Tools,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_of_the_id_alone() {
        let id = |id| About { id, ..About::new("Name", "1") }.class_id();
        // FNV-1a, 128 bits, of the empty string and of "a".
        assert_eq!(id(""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128.to_be_bytes());
        assert_eq!(id("a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964_u128.to_be_bytes());
        assert_ne!(id("com.example.one"), id("com.example.two"));
    }
}
