/** Every parameter with a control that fits it, under the headings that the project gives them; and two sets of them. */

import { control } from './controls.js';
import { Sets } from './sets.js';

export class Parameters {
  #place;
  #set;
  #shown = new Map();
  #values = new Map();
  #sets = new Sets();

  /** `at(id)` finds the elements; `set(id, value)` is called when a person moves one. */
  constructor(at, set) {
    this.#place = at('parameters');
    this.#set = set;
    const copy = at('copy-set');
    for (const slot of ['A', 'B']) {
      at(`set-${slot}`).addEventListener('change', () => {
        for (const [id, value] of this.#sets.switchTo(slot, this.#values)) this.#move(id, value);
        copy.textContent = `Copy ${this.#sets.active} to ${this.#sets.other}`;
      });
    }
    copy.addEventListener('click', () => {
      this.#sets.copy(this.#values);
      at('set-said').textContent = `${this.#sets.other} is now as ${this.#sets.active}.`;
    });
  }

  /** Shows these, in place of those from before. */
  list(parameters) {
    this.#shown.clear();
    this.#values.clear();
    const groups = new Map();
    for (const parameter of parameters) {
      const { group = '' } = parameter;
      groups.set(group, [...(groups.get(group) ?? []), this.#row(parameter)]);
    }
    const sections = [...groups].map(([name, rows]) => {
      if (name === '') return rows;
      const heading = document.createElement('h3');
      heading.textContent = name;
      return [heading, ...rows];
    });
    this.#place.replaceChildren(...(sections.length > 0 ? sections.flat() : ['The processor has none.']));
  }

  /** Shows the value that a parameter has now. */
  show(id, value) {
    if (!this.#shown.has(id)) return;
    this.#values.set(id, value);
    this.#shown.get(id)(value);
  }

  #move(id, value) {
    this.show(id, value);
    this.#set(id, value);
  }

  #row(parameter) {
    const { id, name, type, value } = parameter;
    const [row, label] = ['div', 'label'].map((tag) => document.createElement(tag));
    row.className = `parameter ${type}`;
    label.htmlFor = `parameter-${id}`;
    label.textContent = name;
    label.title = id;
    const { elements, show } = control(parameter, label.htmlFor, (value) => this.#move(id, value));
    row.append(label, ...elements);
    this.#shown.set(id, show);
    this.show(id, value);
    return row;
  }
}
