/** Whether this page is connected; if not, why, and which key brings it back. */

/** A connection of the same start may come back; one of an earlier start doesn't, and a try every now and then does no harm. */
const ORPHAN_PAUSE_MS = 30_000;
/** The close code of a server that goes. */
const GOING = 1001;

const OPEN = 'Press i in the terminal to open the inspector again.';

export class Link {
  #word;
  #why;

  constructor(word, why) {
    this.#word = word;
    this.#why = why;
  }

  opened() {
    this.#say(['Connected', 'good', '']);
  }

  /** Says what happened; returns how long to wait until the next try, in ms, or nothing. */
  async lost(end) {
    const told = verdict(end, null);
    if (told) {
      this.#say(told.says);
      return told.pause;
    }
    const found = verdict(end, await answers());
    this.#say(found.says);
    return found.pause;
  }

  #say([word, tone, why]) {
    if (this.#word.textContent !== word) this.#word.textContent = word;
    this.#word.dataset.tone = tone;
    if (this.#why.textContent !== why) this.#why.textContent = why;
    this.#why.hidden = why === '';
  }
}

/**
 * What the end of a connection means: `{says: [word, tone, why], pause?}`. `answered`: does the address still answer plain HTTP?
 * `null`: nobody asked yet, and nothing is returned where that has to be known.
 */
export function verdict({ code, reason, opened }, answered) {
  if (code === GOING && reason === 'ended') {
    return { says: ['Ended', 'bad', 'wavecraft start has ended, and this tab with it. Start it again, and press i in its terminal to open the inspector.'], pause: ORPHAN_PAUSE_MS };
  }
  if (code === GOING && reason === 'companion') {
    return { says: ['Connecting…', 'busy', 'The companion has ended. wavecraft start brings it back, and this tab connects by itself.'] };
  }
  if (opened) return { says: ['Connecting…', 'busy', reason ? `The connection was lost: ${reason}.` : 'The connection was lost. This tab connects again by itself.'] };
  if (answered === null) return null;
  if (answered) return { says: ['Not connected', 'bad', `This tab belongs to an earlier start. ${OPEN}`], pause: ORPHAN_PAUSE_MS };
  return {
    says: [
      'Not connected', 'bad',
      'Nobody answers here: the companion has ended. wavecraft start brings it back; if that has ended too, start it again and press i in its terminal.',
    ],
  };
}

/** The server's page is open to everybody here, its socket only to the key: that tells the two apart. */
function answers() {
  return fetch('/', { method: 'HEAD', cache: 'no-store' }).then(() => true, () => false);
}
