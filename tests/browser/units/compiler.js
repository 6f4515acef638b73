import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, coloured, linked } from '../../../crates/dev-server/src/inspector/compiler.js';

const text = (pieces) => pieces.map(({ text }) => text).join('');

test('the compiler’s colours become names, and every other sequence is left out', () => {
  const pieces = coloured('\u001b[1m\u001b[38;5;9merror\u001b[0m\u001b[1m: no\u001b[0m \u001b[33mw\u001b[39mx\u001b[2K\u001b[38;2;1;2;3my\u0007');
  assert.deepEqual(pieces.slice(0, 3), [
    { text: 'error', colour: 'red', bold: true },
    { text: ': no', colour: '', bold: true },
    { text: ' ', colour: '', bold: false },
  ]);
  assert.equal(pieces[3].colour, 'yellow');
  assert.equal(text(pieces), 'error: no wxy');
  assert.equal(text(coloured('cut \u001b[38;5')), 'cut ');
  assert.equal(text(coloured('a\n\tb')), 'a\n\tb');
});

test('a place that is named is a link for an editor', () => {
  const places = [
    { file: 'src/lib.rs', line: 4, column: 9, path: '/home/ada/my gain#1/engine/src/lib.rs' },
    { file: 'engine/src/lib.rs', line: 4, column: 9, path: '/home/ada/e/engine/src/lib.rs' },
  ];
  const pieces = linked(coloured(' \u001b[34m-->\u001b[0m src/lib.rs:4:9\n engine/src/lib.rs:4:9 src/lib.rs:4:91'), places);
  const links = pieces.filter(({ href }) => href).map(({ text, href }) => [text, href]);
  assert.deepEqual(links, [
    ['src/lib.rs:4:9', 'vscode://file/home/ada/my%20gain%231/engine/src/lib.rs:4:9'],
    ['engine/src/lib.rs:4:9', 'vscode://file/home/ada/e/engine/src/lib.rs:4:9'],
  ]);
});

test('what is no place is no link', () => {
  for (const place of [{ path: 'javascript:alert(1)', line: 1, column: 1 }, { path: '/a', line: '1"', column: 1 }, { line: 1, column: 1 }]) {
    assert.equal(address(place), undefined);
  }
});
