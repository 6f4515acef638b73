import { useState } from 'react';
import { useClient, useConnection, useParameters, useStats } from '../wavecraft';
import { copied, FIRST, other, switched, type Slot } from './parameterSets';

/** With and without the processor, and one set of parameters against another. */
export function Compare() {
  const client = useClient();
  const stats = useStats();
  const connected = useConnection().state === 'connected';
  const heard = new Map(useParameters().map(({ id, value }) => [id, value]));
  const [sets, setSets] = useState(FIRST);

  const hear = (slot: Slot) => {
    if (slot === sets.active) return;
    const { sets: next, changes } = switched(sets, heard);
    for (const [id, value] of changes) client.setParameter(id, value);
    setSets(next);
  };
  const bypassed = stats?.bypassed ?? false;

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
      <div className="sets" role="group" aria-label="Set of parameters">
        {(['A', 'B'] as const).map((slot) => (
          <button
            key={slot}
            type="button"
            id={`set-${slot}`}
            aria-label={`Set ${slot}`}
            aria-pressed={slot === sets.active}
            onClick={() => hear(slot)}
          >
            {slot}
          </button>
        ))}
      </div>
      <button type="button" id="copy-set" onClick={() => setSets(copied(sets, heard))}>
        Copy {sets.active} to {other(sets.active)}
      </button>
    </fieldset>
  );
}
