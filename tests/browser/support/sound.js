/** What is heard, as the command measures it once a second. */

import { session } from './session.js';

/** So close a level must come to what is expected, in dB. The source is a steady tone. */
const TOLERANCE = 0.3;
/** So far a crossfade between the source and the processor's output may go below both, in dB. */
const DIP = 6;
/** So many seconds may pass until there is one without a late block. */
const PATIENCE = 120;

export const decibels = (amplitude) => 20 * Math.log10(amplitude);

/** The processed level in dBFS, RMS, measured from now on. */
export async function level() {
  return decibels((await measured()).output_rms);
}

/** Waits until the processed level is `expected`, in dBFS. */
export async function untilLevel(expected) {
  const fits = ({ output_rms }) => Math.abs(decibels(output_rms) - expected) < TOLERANCE;
  await session.live.next('stats', { fits, what: `a level of ${expected.toFixed(1)} dBFS` });
}

/**
 * Runs `act` and makes sure that the sound went on from before it until after it: in every second blocks were counted
 * and something was heard, and in the end it is the level from before. Returns what `act` does.
 *
 * A busy machine may have the processor out of the way for a moment: then it is the source that is heard.
 */
export async function whileItSounds(act) {
  const before = await measured();
  const since = session.live.now;
  const result = await act();
  await measured();
  const lowest = decibels(Math.min(before.input_rms, before.output_rms)) - DIP;
  let last = before;
  for (const stats of session.live.events.slice(since).filter(({ event }) => event === 'stats')) {
    if (stats.blocks <= last.blocks || decibels(stats.output_rms) < lowest) {
      throw new Error(`the sound stopped: ${JSON.stringify([last, stats])}`);
    }
    last = stats;
  }
  await untilLevel(decibels(before.output_rms));
  return result;
}

/**
 * The first measurement of a second that began after now and in which the processor was heard all the time: a busy
 * machine may have it late, and then the source is heard for a moment.
 */
async function measured() {
  let last;
  for (let seconds = 0; seconds < PATIENCE; seconds++) {
    const since = session.live.now;
    const stats = await session.live.next('stats', { since });
    const moved = session.live.events.slice(since).some(({ event }) => event === 'state');
    if (last !== undefined && !moved && stats.late_blocks === last.late_blocks) return stats;
    last = stats;
  }
  throw new Error(`the processor was late in each of ${PATIENCE} seconds: ${JSON.stringify(last)}`);
}
