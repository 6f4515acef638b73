import { useAudioStatus, useSessionState, useStats } from '../wavecraft';

/** What a person should know and perhaps do: one line for each thing that isn't as it should be. */
export function Notices() {
  const stats = useStats();
  const diagnostic = useAudioStatus()?.diagnostic;
  const session = useSessionState();

  // What is wrong, with what helps. Two parts of the server may tell of the same thing.
  const notices = new Map<string, string>();
  const add = (what: string | undefined, hint = '') => {
    if (what && !notices.has(what)) notices.set(what, hint);
  };
  if (diagnostic) add(diagnostic.message, diagnostic.hint);
  add(stats?.devices.notice);
  add(stats?.mute_reason);
  if (session !== null && !['starting', 'shadow', 'live'].includes(session.state)) {
    add(session.reason ?? `the processor is ${session.state}`);
  }
  if (stats?.guard.howl_muted) add('the level ran away (feedback), so the output is muted');
  else if (stats?.guard.limiting) add('the limiter holds the output under −1 dBFS');

  return (
    <div className="notices" role="status">
      {[...notices].map(([what, hint]) => (
        <p key={what}>
          {sentence(what)} {sentence(hint)}
        </p>
      ))}
    </div>
  );
}

/** `text` with a capital in front and a full stop behind: it comes as a terminal shows it, behind a colon. */
function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return capital === '' || /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
