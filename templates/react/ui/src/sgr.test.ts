import { expect, test } from 'vitest';
import { parseSgr } from './sgr';

test('colours and weights become pieces, as rustc writes them', () => {
  const text = '\x1b[1m\x1b[38;5;9merror[E0308]\x1b[0m\x1b[1m: mismatched\x1b[0m\n  \x1b[38;5;12m--> \x1b[0msrc/lib.rs:3:5';
  expect(parseSgr(text)).toEqual([
    { text: 'error[E0308]', style: 'sgr-bold sgr-red' },
    { text: ': mismatched', style: 'sgr-bold' },
    { text: '\n  ', style: '' },
    { text: '--> ', style: 'sgr-blue' },
    { text: 'src/lib.rs:3:5', style: '' },
  ]);
});

test('codes may stand together, and take back what others set', () => {
  const pieces = parseSgr('\x1b[1;2;32mgreen\x1b[22;39mplain\x1b[38;2;255;0;0mtrue\x1b[38;5;200mmany\x1b[;95mpink');
  expect(pieces.map(({ style }) => style)).toEqual(['sgr-bold sgr-dim sgr-green', '', '', '', 'sgr-magenta']);
});

test('other escapes are left out, and what is no escape stays', () => {
  const text = '\x1b[2Ka\x1b]8;;https://example.com\x1b\\b\x1b]8;;\x07c\x1b(d<b>\x1b[1';
  expect(parseSgr(text).map(({ text }) => text).join('')).toBe('abcd<b>[1');
  expect(parseSgr('')).toEqual([]);
});
