/** A processor of the chain: a heading that opens and closes what is below it, with the bypass in it. */

import { element } from './controls.js';

/** Where this browser keeps what of a project is closed. The origin alone isn't enough: its port is another project's later. */
const kept = (project) => `wavecraft.closed.${project}`;

export function closed(project) {
  try {
    const ids = JSON.parse(localStorage.getItem(kept(project)));
    return new Set(Array.isArray(ids) ? ids : []);
  } catch {
    return new Set();
  }
}

export class Section {
  /** The whole section. */
  element = element('section', { className: 'stage' });
  #head = element('header', {});
  #body = element('div', {});
  #button;

  constructor({ id, name }, project) {
    this.#button = element('button', { type: 'button', textContent: name, title: `${name} (${id})` });
    this.#body.id = `stage-${id}`;
    this.#button.setAttribute('aria-controls', this.#body.id);
    const title = element('h3', {});
    title.append(this.#button);
    this.#head.append(title);
    this.element.append(this.#head, this.#body);
    this.#open(!closed(project).has(id));
    this.#button.addEventListener('click', () => {
      const ids = closed(project);
      this.#open(this.#body.hidden);
      if (this.#body.hidden) ids.add(id);
      else ids.delete(id);
      localStorage.setItem(kept(project), JSON.stringify([...ids]));
    });
  }

  /** Puts the switch of the bypass beside the heading. */
  head(row) {
    row.classList.add('bypass');
    this.#head.append(row);
  }

  fill(groups) {
    this.#body.append(...groups);
  }

  /** Shows whether the sound goes past this processor. */
  dim = (bypass) => this.element.toggleAttribute('data-bypassed', bypass >= 0.5);

  #open(open) {
    this.#body.hidden = !open;
    this.#button.ariaExpanded = String(open);
  }
}
