/** The number beside a slider, which can be typed over. */

import { gestures } from './gestures.js';
import { understood, written } from './values.js';

/** What is typed counts from Enter on, or when the field is left; Escape takes it back. What isn't understood is said beside it.
 * Until a person has edited it, it follows the value, focused or not. */
export class Field {
  /** The `<input>`. */
  input = document.createElement('input');
  /** Says why what was typed isn't taken. */
  said = document.createElement('span');
  #parameter;
  #set;
  #now;
  #edited = false;

  /** `id` is for what is said; `set(value)` takes what was understood. */
  constructor(parameter, id, set) {
    const { name, unit = '' } = parameter;
    this.#parameter = parameter;
    this.#set = set;
    this.#now = parameter.default;
    const { input, said } = this;
    Object.assign(input, { type: 'text', inputMode: 'decimal', className: 'number', autocomplete: 'off', spellcheck: false });
    input.ariaLabel = unit ? `${name} in ${unit}` : `${name}, number`;
    input.setAttribute('aria-describedby', id);
    Object.assign(said, { id, className: 'said', role: 'status' });
    input.addEventListener('focus', () => input.select());
    input.addEventListener('input', () => {
      this.#edited = true;
      this.#say('');
    });
    input.addEventListener('blur', () => this.#commit() || this.#restore());
    input.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter' && !this.#commit()) input.select();
      if (key !== 'Escape') return;
      this.#say('');
      this.#restore();
    });
  }

  /** Shows a value, unless another one is being typed. */
  show(value) {
    if (value !== this.#now) this.#say('');
    this.#now = value;
    if (this.#edited) return;
    const text = written(this.#parameter, value);
    if (this.input.value === text) return;
    this.input.value = text;
    if (document.activeElement === this.input) this.input.select();
  }

  /** Takes what was typed. Was it understood? */
  #commit() {
    if (!this.#edited) return true;
    const { value, refused } = understood(this.#parameter, this.input.value);
    if (refused !== undefined) {
      this.#say(refused);
      return false;
    }
    this.#edited = false;
    this.#say('');
    gestures.alone(() => this.#set(value));
    // Also where it is the value that it had.
    this.#restore();
    return true;
  }

  #restore() {
    this.#edited = false;
    this.input.value = written(this.#parameter, this.#now);
  }

  #say(text) {
    if (this.said.textContent !== text) this.said.textContent = text;
    if (text === '') this.input.removeAttribute('aria-invalid');
    else this.input.ariaInvalid = 'true';
  }
}
