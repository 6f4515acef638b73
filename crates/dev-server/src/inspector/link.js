/** Says whether this page is connected; if not, why, and what to do. */

/** So many tries in vain are more than a restart takes. */
const PATIENCE = 3;

const TERMINAL = 'Press o in the terminal of wavecraft start, or choose Open Inspector in the companion’s menu.';

export class Link {
  #word;
  #why;

  constructor(word, why) {
    this.#word = word;
    this.#why = why;
  }

  opened() {
    this.#say('Connected', 'good', '');
  }

  /** `attempt` counts the tries since the connection was lost; `reason` is what the server said at its end. */
  async lost(attempt, reason) {
    if (attempt < PATIENCE) return this.#say('Connecting…', 'busy', reason);
    this.#say('Not connected', 'bad', await why());
  }

  #say(word, tone, why) {
    this.#word.textContent = word;
    this.#word.dataset.tone = tone;
    this.#why.textContent = why;
    this.#why.hidden = why === '';
  }
}

/** The server's page is open to everybody here, its socket only to the key: that tells the two apart. */
async function why() {
  const answers = await fetch('/', { cache: 'no-store' }).then(() => true, () => false);
  return answers
    ? `This address is served again, but by another start, which has a new key. ${TERMINAL}`
    : `Nobody answers here any more: wavecraft start has ended, or the companion has. Start it again. ${TERMINAL}`;
}
