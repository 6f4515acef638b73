/** Two sets of parameters to compare, A and B. They are the project's: the server keeps them, and every page shows the same. */

export class Sets {
  #request;
  #refused;
  #radios;
  #copy;
  #place;
  #said;
  #active = 'A';

  /** `at(id)` finds the elements, `request(method, params)` asks the server, `refused(error)` hears what it says no to. */
  constructor(at, request, refused) {
    this.#request = request;
    this.#refused = refused;
    this.#radios = { A: at('set-A'), B: at('set-B') };
    this.#copy = at('copy-set');
    this.#place = at('sets');
    this.#said = at('set-said');
    for (const [set, radio] of Object.entries(this.#radios)) {
      radio.addEventListener('change', () => this.#ask('hearSet', { set }));
    }
    this.#copy.addEventListener('click', async () => {
      if (await this.#ask('copySet', {})) this.#said.textContent = `${this.#other} is now as ${this.#active}.`;
    });
  }

  get #other() {
    return this.#active === 'A' ? 'B' : 'A';
  }

  /** Asks which one is heard. A project that can't say has no sets. */
  async fetch() {
    const now = await this.#request('getSets', {}).catch(() => null);
    this.#place.hidden = this.#copy.hidden = now === null;
    if (now !== null) this.show(now);
  }

  show({ active, differ }) {
    this.#active = active;
    this.#radios[active].checked = true;
    this.#copy.textContent = `Copy ${active} to ${this.#other}`;
    this.#copy.title = differ ? `${this.#other} differs from ${active}` : `${this.#other} is as ${active}`;
    this.#copy.toggleAttribute('data-same', !differ);
    if (differ) this.#said.textContent = '';
  }

  /** Was it done? If not, the one that is heard stays chosen. */
  async #ask(method, params) {
    try {
      await this.#request(method, params);
      return true;
    } catch (error) {
      this.#radios[this.#active].checked = true;
      this.#refused(error);
      return false;
    }
  }
}
