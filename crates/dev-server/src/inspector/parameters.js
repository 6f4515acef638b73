/** Every parameter with a control that fits it, in a section for each processor of the chain. */

import { control, element } from './controls.js';
import { Section } from './section.js';

/** The parameters' place on the page. */
export class Parameters {
  #place;
  #set;
  #shown = new Map();

  /** `set(id, value)` is called when a person moves one. */
  constructor(place, set) {
    this.#place = place;
    this.#set = set;
  }

  /** Shows these, in place of those from before. What a person closed of this `project` stays closed. */
  list({ parameters, processors = [] }, project) {
    this.#shown.clear();
    const sections = processors.map((processor) => {
      const own = parameters.filter((parameter) => parameter.processor === processor.id);
      const bypass = own.find(({ id }) => id === processor.bypass);
      const section = new Section(processor, project);
      if (bypass) section.head(this.#row(bypass, 'Bypass', section.dim));
      section.fill(this.#groups(own.filter((parameter) => parameter !== bypass), 'h4', processor.name));
      return section.element;
    });
    const known = new Set(processors.map(({ id }) => id));
    const rest = this.#groups(parameters.filter(({ processor }) => !known.has(processor)), 'h3');
    const all = [...sections, ...rest];
    this.#place.replaceChildren(...(all.length > 0 ? all : ['The processor has none.']));
  }

  /** Shows the value that a parameter has now. */
  show(id, value) {
    this.#shown.get(id)?.(value);
  }

  /** Rows under the headings that the project gives them; a heading that only repeats the `title` above it is left out. */
  #groups(parameters, level, title = '') {
    const groups = new Map();
    for (const parameter of parameters) {
      const { group = '' } = parameter;
      groups.set(group, [...(groups.get(group) ?? []), parameter]);
    }
    return [...groups].map(([name, members]) => {
      const place = element('div', { className: 'group' });
      if (![title, title.replace(/ \d+$/, ''), ''].includes(name)) place.append(element(level, { textContent: name }));
      place.append(...members.map((parameter) => this.#row(parameter)));
      return place;
    });
  }

  #row(parameter, label = parameter.name, more = () => {}) {
    const { id, value } = parameter;
    const own = `parameter-${id}`;
    const set = (value) => {
      this.show(id, value);
      this.#set(id, value);
    };
    const { elements, show, kind } = control(parameter, own, set);
    const row = element('div', { className: `parameter ${kind}` });
    row.append(element('label', { htmlFor: own, textContent: label, title: `${parameter.name} (${id})` }), ...elements);
    this.#shown.set(id, (value) => {
      show(value);
      more(value);
    });
    this.show(id, value);
    return row;
  }
}
