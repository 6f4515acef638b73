/** A card with one picture: its curves, the values at the place that is read, and the table of all. */

import { element } from './controls.js';
import { change } from './measured.js';
import { COLORS, Plot } from './plot.js';
import { linesOf, valueAt } from './traces.js';

/** All lines of a build at once are of the shown one and one ghost, which stands behind it in the legend. */
const ALL_OF = 2;

export class Picture {
  /** The whole card. */
  element = element('section', { className: 'card picture', hidden: true });
  #picture;
  #plot;
  #painter;
  #canvas = element('canvas', { tabIndex: 0, role: 'slider' });
  #note = element('small', { className: 'note' });
  #why = element('p', { className: 'why', hidden: true });
  #legend = element('ul', { className: 'legend traces' });
  #details = element('details', {});
  #table = element('div', { className: 'scrolls', tabIndex: 0, role: 'region' });
  #choice = null;
  #builds = [];
  #key = '';
  /** What is drawn: `{name, line, dash, color, output}`, the shown build's first. */
  #entries = [];

  constructor(picture, painter) {
    this.#picture = picture;
    this.#painter = painter;
    const title = element('h2', { id: `picture-${picture.id}`, textContent: picture.name });
    this.element.setAttribute('aria-labelledby', title.id);
    const head = element('header', {});
    const unit = [picture.y.unit, picture.y.name].filter(Boolean).join(' ');
    head.append(title, element('small', { textContent: unit }), this.#note);
    if (picture.choice) {
      this.#choice = element('select', {});
      const label = element('label', { textContent: `${picture.choice} ` });
      label.append(this.#choice);
      head.append(label);
      this.#choice.addEventListener('change', () => this.#choose());
    }
    this.#table.ariaLabel = `Values of ${picture.name}`;
    this.#details.append(element('summary', { textContent: 'Table of values' }), this.#table);
    this.#details.addEventListener('toggle', () => this.#tell());
    this.element.append(head, this.#canvas, this.#why, this.#legend, this.#details);
    this.#plot = new Plot(this.#canvas, painter, () => this.#read());
  }

  /**
   * Shows these builds, `{key, name, document, dash}`, the one in question first. Is there anything to show? Not where its document
   * hasn't it.
   */
  show(builds) {
    const key = builds.map(({ key, name, dash }) => `${key} ${name} ${dash}`).join('\n');
    if (key === this.#key) return !this.element.hidden;
    this.#key = key;
    const all = this.#picture.alone ? builds.slice(0, 1) : builds;
    this.#builds = all.map((build) => ({ ...build, lines: linesOf(this.#picture, build.document) }));
    const [{ lines } = { lines: [] }] = this.#builds;
    this.element.hidden = lines.length === 0;
    if (this.#choice !== null) this.#offer(lines);
    this.#choose();
    return lines.length > 0;
  }

  /** The lines to choose from; what was chosen stays. */
  #offer(lines) {
    const options = [...(this.#picture.all ? [['all', 'All']] : []), ...lines.filter(({ id }) => id).map(({ id, name }) => [id, name])];
    const before = this.#choice.value;
    if ([...this.#choice.options].map(({ value }) => value).join() === options.map(([id]) => id).join()) return;
    this.#choice.replaceChildren(...options.map(([id, name]) => new Option(name, id)));
    if (options.some(([id]) => id === before)) this.#choice.value = before;
  }

  #choose() {
    const chosen = this.#choice?.value ?? '';
    const together = chosen === 'all';
    const builds = together ? this.#builds.slice(0, ALL_OF) : this.#builds;
    const lines = builds.flatMap(({ name, dash, lines }, nth) => (
      lines.filter(({ id }) => together || chosen === '' || id === undefined || id === chosen).map((line, at) => ({
        name: together && line.name !== undefined ? line.name : name, of: name,
        first: nth === 0, line, dash, color: COLORS[(together ? at : dash) % COLORS.length],
      }))
    ));
    const drawn = lines.filter(({ line }) => line.x !== undefined);
    const own = drawn.some(({ first }) => first);
    this.#why.hidden = own;
    this.#canvas.hidden = this.#legend.hidden = this.#details.hidden = this.#note.hidden = !own;
    const reason = lines.find(({ line }) => line.x === undefined)?.line.why;
    this.#why.textContent = own ? '' : `Not measured: ${reason ?? 'the document hasn’t it'}.`;
    this.#entries = own ? lines.map((entry) => ({ ...entry, ...legendLine(entry) })) : [];
    this.#arrange(together);
    if (!own) return;
    this.#plot.show(this.#picture, drawn.map(({ line, dash, color }) => ({ ...line, dash, color })));
    this.#canvas.ariaLabel = `${this.#picture.name}${this.#picture.y.name ? ` ${this.#picture.y.name}` : ''}`;
    this.#read();
    this.#tell();
  }

  /** Puts the legend's lines under the picture: of all lines together, a ghost's value stands behind the shown build's. */
  #arrange(together) {
    const own = this.#entries.filter(({ first }) => first);
    this.#legend.toggleAttribute('data-together', together);
    this.#legend.replaceChildren(...(together ? own : this.#entries).map(({ place }) => place));
    const ghost = this.#entries.find(({ first }) => !first);
    if (!together || ghost === undefined) return;
    for (const { line, place } of this.#entries.filter(({ first }) => !first)) {
      own.find((entry) => entry.line.id === line.id)?.place.append(...place.querySelectorAll('i, .value'));
    }
    this.#legend.prepend(element('li', { className: 'whose', textContent: `${own[0].of}, and dashed ${ghost.of}` }));
  }

  /** Writes the values at the place that is read. */
  #read() {
    const { x: axis, y: scale } = this.#picture;
    const { at, count, x } = this.#plot.place;
    const where = axis.format(x);
    write(this.#note, where);
    const values = this.#entries.map(({ line }) => this.#value(line, x));
    const now = values[this.#entries.findIndex(({ line }) => line.x !== undefined)];
    this.#entries.forEach(({ output, first, line }, nth) => {
      const { value, text } = values[nth];
      const comparable = !first && this.#entries.length <= this.#builds.length && isNumber(value) && isNumber(now?.value);
      const differs = comparable && scale.change ? change(now.value - value, scale.digits ?? 1, scale.change) : '';
      const told = /[1-9]/.test(differs) ? ` (now ${differs})` : '';
      write(output, line.x === undefined ? `not measured: ${line.why}` : text + told);
    });
    this.#canvas.setAttribute('aria-valuemin', '1');
    this.#canvas.setAttribute('aria-valuemax', String(count));
    this.#canvas.setAttribute('aria-valuenow', String(at + 1));
    this.#canvas.ariaValueText = `${where}: ${this.#entries.map((entry) => `${named(entry)} ${entry.output.textContent}`).join(', ')}`;
  }

  #value(line, x) {
    if (line.x === undefined) return { value: null, text: '–' };
    const value = valueAt(line, x, this.#picture.x.log);
    if (value !== null) return { value, text: this.#picture.y.format(value) };
    // Between two points, or in a gap of the line, it is the gap's reason; before its begin and after its end there is nothing to tell.
    const [at, within] = [line.x.indexOf(x), x >= line.x[0] && x <= line.x.at(-1)];
    return { value, text: line.whys?.[at] ?? (within ? (this.#picture.gap ?? '–') : '–') };
  }

  /** The table, while it is open. */
  #tell() {
    if (!this.#details.open || this.#entries.length === 0) return this.#table.replaceChildren();
    this.#painter.request(this.#fill);
  }

  #fill = () => {
    if (!this.#details.open || this.#entries.length === 0) return;
    const { x: axis, y: scale, name } = this.#picture;
    const shown = this.#entries.filter(({ line }) => line.x !== undefined);
    const table = element('table', {});
    const caption = element('caption', { className: 'unseen', textContent: `${name}${scale.name ? ` ${scale.name}` : ''}` });
    const head = table.createTHead().insertRow();
    head.append(...[axis.name, ...shown.map(named)].map((text) => element('th', { scope: 'col', textContent: text })));
    const body = table.createTBody();
    for (const x of shown[0].line.x) {
      const row = body.insertRow();
      row.append(element('th', { scope: 'row', textContent: axis.format(x) }));
      for (const { line } of shown) row.insertCell().textContent = this.#value(line, x).text;
    }
    table.prepend(caption);
    this.#table.replaceChildren(table);
  };
}

/** A line's name for those who don't see which lines belong together. */
const named = ({ name, of, first }) => (first || name === of ? name : `${name} of ${of}`);

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function legendLine({ name, dash, color }) {
  const place = element('li', {});
  const swatch = element('i', { ariaHidden: 'true' });
  Object.assign(swatch.dataset, { dash, color: color.slice(2) });
  const output = element('span', { className: 'value' });
  place.append(swatch, element('span', { textContent: name }), ' ', output);
  return { place, output };
}
