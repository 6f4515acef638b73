import { parseSgr } from '../sgr';
import type { Place } from '../wavecraft';

interface Props {
  /** With or without a terminal's colours. */
  text: string;
  places?: readonly Place[] | undefined;
}

/** What a compiler said, in its colours; places in the sources open in the editor. */
export function CompilerText({ text, places = [] }: Props) {
  const links = new Map(places.map((place) => [`${place.file}:${place.line}:${place.column}`, place]));
  return parseSgr(text).map(({ text, style }, index) => (
    <span key={index} className={style}>
      {withLinks(text, links)}
    </span>
  ));
}

/** `text` in pieces: those that are a place are links. */
function withLinks(text: string, links: ReadonlyMap<string, Place>) {
  const pieces: React.ReactNode[] = [];
  let rest = text;
  for (const found of text.matchAll(/\S+:\d+:\d+/g)) {
    const place = links.get(found[0]);
    if (place === undefined) continue;
    const [before, after] = [rest.slice(0, rest.indexOf(found[0])), rest.slice(rest.indexOf(found[0]) + found[0].length)];
    pieces.push(
      before,
      <a key={pieces.length} href={editorLink(place)} title="Open in VS Code">
        {found[0]}
      </a>,
    );
    rest = after;
  }
  return [...pieces, rest];
}

/** An address that opens the file in VS Code, at the place. */
function editorLink({ path, line, column }: Place): string {
  return `vscode://file/${encodeURI(path.replace(/^\/+/, '')).replace(/[?#]/g, encodeURIComponent)}:${line}:${column}`;
}
