/** The project's presets: files with named values, which the server reads and writes. Every page shows the same. */

import { element } from './controls.js';
import { sentence } from './notices.js';

/** The server's code where there is a preset of that name already. */
const EXISTS = -32022;

export class Presets {
  #request;
  #refused;
  #at;
  #entries = [];
  #current = null;
  #changed = false;
  /** What is done with what the person says in the form; none while nothing is asked. */
  #then = null;

  /** `at(id)` finds the elements, `request(method, params)` asks the server, `refused(error)` hears what it says no to. */
  constructor(at, request, refused) {
    this.#request = request;
    this.#refused = refused;
    this.#at = {
      place: at('presets'),
      choice: at('preset'),
      back: at('preset-back'),
      next: at('preset-next'),
      save: at('preset-save'),
      saveAs: at('preset-save-as'),
      rename: at('preset-rename'),
      remove: at('preset-delete'),
      note: at('preset-note'),
      said: at('preset-said'),
      trouble: at('preset-trouble'),
      form: at('preset-form'),
      question: at('preset-question'),
      nameLabel: at('preset-name-label'),
      name: at('preset-name'),
      aboutLabel: at('preset-about-label'),
      about: at('preset-about'),
      yes: at('preset-yes'),
      no: at('preset-no'),
    };
    const { choice, back, next, save, saveAs, rename, remove, form, no } = this.#at;
    choice.addEventListener('change', () => void this.#hear('loadPreset', { name: choice.value }));
    back.addEventListener('click', () => void this.#hear('stepPreset', { by: -1 }));
    next.addEventListener('click', () => void this.#hear('stepPreset', { by: 1 }));
    save.addEventListener('click', () => {
      if (this.#current === null) this.#askName(save);
      else void this.#save({ name: this.#current, replace: true });
    });
    saveAs.addEventListener('click', () => this.#askName(saveAs));
    rename.addEventListener('click', () => this.#askRename());
    remove.addEventListener('click', () => this.#askDelete());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#then?.();
    });
    no.addEventListener('click', () => this.#close());
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#close();
    });
  }

  /** Asks for all of them. A project that can't say has none. */
  async fetch() {
    const now = await this.#request('getPresets', {}).catch(() => null);
    this.#at.place.hidden = now === null;
    if (now !== null) this.list(now);
  }

  /** There are these now. */
  list({ presets, omitted = 0, trouble, ...heard }) {
    this.#entries = presets;
    const bad = presets.filter((entry) => entry.trouble !== undefined);
    const lines = bad.map((entry) => `${entry.name}: ${entry.trouble}`);
    if (trouble !== undefined) lines.unshift(sentence(trouble));
    if (omitted > 0) lines.push(`${omitted} more aren’t shown.`);
    this.#at.trouble.textContent = lines.join('\n');
    this.#at.trouble.hidden = lines.length === 0;
    this.current(heard);
  }

  /** This one was loaded or saved last. */
  current({ current = null, changed }) {
    this.#current = current;
    this.#changed = changed;
    const { choice, back, next, save, rename, remove, note } = this.#at;
    const options = this.#entries.map((entry) => {
      const mark = entry.name === current && changed ? ' *' : '';
      return element('option', { value: entry.name, textContent: entry.name + mark, disabled: entry.trouble !== undefined });
    });
    const none = element('option', { value: '', textContent: options.length === 0 ? 'No presets yet' : 'No preset', disabled: true });
    choice.replaceChildren(...(current === null ? [none] : []), ...options);
    choice.value = current ?? '';
    choice.title = changed ? `${current}, and changed since` : (current ?? '');
    choice.disabled = options.length === 0;
    back.disabled = next.disabled = !this.#entries.some((entry) => entry.trouble === undefined);
    save.disabled = current !== null && !changed;
    save.title = current === null ? 'Saves the values as a preset' : `Saves the values as ${current}`;
    rename.disabled = remove.disabled = current === null;
    note.textContent = this.#entries.find((entry) => entry.name === current)?.note ?? '';
    note.hidden = note.textContent === '';
  }

  #say(text) {
    this.#at.said.textContent = text;
  }

  /** Asks for something; the answer, or null where it was refused, which was said. */
  async #ask(method, params) {
    this.#say('');
    try {
      return await this.#request(method, params);
    } catch (error) {
      if (error.code !== EXISTS) this.#refused(error);
      this.current({ current: this.#current, changed: this.#changed });
      return error.code === EXISTS ? EXISTS : null;
    }
  }

  async #hear(method, params) {
    this.#close();
    const done = await this.#ask(method, params);
    if (done !== null) this.#say((done.remarks ?? []).map(sentence).join(' '));
  }

  async #save(params) {
    const done = await this.#ask('savePreset', params);
    if (done === EXISTS) {
      this.#open(`There is a preset “${params.name}” already. Replace it?`, 'Replace', { then: () => this.#save({ ...params, replace: true }) });
    } else if (done !== null) {
      this.#close();
      this.#say([`Saved as ${done.name}.`, ...(done.remarks ?? []).map(sentence)].join(' '));
    }
  }

  #askName(from) {
    const then = () => {
      const { name, about } = this.#at;
      const note = about.value.trim();
      return this.#save({ name: name.value, ...(note === '' ? {} : { note }) });
    };
    this.#open('Save the values as a preset', 'Save', { name: '', about: '', then, from });
  }

  #askRename() {
    const from = this.#current;
    const then = async () => {
      const done = await this.#ask('renamePreset', { from, to: this.#at.name.value });
      if (done === EXISTS) this.#refused(new Error(`there is a preset “${this.#at.name.value}” already: choose another name`));
      else if (done !== null) this.#close();
    };
    this.#open(`Rename “${from}”`, 'Rename', { name: from, then, from: this.#at.rename });
  }

  #askDelete() {
    const name = this.#current;
    const then = async () => {
      if ((await this.#ask('deletePreset', { name })) === null) return;
      this.#close();
      this.#say(`${name} is deleted. The values are as they were.`);
    };
    this.#open(`Delete “${name}”, the file presets/${name}.json?`, 'Delete', { then, from: this.#at.remove });
  }

  /** Asks in the form below the buttons. Without `name` or `about` their fields aren't shown. */
  #open(question, yes, { name, about, then, from }) {
    const at = this.#at;
    this.#then = then;
    at.question.textContent = question;
    at.yes.textContent = yes;
    at.nameLabel.hidden = name === undefined;
    at.aboutLabel.hidden = about === undefined;
    at.name.required = name !== undefined;
    if (name !== undefined) at.name.value = name;
    if (about !== undefined) at.about.value = about;
    at.form.hidden = false;
    this.#back = from ?? this.#back;
    if (name === undefined) at.yes.focus();
    else at.name.select();
  }

  /** Where the focus goes back to. */
  #back = null;

  #close() {
    if (this.#at.form.hidden) return;
    this.#at.form.hidden = true;
    this.#then = null;
    const back = this.#back;
    this.#back = null;
    if (back !== null && !back.disabled) back.focus();
    else this.#at.choice.focus();
  }
}
