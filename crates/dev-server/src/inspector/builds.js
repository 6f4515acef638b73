/** The builds of this session, as a list: which one is shown, which are its ghosts, and what can be done with each. */

import { element } from './controls.js';
import { sentence } from './notices.js';

/** What a build's row asks for: `show(number)`, `ghost(number, on)`, `measure(number)`, `hear(number)`. */
export class Builds {
  #list;
  #none;
  #acts;
  #rows = new Map();

  /** `list` gets the rows; `none` is shown while there are none. */
  constructor(list, none, acts) {
    [this.#list, this.#none, this.#acts] = [list, none, acts];
  }

  /**
   * Shows `builds`, the oldest first, each with `{shown, ghost, measuring, sounds, hearable}`: `sounds` are words for what is heard of it,
   * `hearable` whether it may be asked for. `full`: there are as many ghosts as are drawn.
   */
  show(builds, full) {
    const newestFirst = builds.toReversed();
    const before = this.#rows;
    this.#rows = new Map(newestFirst.map(({ number }) => [number, before.get(number) ?? new Row(number, this.#acts)]));
    const rows = newestFirst.map((build) => {
      const row = this.#rows.get(build.number);
      row.show(build, full);
      return row.element;
    });
    this.#none.hidden = rows.length > 0;
    if (rows.length === this.#list.children.length && rows.every((row, index) => row === this.#list.children[index])) return;
    const focused = document.activeElement;
    this.#list.replaceChildren(...rows);
    // Taken out and put in again, it has lost the focus.
    if (this.#list.contains(focused)) focused.focus();
  }
}

class Row {
  element = element('li', { className: 'build' });
  #shown;
  #ghost = element('input', { type: 'checkbox' });
  #measure = element('button', { type: 'button' });
  #hear = element('button', { type: 'button' });
  #parts = Object.fromEntries(['time', 'state', 'files', 'changes', 'trouble'].map((name) => [name, element('span', { className: name })]));

  constructor(number, acts) {
    this.#shown = element('input', { type: 'radio', name: 'lab-build', value: number });
    const title = element('label', { className: 'title' });
    title.append(this.#shown, element('strong', { textContent: `Build ${number}` }), this.#parts.time, this.#parts.state);
    const ghost = element('label', { className: 'ghost' });
    ghost.append(this.#ghost, 'Ghost');
    const line = element('div', { className: 'line' });
    line.append(ghost, this.#measure, this.#hear);
    this.#ghost.ariaLabel = `Build ${number} as a ghost`;
    this.#hear.textContent = 'Hear';
    this.element.append(title, this.#parts.files, this.#parts.changes, this.#parts.trouble, line);
    this.#shown.addEventListener('change', () => acts.show(number));
    this.#ghost.addEventListener('change', () => acts.ghost(number, this.#ghost.checked));
    this.#measure.addEventListener('click', () => acts.measure(number));
    this.#hear.addEventListener('click', () => acts.hear(number));
  }

  show(build, full) {
    const { number, kept, revision, measuring, shown, ghost, sounds, hearable, trouble = '', changes = '', same, settings_differ: differ } = build;
    const measured = revision !== undefined;
    this.#shown.checked = shown;
    this.#shown.disabled = !measured;
    this.element.toggleAttribute('data-shown', shown);
    this.#ghost.checked = ghost;
    this.#ghost.disabled = shown || !measured || (full && !ghost);
    this.#ghost.title = full && !ghost ? 'Three ghosts at most: take another one away first' : '';
    label(this.#measure, measuring ? 'Measuring…' : measured ? 'Measure Again' : 'Measure', `build ${number}`);
    this.#measure.disabled = !kept || measuring;
    label(this.#hear, 'Hear', `build ${number}`);
    this.#hear.disabled = !hearable;
    for (const button of [this.#measure, this.#hear]) button.title = kept ? '' : 'Its program isn’t kept any more';
    this.#say('time', clock(build.made_ms));
    this.#say('state', [sounds, !measured && !measuring && 'not measured', !kept && 'not kept'].filter(Boolean).join(' · '));
    this.#say('files', files(build));
    this.#say('changes', [changes, differ && 'other parameter values than before'].filter(Boolean).join('; '));
    this.#parts.changes.toggleAttribute('data-same', same === true);
    this.#say('trouble', trouble && `It couldn’t be measured to the end. ${sentence(trouble)}`);
  }

  #say(name, text) {
    const part = this.#parts[name];
    if (part.textContent !== text) part.textContent = text;
    part.hidden = text === '';
  }
}

/** A button's words, and for whom it is that can't see the row. */
function label(button, text, of) {
  if (button.textContent !== text) button.textContent = text;
  button.ariaLabel = `${text}: ${of}`;
}

/** The time of day, as "14:05:11". */
export function clock(ms) {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return '';
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Which files changed, in words. */
export function files({ files = [], more_files: more = 0 }) {
  if (files.length === 0) return '';
  return more > 0 ? `${files.join(', ')} and ${more} more` : files.join(', ');
}
