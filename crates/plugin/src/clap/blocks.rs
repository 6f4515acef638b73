//! A block as a host hands it over, before nice-plug reads it: nice-plug takes for the input what lies in the output's memory where a
//! host gives no input, and reads pointers that lead nowhere.

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};
use nice_plug::wrapper::clap::clap_plugin;

use super::instance::Instance;
use crate::about::Export;

/// Audio thread.
// SAFETY: for callers: as CLAP's headers say.
pub(super) unsafe extern "C" fn process<E: Export>(
    plugin: *const clap_plugin,
    block: *const clap_process,
) -> clap_process_status {
    if plugin.is_null() || block.is_null() {
        return CLAP_PROCESS_ERROR;
    }
    // SAFETY: a host passes a plugin that lives.
    let instance = unsafe { Instance::<E>::of(plugin) };
    // SAFETY: and a block for the time of the call.
    let mut block = unsafe { *block };
    let Some(process) = instance.wrapped.process else { return CLAP_PROCESS_ERROR };
    // SAFETY: a host's ports live for the time of the call.
    let input = unsafe { port(block.audio_inputs, block.audio_inputs_count) };
    // SAFETY: as above.
    let output = unsafe { port(block.audio_outputs, block.audio_outputs_count) };
    let mut fewer;
    match (input, output) {
        _ if block.frames_count == 0 => (block.audio_inputs_count, block.audio_outputs_count) = (0, 0),
        // Its events are taken.
        (_, None) => (block.audio_inputs_count, block.audio_outputs_count) = (0, 0),
        (None, Some(output)) => {
            block.audio_inputs_count = 0;
            // SAFETY: `port` saw that each channel is there, and a host gives as many samples as the block has frames.
            unsafe { hush(output, block.frames_count) };
        }
        (Some(input), Some(output)) => {
            fewer = *input;
            fewer.channel_count = input.channel_count.min(output.channel_count);
            block.audio_inputs = &raw const fewer;
            block.audio_inputs_count = 1;
        }
    }
    // SAFETY: `plugin_data` is nice-plug's, and the block is the host's, or has less of it.
    unsafe { process(&raw const instance.plugin, &raw const block) }
}

/// The first port, if it has memory for all of its channels. A host that has 64-bit samples only gives none that are ours.
///
/// # Safety
/// There are so many ports, or the pointer is null, and what they lead to lives for `'a`.
unsafe fn port<'a>(ports: *const clap_audio_buffer, count: u32) -> Option<&'a clap_audio_buffer> {
    if count == 0 {
        return None;
    }
    // SAFETY: there is one.
    let port = unsafe { ports.as_ref() }?;
    let channels = usize::try_from(port.channel_count).unwrap_or(0);
    if channels == 0 || port.data32.is_null() {
        return None;
    }
    // SAFETY: a port has as many pointers as channels.
    let all = unsafe { std::slice::from_raw_parts(port.data32, channels) };
    all.iter().all(|channel| !channel.is_null()).then_some(port)
}

/// Silence in all channels.
///
/// # Safety
/// `output` is what [`port`] found, and each channel has so many samples, which nobody else uses.
unsafe fn hush(output: &clap_audio_buffer, frames: u32) {
    let size = |count: u32| usize::try_from(count).unwrap_or(0);
    // SAFETY: the caller holds it.
    let channels = unsafe { std::slice::from_raw_parts(output.data32, size(output.channel_count)) };
    for channel in channels {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(*channel, size(frames)) }.fill(0.0);
    }
}

#[cfg(test)]
mod tests;
