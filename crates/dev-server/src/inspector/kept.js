/** Curves that a person keeps: in this tab, until it is closed. */

import { readable } from './measured.js';

/** So many are kept; the oldest goes. */
const MOST = 6;
/** The origin alone isn't enough: its port is another project's later. */
const place = (project) => `wavecraft.kept.${project}`;

export class Kept {
  /** `{id, name, document}`, the oldest first. */
  all = [];
  #project;

  constructor(project) {
    this.#project = project;
    try {
      const all = JSON.parse(sessionStorage.getItem(place(project)));
      this.all = (Array.isArray(all) ? all : [])
        .filter((one) => Number.isSafeInteger(one?.id) && typeof one.name === 'string' && readable(one.document)).slice(-MOST);
    } catch {
      // What can't be read was never kept.
    }
  }

  add(name, document) {
    const id = 1 + Math.max(0, ...this.all.map(({ id }) => id));
    this.all = [...this.all, { id, name, document }].slice(-MOST);
    this.#write();
    return id;
  }

  forget(id) {
    this.all = this.all.filter((one) => one.id !== id);
    this.#write();
  }

  #write() {
    try {
      sessionStorage.setItem(place(this.#project), JSON.stringify(this.all));
    } catch {
      // A full storage: they stay until the page is loaded again.
    }
  }
}
