/** What the processor does in `process` that an audio thread must not: each place with its count, and what nobody watches. */

import { element } from './controls.js';

/** The most places that are shown: as many as a processor can tell of. */
const MOST = 64;

export class RealTime {
  #calm;
  #list;
  #unwatched;
  /** The lines by what they say but for their counts. */
  #lines = new Map();

  /** `at(id)` finds the elements. */
  constructor(at) {
    [this.#calm, this.#list, this.#unwatched] = ['realtime-calm', 'realtime', 'realtime-unwatched'].map(at);
  }

  stats({ realtime, blocks = 0 }) {
    const { watched = false, violations = [], unwatched = [], elsewhere = 0 } = realtime ?? {};
    const places = violations.slice(0, MOST);
    const before = this.#lines;
    // A line that stays is the same element: nothing is read aloud twice, and a selection stays.
    this.#lines = new Map(places.map((place) => [key(place), before.get(key(place)) ?? new Line(place)]));
    const lines = [...this.#lines.values()];
    if (lines.length !== before.size || lines.some((line, index) => line.element !== this.#list.children[index])) {
      this.#list.replaceChildren(...lines.map((line) => line.element));
    }
    for (const place of places) this.#lines.get(key(place)).count(place);
    this.#calm.hidden = lines.length > 0 || (!watched && unwatched.length > 0);
    write(this.#calm, watched
      ? `Nothing that an audio thread must not do was seen in ${blocks.toLocaleString('en')} blocks.`
      : 'Nothing is known yet.');
    const more = [...elsewhereToo(elsewhere), ...unwatched].join(' ');
    write(this.#unwatched, more);
    this.#unwatched.hidden = more === '';
  }
}

class Line {
  element = element('li', {});
  #count = element('small', {});

  constructor({ what, place, through, whyNoPlace }) {
    const where = place ? `${place.file}:${place.line}` : 'somewhere';
    this.element.append(element('code', { textContent: where, title: place?.function ?? '' }));
    if (place?.function) this.element.append(' in ', element('code', { textContent: place.function.split('::').slice(-2).join('::') }));
    this.element.append(' ', what);
    if (through) this.element.append(' by ', element('code', { textContent: through }));
    this.element.append(' ', this.#count);
    if (whyNoPlace) this.element.append(element('p', { className: 'why', textContent: whyNoPlace }));
  }

  count({ count, blocks }) {
    write(this.#count, `${count.toLocaleString('en')} × in ${blocks.toLocaleString('en')} ${blocks === 1 ? 'block' : 'blocks'}`);
  }
}

/** What is the same while only the counts grow. */
export function key({ what, place, through, whyNoPlace }) {
  return JSON.stringify([what, place?.file, place?.line, place?.function, through, whyNoPlace]);
}

/** What was done at places that there was no room for. */
export function elsewhereToo(count) {
  return count > 0 ? [`And ${count.toLocaleString('en')} × at other places.`] : [];
}

function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
