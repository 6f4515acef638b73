/** What the compiler says, with its colours and with links to the places it names. */

const ESCAPE = '\u001b[';
/** Foreground colours by their number of eight; what is white or black is the page's own. */
const COLOURS = ['', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', ''];

/** Text with ANSI colours as pieces `{text, colour, bold}`. Every other sequence is left out. */
export function coloured(text) {
  const pieces = [];
  let style = { colour: '', bold: false };
  for (const [index, part] of text.split(ESCAPE).entries()) {
    const [, codes, rest] = index === 0 ? [null, null, part] : /^([\d;]*)m([^]*)$/.exec(part) ?? [null, null, part.replace(/^[\d;?]*[@-~]?/, '')];
    if (codes !== null) style = styled(style, codes.split(';').map(Number));
    // Nothing of a sequence that was cut, and no other sign that a terminal would follow.
    const shown = rest.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
    if (shown !== '') pieces.push({ text: shown, ...style });
  }
  return pieces;
}

function styled(before, codes) {
  const style = { ...before };
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at];
    if (code === 0) Object.assign(style, { colour: '', bold: false });
    else if (code === 1) style.bold = true;
    else if (code === 22) style.bold = false;
    else if (code >= 30 && code <= 37) style.colour = COLOURS[code - 30];
    else if (code >= 90 && code <= 97) style.colour = COLOURS[code - 90];
    else if (code === 39) style.colour = '';
    else if (code === 38) {
      // 5;n is one of 256, of which the first 16 have names; 2;r;g;b is any.
      if (codes[at + 1] === 5 && codes[at + 2] < 16) style.colour = COLOURS[codes[at + 2] % 8];
      at += codes[at + 1] === 5 ? 2 : 4;
    } else if (code === 48) at += codes[at + 1] === 5 ? 2 : 4;
  }
  return style;
}

/** The address at which an editor opens a place, or nothing where the place isn't one. */
export function address({ path, line, column }) {
  if (typeof path !== 'string' || !path.startsWith('/') || !Number.isInteger(line) || !Number.isInteger(column)) return undefined;
  return `vscode://file${path.split('/').map(encodeURIComponent).join('/')}:${line}:${column}`;
}

/** Cuts pieces where a place is named; those get `href`. */
export function linked(pieces, places) {
  const addresses = new Map(places.map((place) => [`${place.file}:${place.line}:${place.column}`, address(place)]));
  // A longer name may end in a shorter one.
  const names = [...addresses.keys()].filter((name) => addresses.get(name)).sort((a, b) => b.length - a.length);
  if (names.length === 0) return pieces;
  const any = new RegExp(`(${names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})(?!\\d)`);
  return pieces.flatMap(({ text, ...style }) =>
    text.split(any).filter(Boolean).map((text) => ({ text, ...style, ...(addresses.get(text) && { href: addresses.get(text) }) })),
  );
}

/** Elements for a failed build. Nothing of the text is taken for HTML. */
export function elements({ errors = '', coloured: colours, places = [] }) {
  return linked(coloured(colours ?? errors), Array.isArray(places) ? places : []).map(({ text, colour, bold, href }) => {
    const element = document.createElement(href ? 'a' : 'span');
    element.textContent = text;
    element.className = [colour && `ansi-${colour}`, bold && 'ansi-bold'].filter(Boolean).join(' ');
    if (href) Object.assign(element, { href, title: 'Opens in Visual Studio Code' });
    return element;
  });
}
