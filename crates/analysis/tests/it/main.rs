//! Processors whose answer is known in closed form, measured; each figure to a stated tolerance.

mod comparison;
mod devices;
mod distortion;
mod dynamics;
mod harmonics;
mod independent;
mod intermodulation;
mod json;
mod loudness;
mod rates;
mod response;
mod scipy;
mod stereo;
mod survey;
mod time;
mod unmeasured;
