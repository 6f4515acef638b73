/** The view *Lab*: what a build does, in curves and figures, beside the builds before it. */

import { Builds, clock } from './builds.js';
import { Comparison } from './comparison.js';
import { element } from './controls.js';
import { Documents } from './documents.js';
import { Kept } from './kept.js';
import { keyFigures } from './keyfigures.js';
import { conditions, isFull, otherwise, settings } from './measured.js';
import { Picture } from './picture.js';
import { DASHES } from './plot.js';
import { PICTURES } from './traces.js';

/** What the server answers that hasn't such a method. */
const UNKNOWN_METHOD = -32601;
const MOST_GHOSTS = DASHES.length - 1;

export class Lab {
  #at;
  #request;
  #ask;
  #builds;
  #documents;
  #comparison;
  #pictures = [];
  #painter;
  #kept = null;
  #project = '';
  /** What the server says of the builds; `null` before it has said something. */
  #state = null;
  /** What is heard, as far as it was told. */
  #compared = null;
  #shows = false;
  #silent = false;
  /** The build that a person chose; without one the newest that was measured. */
  #chosen = null;
  /** Ghosts that a person chose: builds by number, kept curves by `kept ID`. */
  #ghosts = new Set();
  /** Is the build before a ghost by itself? */
  #follows = true;
  #figures = '';

  /** `at(id)` finds the elements; `request(method, params)` asks the server; `ask` the same, and says why where it isn't done. */
  constructor(at, painter, request, ask) {
    [this.#at, this.#painter, this.#request, this.#ask] = [at, painter, request, ask];
    this.#documents = new Documents(request, () => this.#write());
    this.#comparison = new Comparison(at, ask);
    this.#builds = new Builds(at('lab-builds'), at('lab-none'), {
      show: (number) => this.#show(number),
      ghost: (number, on) => this.#ghost(number, on),
      measure: (number) => void ask('measureBuild', { number }),
      hear: (number) => this.#hear(number),
    });
    at('lab-measures').addEventListener('change', async ({ target }) => {
      if (!await ask('setMeasuring', { on: target.checked })) target.checked = !target.checked;
    });
    at('lab-keep').addEventListener('click', () => this.#keep());
    at('lab-everything').addEventListener('click', () => this.#everything());
  }

  /** The project's name, and whether it runs without audio. */
  project(name, silent) {
    if (name !== this.#project) this.#kept = null;
    [this.#project, this.#silent] = [name, silent];
  }

  /** Connected anew: numbers may be another companion's. */
  opened() {
    this.#documents.clear();
    this.#state = null;
    this.compared(null);
  }

  /** Is it looked at? Nothing is asked for or drawn while it isn't. */
  async look(shows) {
    this.#shows = shows;
    if (!shows) return;
    const [state, compared] = await Promise.all([
      this.#request('getLab').catch((error) => error),
      this.#request('getComparison').catch((error) => error),
    ]);
    this.compared(compared instanceof Error ? null : compared);
    if (!(state instanceof Error)) return this.changed(state);
    if (state.code === UNKNOWN_METHOD) this.#calm('This companion doesn’t measure builds yet: a newer Wavecraft does.');
  }

  /** The builds as they are now. */
  changed(state) {
    this.#state = state;
    this.#write();
  }

  /** What is heard now. */
  compared(now) {
    const what = ({ hear, after, before, builds } = {}) => JSON.stringify([hear, after, before, builds]);
    const same = what(now ?? {}) === what(this.#compared ?? {});
    this.#compared = now;
    // Said in the page's head, as it is easily forgotten.
    const words = { before: `Before: build ${now?.before}`, difference: 'Difference of builds', blind: 'Blind test' }[now?.hear] ?? '';
    write(this.#at('heard-build'), words);
    this.#at('heard-build').hidden = words === '';
    if (!this.#shows) return;
    this.#comparison.show(now);
    // Its levels come twice a second, and the list has none.
    if (!same) this.#write();
  }

  get #list() {
    return Array.isArray(this.#state?.builds) ? this.#state.builds : [];
  }

  /** Whose figures and curves are shown. */
  get #subject() {
    const measured = this.#list.filter(({ revision }) => revision !== undefined);
    return measured.find(({ number }) => number === this.#chosen) ?? measured.at(-1);
  }

  /** The measured build before another one. */
  #before(build) {
    return this.#list.findLast(({ number, revision }) => number < build?.number && revision !== undefined);
  }

  #show(number) {
    const newest = this.#list.findLast(({ revision }) => revision !== undefined)?.number;
    // Whoever shows the newest wants the next one, too.
    this.#chosen = number === newest ? null : number;
    this.#write();
  }

  #ghost(id, on) {
    if (id === this.#before(this.#subject)?.number) this.#follows = on;
    if (on) this.#ghosts.add(id);
    else this.#ghosts.delete(id);
    this.#write();
  }

  /** Which ghosts there are: `{id, name, document?, key?}`, the build before first. */
  #ghostsOf(subject) {
    const before = this.#before(subject);
    const builds = this.#list
      .filter(({ number, revision }) => number !== subject.number && revision !== undefined)
      .filter(({ number }) => (number === before?.number && this.#follows) || (number !== before?.number && this.#ghosts.has(number)))
      .toSorted(({ number: one }, { number: other }) => (other === before?.number) - (one === before?.number) || other - one)
      .map((build) => ({ id: build.number, name: `Build ${build.number}`, ...this.#documents.of(build) }));
    const kept = this.#kept.all.filter(({ id }) => this.#ghosts.has(`kept ${id}`))
      .map(({ id, name, document }) => ({ id: `kept ${id}`, key: `kept ${id}`, name, document }));
    return [...builds, ...kept].slice(0, MOST_GHOSTS);
  }

  #hear(number) {
    const newest = number === (this.#compared?.after ?? this.#list.at(-1)?.number);
    this.#comparison.hear(newest ? { hear: 'after' } : { hear: 'before', ...(number === this.#compared?.before ? {} : { with: number }) });
  }

  #keep() {
    const build = this.#subject;
    const had = build && this.#documents.of(build);
    if (!had?.document) return;
    const id = this.#kept.add(`Build ${build.number}, ${clock(build.made_ms)}`, had.document);
    this.#at('lab-said').textContent = `The curves of build ${build.number} are kept in this tab.`;
    this.#ghosts.add(`kept ${id}`);
    this.#write();
  }

  #everything() {
    const build = this.#subject;
    if (build) void this.#ask('measureBuild', { number: build.number, full: true });
  }

  /** In place of everything else: why there is nothing. */
  #calm(text) {
    this.#at('lab-calm').hidden = text === '';
    this.#at('lab').hidden = text !== '';
    if (this.#at('lab-calm').textContent !== text) this.#at('lab-calm').textContent = text;
  }

  #write() {
    if (!this.#shows || this.#state === null) return;
    if (this.#silent) return this.#calm('Without audio nothing is measured: start the project by wavecraft start --with-audio.');
    this.#calm('');
    this.#kept ??= new Kept(this.#project);
    this.#documents.keep(this.#list.map(({ number }) => number));
    this.#comparison.made(this.#list);
    const subject = this.#subject;
    const had = subject && this.#documents.of(subject);
    const ghosts = subject === undefined ? [] : this.#ghostsOf(subject);
    this.#at('lab-measures').checked = this.#state.measures === true;
    this.#rows(subject, ghosts);
    this.#shelf(ghosts);
    // Until the first document of a build has come, what was shown stays.
    if (subject !== undefined && had === undefined) return;
    const document = had?.document ?? undefined;
    this.#head(subject, document, ghosts);
    this.#table(subject, document);
    this.#draw(subject, had, ghosts);
  }

  #rows(subject, ghosts) {
    const drawn = new Set(ghosts.map(({ id }) => id));
    const { hear, after, before, builds: older = [], abx } = this.#compared ?? {};
    const blind = hear === 'blind' || abx !== undefined;
    const sounds = ({ number, heard }) => {
      if (blind) return '';
      if (hear === 'before') return number === before ? 'heard' : '';
      if (hear === 'difference') return number === before || number === after ? 'in the difference' : '';
      return heard ? 'heard' : '';
    };
    this.#builds.show(this.#list.map((build) => ({
      ...build,
      shown: build.number === subject?.number, ghost: drawn.has(build.number), measuring: this.#state.measuring === build.number,
      sounds: sounds(build),
      hearable: this.#compared !== null && (build.number === after || build.number === before || older.includes(build.number)),
    })), ghosts.length >= MOST_GHOSTS);
  }

  /** The kept curves. */
  #shelf(ghosts) {
    const drawn = new Set(ghosts.map(({ id }) => id));
    const full = ghosts.length >= MOST_GHOSTS;
    const list = this.#at('lab-kept');
    this.#at('lab-shelf').hidden = this.#kept.all.length === 0;
    const wanted = JSON.stringify(this.#kept.all.map(({ id }) => [id, drawn.has(`kept ${id}`), full]));
    if (list.dataset.shown === wanted) return;
    list.dataset.shown = wanted;
    const focused = document.activeElement?.id;
    list.replaceChildren(...this.#kept.all.map(({ id, name }) => {
      const box = element('input', { type: 'checkbox', id: `kept-${id}`, checked: drawn.has(`kept ${id}`) });
      box.disabled = full && !box.checked;
      box.addEventListener('change', () => this.#ghost(`kept ${id}`, box.checked));
      const label = element('label', {});
      label.append(box, name);
      const forget = element('button', { type: 'button', textContent: 'Forget', ariaLabel: `Forget: ${name}` });
      forget.addEventListener('click', () => {
        this.#kept.forget(id);
        this.#ghosts.delete(`kept ${id}`);
        this.#write();
        this.#at('lab-keep').focus();
      });
      const line = element('li', { className: 'line' });
      line.append(label, forget);
      return line;
    }));
    if (focused) this.#at(focused)?.focus();
  }

  /** What is shown, for which values it holds, and what can be done with it. */
  #head(subject, document, ghosts) {
    const at = this.#at;
    const unreadable = subject !== undefined && document === undefined;
    const none = this.#list.length === 0 ? 'No build was heard yet.' : 'No build was measured yet: press Measure beside one, or save a change.';
    write(at('lab-subject'), subject === undefined ? 'Curves' : `Build ${subject.number}`);
    const measuring = this.#state.measuring;
    write(at('lab-status'), measuring !== undefined ? `Measuring build ${measuring}…` : subject === undefined ? none : '');
    write(at('lab-conditions'), document ? conditions(document) : '');
    write(at('lab-settings'), document ? settings(document).map(({ name, text }) => `${name} ${text}`).join(' · ') : '');
    const others = ghosts.filter((ghost) => document && ghost.document)
      .map(({ name, document: other }) => [name, otherwise(document, other)]).filter(([, differ]) => differ.length > 0)
      .map(([name, differ]) => `Unlike ${name}: ${differ.join('; ')}.`);
    write(at('lab-otherwise'), others.join(' '));
    const trouble = document?.trouble;
    write(at('lab-trouble'), unreadable ? 'Its figures can’t be read by this page: load it again.' : typeof trouble === 'string' ? `It couldn’t be measured to the end: ${trouble.slice(0, 500)}.` : '');
    for (const id of ['lab-otherwise', 'lab-trouble']) at(id).hidden = at(id).textContent === '';
    at('lab-holds').hidden = !document;
    at('lab-keep').disabled = !document;
    at('lab-everything').disabled = !subject?.kept || measuring === subject.number;
  }

  #table(subject, document) {
    const before = this.#before(subject);
    const other = before && this.#documents.of(before)?.document;
    const rows = document ? keyFigures(document, other) : [];
    const heads = ['Figure', subject ? `Build ${subject.number}` : '', other ? `Build ${before.number}` : 'Before', 'Change'];
    const text = JSON.stringify([heads, rows]);
    this.#at('lab-figures-card').hidden = rows.length === 0;
    if (text === this.#figures) return;
    this.#figures = text;
    const table = this.#at('lab-figures');
    table.tHead.rows[0].replaceChildren(...heads.map((text) => element('th', { scope: 'col', textContent: text })));
    table.tBodies[0].replaceChildren(...rows.map(({ name, means, now, before, change, missing, trouble }) => {
      const row = element('tr', {});
      const head = element('th', { scope: 'row', textContent: name, title: means });
      head.setAttribute('aria-description', means);
      row.append(head);
      const cells = [now, before ?? '–', change ?? '–'].map((text) => Object.assign(row.insertCell(), { textContent: together(text) }));
      cells[0].toggleAttribute('data-missing', missing);
      if (trouble) cells[0].append(element('strong', { textContent: ` ${trouble}` }));
      cells[2].toggleAttribute('data-changed', change !== undefined && change !== 'none');
      return row;
    }));
  }

  #draw(subject, had, ghosts) {
    const all = !had?.document ? [] : [
      { key: had.key, name: `Build ${subject.number}`, document: had.document, dash: 0 },
      ...ghosts.map((ghost, at) => ({ ...ghost, dash: at + 1 })).filter(({ document }) => document),
    ];
    if (this.#pictures.length === 0) {
      this.#pictures = PICTURES.map((picture) => new Picture(picture, this.#painter));
      this.#at('lab-curves').append(...this.#pictures.map((picture) => picture.element));
    }
    const shown = this.#pictures.map((picture) => picture.show(all));
    const missing = PICTURES.filter(({ full }, at) => full && !shown[at]).map(({ name }) => name.toLowerCase());
    this.#at('lab-more').hidden = !had?.document || isFull(had.document);
    write(this.#at('lab-missing'), `Not measured after each build, as it takes longer: ${missing.join(', ')}, intermodulation, attack and release, stereo.`);
  }
}

/** A number stays with its unit. */
const together = (text) => text.replace(/(?<=[\d∞]) (?=(?:dB|dBFS|ms|Hz|kHz|frames|%)(?![a-z]))/gi, '\u00a0');

function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
