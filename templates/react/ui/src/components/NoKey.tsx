/** Says what to do where nobody gave this tab a key. */
export function NoKey() {
  return (
    <section className="card no-key" role="status">
      <h2>Not connected</h2>
      <p>
        Open the address that <code>wavecraft start</code> printed in its terminal.
      </p>
      <p className="hint">It has the key that connects this page. A bookmark has none.</p>
    </section>
  );
}
