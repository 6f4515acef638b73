import { useState } from 'react';
import {
  useAudioStatus,
  useClient,
  useConnection,
  useSessionState,
  useStats,
  type Connection,
  type Notice,
  type Stats,
} from '../wavecraft';

/** So many tries in vain are more than a restart takes. */
const PATIENCE = 4;
/** So many letters are seen at once. */
const ROOM = 110;

/** What a person should know, and the buttons that help. Its place is always there, so that nothing moves when it changes. */
export function Notices() {
  const client = useClient();
  const connection = useConnection();
  const stats = useStats();
  const notices = useNotices();
  const [open, setOpen] = useState(false);

  const connected = connection.state === 'connected';
  const actions = new Set(notices.map(({ action }) => action));
  const first = notices[0];
  // A call that comes too late changes nothing, and the next figures say how it is.
  const call = (request: Promise<unknown>) => void request.catch(() => undefined);
  const more = notices.length > 1 || (first !== undefined && first.text.length > ROOM);
  return (
    <section className="now" data-alert={notices.length > 0} aria-label="What is heard">
      <div className="notices" role="status">
        {first && <p key={first.id}>{first.text}</p>}
      </div>
      {!first && <p className="quiet">{connected && stats && quiet(stats)}</p>}
      <div className="actions">
        {more && (
          <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
            {notices.length > 1 ? `All ${notices.length}` : 'More'}
          </button>
        )}
        {connected && (stats?.muted || actions.has('unmute')) && (
          <button type="button" onClick={() => call(client.call('setMute', { on: false }))}>
            Unmute
          </button>
        )}
        <button
          type="button"
          data-helps={actions.has('restart')}
          disabled={!connected || stats === null}
          title="Start the processor anew, with the values as they are"
          onClick={() => call(client.call('restart', {}))}
        >
          Restart
        </button>
      </div>
      {open && more && (
        <ul className="all">
          {notices.map(({ id, text }) => (
            <li key={id}>{text}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function useNotices(): Notice[] {
  const connection = useConnection();
  const stats = useStats();
  const session = useSessionState();
  const diagnostic = useAudioStatus()?.diagnostic;

  if (connection.state !== 'connected') return offline(connection);
  const notices = [...(stats?.notices ?? [])].map((notice) =>
    notice.action === 'allowMicrophone' ? { ...notice, text: `${notice.text} The terminal asks for it.` } : notice,
  );
  // Before the first figures there are no notices.
  if (diagnostic && stats === null) {
    const text = [diagnostic.message, diagnostic.hint ?? ''].map(sentence).join(' ').trim();
    notices.push({ id: 'audio', text });
  }
  // The state is told at once, the figures once a second. Nothing is more urgent.
  const failed = session !== null && !['starting', 'shadow', 'live', 'bypassed'].includes(session.state);
  if (failed && !notices.some(({ id }) => id === 'state')) {
    notices.unshift({ id: 'state', text: sentence(session.reason ?? `the processor is ${session.state}`), action: 'restart' });
  }
  return notices;
}

/** Why nothing moves, while nothing moves. The first try takes no time worth a word. */
function offline(connection: Connection): Notice[] {
  if (connection.state !== 'connecting' || connection.attempt === 0) return [];
  const { attempt, why } = connection;
  if (why === 'ended') return [{ id: why, text: '`wavecraft start` has ended. Start it again; the page opens with o.' }];
  if (why === 'refused') {
    return [{ id: why, text: 'This tab belongs to an earlier start. Press o in the terminal to open the page again.' }];
  }
  if (why === 'companion') {
    return [{ id: why, text: 'The companion was ended. Connecting again as soon as it is back…' }];
  }
  const help = attempt < PATIENCE ? '' : ' Nobody answers: is `wavecraft start` still running? When it runs, press o in its terminal.';
  return [{ id: 'lost', text: `Connecting again…${help}` }];
}

/** What is heard while all is well. */
function quiet({ muted, heard }: Stats): string {
  if (muted) return 'Muted: nothing is heard.';
  if (heard === 'dry') return 'You hear the dry input.';
  if (heard === 'silence') return 'Silence is played.';
  return 'You hear the processor.';
}

/** `text` with a capital in front and a full stop behind: it comes as a terminal shows it, behind a colon. */
function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return capital === '' || /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
