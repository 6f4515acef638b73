import { expect, test } from 'vitest';
import { holdPeak, markAt, NO_HOLD } from './peakHold';

test('the mark stays for 1.5 s, then falls by 24 dB a second', () => {
  const hold = holdPeak(NO_HOLD, -6, 1000);
  expect(markAt(hold, 2500)).toBe(-6);
  expect(markAt(hold, 3000)).toBe(-18);
  expect(holdPeak(hold, -20, 3000)).toBe(hold);
  expect(holdPeak(hold, -12, 3000)).toEqual({ level: -12, since: 3000 });
});

test('a louder peak takes the mark at once', () => {
  const hold = holdPeak(holdPeak(NO_HOLD, -6, 0), -3, 10);
  expect(hold).toEqual({ level: -3, since: 10 });
});
