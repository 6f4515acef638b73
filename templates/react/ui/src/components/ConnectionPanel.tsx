import { useConnection } from '../wavecraft';

/** So many tries in vain are more than a restart takes. */
const PATIENCE = 4;

/** Says why nothing moves, while nothing moves. The first try takes no time worth a word. */
export function ConnectionPanel() {
  const connection = useConnection();
  if (connection.state === 'connected' || (connection.state === 'connecting' && connection.attempt === 0)) {
    return null;
  }
  if (connection.state === 'noToken') {
    return (
      <section className="card connection" role="status">
        <h2>Not connected</h2>
        <p>
          Open the address that <code>wavecraft start</code> printed in its terminal.
        </p>
        <p className="hint">It has the key that connects this page. A bookmark has none.</p>
      </section>
    );
  }
  return (
    <section className="card connection" role="status">
      <h2>Connecting again…</h2>
      {connection.attempt >= PATIENCE && (
        <p>
          Is <code>wavecraft start</code> still running? If you started it anew, open the address in its
          terminal: each start has a new key.
        </p>
      )}
    </section>
  );
}
