/** What is heard, as the command measures it once a second. */

import { session } from './session.js';

/** So close a level must come to what is expected, in dB. The source is a steady tone. */
const TOLERANCE = 0.3;
/** So close are two measurements of a steady tone, in dB, without a block that came late in either of them. */
const SAME = 0.02;
/** So far a crossfade between the source and the processor's output may go below both, in dB. */
const DIP = 6;
/** So many seconds may pass until measurements agree. */
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
 * Runs `act` and makes sure that the sound went on from before it until after it: in every second blocks were counted,
 * never was nothing heard for longer, and in the end it is the level from before. Returns what `act` does.
 *
 * A busy machine may have the processor out of the way for a moment, and then the source is heard; or it may not run the
 * engine itself in time, and then one measurement, which is of a moment, may be low.
 */
export async function whileItSounds(act) {
  const before = await measured();
  const since = session.live.now;
  const result = await act();
  await measured();
  const heard = [before, ...session.live.events.slice(since).filter(({ event }) => event === 'stats')];
  const lowest = decibels(Math.min(before.input_rms, before.output_rms)) - DIP;
  const low = ({ output_rms }) => decibels(output_rms) < lowest;
  for (const [index, stats] of heard.entries()) {
    const last = heard[index - 1];
    if (last !== undefined && (stats.blocks <= last.blocks || (low(stats) && low(last)))) {
      throw new Error(`the sound stopped: ${JSON.stringify([last, stats])}`);
    }
  }
  await untilLevel(decibels(before.output_rms));
  return result;
}

/**
 * A measurement from now on that others confirm, with the processor heard all the while: each is of a moment, and a busy
 * machine may have the processor late or out of the way in it. Then the source is in what is heard, and measured. The next
 * one confirms it if no block was late between them; else it takes two, as a steady tone gives the same wrong level where a
 * block is late in the same way.
 */
async function measured() {
  let last;
  const taken = [];
  for (let seconds = 0; seconds < PATIENCE; seconds++) {
    const since = session.live.now;
    const stats = await session.live.next('stats', { since });
    const moved = session.live.events.slice(since).some(({ event }) => event === 'state');
    const state = session.live.events.findLast(({ event }) => event === 'state')?.state;
    const same = (other) => Math.abs(decibels(stats.output_rms / other.output_rms)) < SAME;
    if (!moved && state === 'live') {
      const inTime = last?.late_blocks === stats.late_blocks;
      if ((inTime && same(last)) || taken.filter(same).length >= 2) return stats;
      taken.push(stats);
    }
    last = stats;
  }
  throw new Error(`no level was measured again in ${PATIENCE} s: ${JSON.stringify(last)}`);
}
