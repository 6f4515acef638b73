import { useClient, useConnection, useSets, useStats } from '../wavecraft';

/** With and without the processor, and one set of parameters against another. The sets are the project's: every page has the same. */
export function Compare() {
  const client = useClient();
  const stats = useStats();
  const sets = useSets();
  const connected = useConnection().state === 'connected';
  const bypassed = stats?.bypassed ?? false;
  // What it changes is told to every page, and so to this one; where it fails nothing has changed.
  const call = (request: Promise<unknown>) => void request.catch(() => undefined);

  return (
    <fieldset className="compare" disabled={!connected} aria-label="Compare">
      <button
        type="button"
        id="bypass"
        aria-pressed={bypassed}
        disabled={stats === null}
        title="Hear the source without the processor"
        onClick={() => void client.setBypass(!bypassed)}
      >
        Bypass
      </button>
      {sets && (
        <>
          <div className="sets" role="group" aria-label="Set of parameters">
            {(['A', 'B'] as const).map((set) => (
              <button
                key={set}
                type="button"
                id={`set-${set}`}
                aria-label={`Set ${set}`}
                aria-pressed={set === sets.active}
                onClick={() => call(client.call('hearSet', { set }))}
              >
                {set}
              </button>
            ))}
          </div>
          <button
            type="button"
            id="copy-set"
            disabled={!sets.differ}
            title={sets.differ ? '' : 'Both sets are the same'}
            onClick={() => call(client.call('copySet', {}))}
          >
            Copy {sets.active} to {sets.active === 'A' ? 'B' : 'A'}
          </button>
        </>
      )}
    </fieldset>
  );
}
