import { useEffect, useRef, useState } from 'react';
import { useClient, useConnection, useHistory, type Way } from '../wavecraft';

const WAYS = ['undo', 'redo'] as const;
const WORDS = { undo: 'Undo', redo: 'Redo' };
const DONE = { undo: 'Undid', redo: 'Redid' };
const KEYS = { undo: 'Control+Z Meta+Z', redo: 'Control+Shift+Z Meta+Shift+Z Control+Y' };
/** A key that is held undoes no faster, in ms: the server has a limit for what changes many values. */
const HELD_MS = 50;

/** Undo and redo, by the buttons and by the usual keys. The history is the project's: every page has the same. */
export function History() {
  const client = useClient();
  const history = useHistory();
  const connected = useConnection().state === 'connected';
  const [done, setDone] = useState('');
  /** What a person should know: a part of it wasn't possible. */
  const [said, setSaid] = useState('');
  const last = useRef(-Infinity);

  const walk = async (way: Way) => {
    try {
      const { step, said = '' } = await client.walk(way);
      setSaid(said);
      setDone(step === undefined ? '' : `${DONE[way]} ${step}.`);
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error));
    }
  };

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const way = asked(event);
      if (way === null || history === null || !connected) return;
      event.preventDefault();
      if (event.repeat && event.timeStamp - last.current < HELD_MS) return;
      last.current = event.timeStamp;
      if (history[way] !== undefined) void walk(way);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  });

  if (history === null) return null;
  return (
    <fieldset className="history" disabled={!connected} aria-label="History">
      {WAYS.map((way) => (
        <button
          key={way}
          type="button"
          id={way}
          aria-keyshortcuts={KEYS[way]}
          disabled={history[way] === undefined}
          title={history[way] === undefined ? `Nothing to ${way}` : `${WORDS[way]} ${history[way]}${counted(history[`${way}_steps`])}`}
          onClick={() => void walk(way)}
        >
          {WORDS[way]}
        </button>
      ))}
      <span className="unseen" role="status">
        {done}
      </span>
      {said !== '' && (
        <p className="said" role="alert">
          {said}
        </p>
      )}
    </fieldset>
  );
}

const counted = (steps: number) => ` · ${steps === 1 ? 'the only step' : `${steps} steps`}`;

/** What has no text in it, and so no undo of its own. */
const WITHOUT_TEXT = 'input:is([type=range], [type=checkbox], [type=radio]), :not(input, textarea, [contenteditable])';

/** Which of the two a key asks for. In a text its own undo is meant, and a component that takes the key has it. */
function asked({ key, ctrlKey, metaKey, shiftKey, altKey, target, defaultPrevented }: KeyboardEvent): Way | null {
  const inText = target instanceof Element && !target.matches(WITHOUT_TEXT);
  if (!(ctrlKey || metaKey) || altKey || inText || defaultPrevented) return null;
  const letter = key.toLowerCase();
  if (letter === 'z') return shiftKey ? 'redo' : 'undo';
  return letter === 'y' && ctrlKey && !shiftKey ? 'redo' : null;
}
