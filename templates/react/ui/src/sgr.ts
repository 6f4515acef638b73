/** A terminal's colours in a text, as classes of the style sheet. */

export interface Piece {
  text: string;
  /** Classes: `sgr-bold`, `sgr-red`, … */
  style: string;
}

/** A control sequence, with its numbers and its kind; a link or a title; or whatever else an escape may begin. */
const ESCAPE = /\x1b(?:\[([\d;]*)[^@-~]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[^[\]]?)/g;
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** `text` in pieces of one style each. Escape sequences that aren't colours (SGR) are left out. */
export function parseSgr(text: string): Piece[] {
  const pieces: Piece[] = [];
  let style: Style = PLAIN;
  let from = 0;
  const add = (text: string) => {
    if (text === '') return;
    const names = [style.bold && 'bold', style.dim && 'dim', style.colour].filter(Boolean);
    pieces.push({ text, style: names.map((name) => `sgr-${name}`).join(' ') });
  };
  for (const { 0: sequence, 1: codes = '', 2: kind, index } of text.matchAll(ESCAPE)) {
    add(text.slice(from, index));
    from = index + sequence.length;
    if (kind === 'm') style = changed(style, codes.split(';').map(Number));
  }
  add(text.slice(from));
  return pieces;
}

interface Style {
  bold: boolean;
  dim: boolean;
  colour: string;
}

const PLAIN: Style = { bold: false, dim: false, colour: '' };

function changed(style: Style, codes: number[]): Style {
  let next = style;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at]!;
    if (code === 0) next = PLAIN;
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, dim: true };
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 39) next = { ...next, colour: '' };
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) next = { ...next, colour: COLOURS[code % 10]! };
    else if (code === 38 || code === 48) {
      // Of 256 colours the first sixteen have names; all others are the text's own.
      const number = codes[at + 1] === 5 ? (codes[at + 2] ?? 0) : Infinity;
      if (code === 38) next = { ...next, colour: number < 16 ? COLOURS[number % 8]! : '' };
      at += codes[at + 1] === 5 ? 2 : 4;
    }
  }
  return next;
}
