/** What a person should know, in a place that is always there and always as large: nothing moves when a line comes or goes. */

/** What helps, as a button's words and the call that it makes. */
const ACTIONS = {
  restart: ['Restart', 'restart', {}],
  unmute: ['Unmute', 'setMute', { on: false }],
};
/** What no page may do. */
const ELSEWHERE = {
  allowMicrophone: 'Press y in the terminal, or choose Allow in the companion’s menu.',
};

export class Notices {
  #calm;
  #list;
  #act;
  #state = null;
  #told = [];

  /** `act(method, params)` is what a button does. */
  constructor(calm, list, act) {
    this.#calm = calm;
    this.#list = list;
    this.#act = act;
  }

  /** The state's reason, which comes at once; the figures say it in whole sentences within a second. */
  state({ reason }) {
    this.#state = reason ? { id: 'state', text: sentence(reason) } : null;
    this.#told = this.#told.filter(({ id }) => id !== 'state');
    this.#write();
  }

  stats({ notices = [] }) {
    this.#told = notices;
    this.#write();
  }

  #write() {
    const tells = this.#told.some(({ id }) => id === 'state');
    const notices = this.#state !== null && !tells ? [this.#state, ...this.#told] : this.#told;
    const before = new Map([...this.#list.children].map((line) => [line.dataset.notice, line]));
    // A line that stays is the same element, so that a button keeps its focus and nothing is read aloud twice.
    const lines = notices.map((notice) => {
      const key = `${notice.id} ${notice.action ?? ''} ${notice.text}`;
      return before.get(key) ?? this.#line(key, notice);
    });
    if (lines.length !== before.size || lines.some((line, index) => line !== this.#list.children[index])) {
      this.#list.replaceChildren(...lines);
    }
    this.#calm.hidden = lines.length > 0;
  }

  #line(key, { text, action }) {
    const line = document.createElement('p');
    line.dataset.notice = key;
    const words = document.createElement('span');
    words.textContent = Object.hasOwn(ELSEWHERE, action ?? '') ? `${text} ${ELSEWHERE[action]}` : text;
    line.append(words);
    if (Object.hasOwn(ACTIONS, action ?? '')) {
      const [word, method, params] = ACTIONS[action];
      const button = Object.assign(document.createElement('button'), { type: 'button', textContent: word });
      button.addEventListener('click', () => this.#act(method, params));
      line.append(button);
    }
    return line;
  }
}

/** `text` with a capital in front and a full stop behind: it comes as a terminal shows it, behind a colon. */
export function sentence(text) {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
