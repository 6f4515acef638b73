/** Where a waveform is cut, so that it stands still. */

/**
 * The first index at which `samples` cross `level` on this edge, and from which `shown` of them can be seen; `null` where
 * there is none.
 */
export function crossing(samples, shown, { edge, level }) {
  const sign = edge === 'falling' ? -1 : 1;
  // What came before the first sample is taken to lie on the line through the first two.
  let before = 2 * samples[0] - samples[1];
  for (let index = 0; index + shown <= samples.length; index++) {
    if (sign * (before - level) < 0 && sign * (samples[index] - level) >= 0) return index;
    before = samples[index];
  }
  return null;
}
