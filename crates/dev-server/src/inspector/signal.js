/** The numbers of the signal that plays, as `--input` has them: "tone:440@-20". */

/** What is typed counts from Enter on, or when the field is left; Escape takes it back. The server says what is wrong with it, and until
 * it is right or taken back it stays. */
export class SignalField {
  #input;
  #help;
  #ask;
  #now = '';
  #edited = false;

  /** `ask(method, params)` asks the server, says why where it says no, and answers whether it said yes. */
  constructor(input, help, ask) {
    this.#input = input;
    this.#help = help;
    this.#ask = ask;
    input.addEventListener('focus', () => input.select());
    input.addEventListener('input', () => {
      this.#edited = true;
      input.removeAttribute('aria-invalid');
    });
    input.addEventListener('blur', async () => (await this.#commit()) || document.activeElement === input || this.#restore());
    input.addEventListener('keydown', async ({ key }) => {
      if (key === 'Escape') this.#restore();
      if (key === 'Enter' && !(await this.#commit())) input.select();
    });
  }

  /** Shows the signal that plays, unless another one is being typed; there is none in a file and in the microphone. */
  show(signal) {
    this.#now = signal?.text ?? '';
    this.#input.disabled = signal === undefined;
    const help = signal === undefined ? 'This source has no numbers' : `Written ${signal.form}`;
    this.#help.textContent = this.#input.title = help;
    if (!this.#edited || signal === undefined) this.#restore();
  }

  /** Takes what was typed. Is it what plays now? */
  async #commit() {
    const text = this.#input.value.trim();
    if (!this.#edited || text === this.#now) {
      this.#restore();
      return true;
    }
    const taken = await this.#ask('setSource', { source: text });
    if (this.#input.value.trim() !== text) return taken;
    if (taken) {
      this.#edited = false;
      this.#input.removeAttribute('aria-invalid');
    } else this.#input.ariaInvalid = 'true';
    return taken;
  }

  #restore() {
    this.#edited = false;
    this.#input.value = this.#now;
    this.#input.removeAttribute('aria-invalid');
  }
}
