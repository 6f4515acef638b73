/** Every parameter under its heading, the two sets to compare, and the changes on their way to the server. */

import { control } from './controls.js';

/** Every parameter with a control that fits it, under the headings that the project gives them. */
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

/** Two sets of parameters to compare: one is heard, the other is kept. */
export class Sets {
  /** The one that is heard: `A` or `B`. */
  active = 'A';
  /** By slot: values by id, from when it was heard last or copied to; a slot that never was holds nothing. */
  #kept = { A: new Map(), B: new Map() };

  get other() {
    return this.active === 'A' ? 'B' : 'A';
  }

  /** Keeps `values`, by id, in the other slot too. */
  copy(values) {
    this.#kept[this.other] = new Map(values);
  }

  /**
   * Goes to a slot; `values` are those that are heard. Returns those that are to be heard instead: what the slot holds
   * of these parameters, where it differs.
   */
  switchTo(slot, values) {
    if (slot === this.active) return [];
    this.#kept[this.active] = new Map(values);
    this.active = slot;
    return [...this.#kept[slot]].filter(([id, value]) => values.has(id) && values.get(id) !== value);
  }
}

/** Changes of parameters on their way: the latest value of each, as fast as the server answers. */
export class Sender {
  #request;
  #refused;
  /** By id: what to send after the answer, or `null`. */
  #sending = new Map();

  /** `request(method, params)` asks the server; `refused(error, id)` hears of what it says no to. */
  constructor(request, refused) {
    this.#request = request;
    this.#refused = refused;
  }

  /** Is there a value of this parameter that the server hasn't answered yet? */
  waits(id) {
    return this.#sending.has(id);
  }

  /** Sends a value; of those that come while one has no answer, only the last. A drag never fills a queue. */
  async send(id, value) {
    const waits = this.#sending.has(id);
    this.#sending.set(id, waits ? value : null);
    if (waits) return;
    try {
      for (let next = value; next !== null; next = this.#sending.get(id)) {
        this.#sending.set(id, null);
        await this.#request('setParameter', { id, value: next });
      }
    } catch (error) {
      this.#refused(error, id);
    } finally {
      this.#sending.delete(id);
    }
  }
}
