import { useEffect, useState } from 'react';
import { useBeats, useClient, useConnection, useTransport, type TransportChange } from '../wavecraft';
import { ValueField } from './ValueField';

const TEMPO = { min: 20, max: 999, unit: 'BPM', digits: 1 };
const BARS = [1, 2, 4, 8, 16, 32, 64];
const BEATS_OF_A_BAR = 4;

/** Where not all of the time reaches the processor, what does. */
const NOTES = {
  reset: 'The plugin library gets no tempo: Wavecraft 0.12’s interface has none. A stop resets it.',
  none: 'The processor gets no tempo: `transport none` asks for that. A stop resets it.',
};

/** The time that the processor is told, one for all projects: the space bar plays and stops where nothing has the focus. */
export function Transport() {
  const client = useClient();
  const time = useTransport();
  const connected = useConnection().state === 'connected';
  const [refusal, setRefusal] = useState<string | null>(null);
  const playing = time?.playing ?? false;
  const ready = connected && time !== null;

  const ask = (request: Promise<unknown>) => {
    setRefusal(null);
    request.catch((error: Error) => setRefusal(error.message));
  };
  const change = (wanted: TransportChange) => ask(client.call('setTransport', wanted));

  useEffect(() => {
    if (!ready) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== ' ' || event.repeat || document.activeElement !== document.body) return;
      event.preventDefault();
      client.call('setTransport', { playing: !playing }).catch(() => undefined);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [client, playing, ready]);

  if (time === null) return null;
  const bars = time.loop_bars ?? 0;
  const known = bars === 0 || BARS.includes(bars) ? BARS : [...BARS, bars];
  const note = time.reaches === undefined || time.reaches === 'all' ? null : NOTES[time.reaches];
  return (
    <fieldset className="card transport" disabled={!connected} aria-label="Transport">
      <header>
        <h2>Transport</h2>
        <small>one time for all projects</small>
      </header>
      <div className="row">
        <Place />
        <button type="button" className="play" title="Space" onClick={() => change({ playing: !playing })}>
          {playing ? 'Stop' : 'Play'}
        </button>
        <button type="button" title="Back to bar 1" onClick={() => change({ position_beats: 0 })}>
          To start
        </button>
      </div>
      <div className="row">
        <span aria-hidden="true">Tempo</span>
        <ValueField label="Tempo" value={time.tempo} range={TEMPO} onCommit={(tempo) => change({ tempo })} />
        <button type="button" title="Once for each beat" onClick={() => ask(client.call('tapTempo', {}))}>
          Tap
        </button>
        <label className="repeat">
          Loop{' '}
          <select value={bars} onChange={(event) => change({ loop_bars: Number(event.target.value) })}>
            <option value={0}>Off</option>
            {known.map((count) => (
              <option key={count} value={count}>
                {count === 1 ? '1 bar' : `${count} bars`}
              </option>
            ))}
          </select>
        </label>
      </div>
      {note && <p className="hint">{note}</p>}
      {refusal && (
        <p className="refused" role="alert">
          {refusal}
        </p>
      )}
    </fieldset>
  );
}

/** The bar and the beat in it, both from 1. It alone is drawn anew as the time goes on. */
function Place() {
  const beats = useBeats() ?? 0;
  const bar = Math.floor(beats / BEATS_OF_A_BAR) + 1;
  return (
    <span className="place" title="Bar and beat">
      {bar}.{Math.floor(beats % BEATS_OF_A_BAR) + 1}
    </span>
  );
}
