import { useState } from 'react';
import { formatNumber, SOURCES } from '../format';
import { useClient, useConnection, useSource, type Loop, type Methods, type Source } from '../wavecraft';
import { ValueField } from './ValueField';
import { Waveform } from './Waveform';

/** What plays: a file with its waveform and the part that repeats, or the numbers of a tone. */
export function SourceStrip() {
  const client = useClient();
  const source = useSource();
  const connected = useConnection().state === 'connected';
  const [refusal, setRefusal] = useState<string | null>(null);
  if (source === null) return null;

  const call = <M extends keyof Methods>(method: M, params: Methods[M]['params']) => {
    setRefusal(null);
    client.call(method, params).catch((error: Error) => setRefusal(error.message));
  };
  const name = source.name ?? SOURCES[source.source];
  const others = source.recent.filter(({ playing }) => !playing);
  return (
    <fieldset className="card source" disabled={!connected} aria-label="Source">
      <header>
        <h2>Source</h2>
        {others.length > 0 && (
          <select
            aria-label="Play a recent file"
            value=""
            onChange={(event) => call('chooseRecent', { number: Number(event.target.value) })}
          >
            <option value="">Recent</option>
            {others.map(({ number, name }) => (
              <option key={number} value={number}>
                {name}
              </option>
            ))}
          </select>
        )}
      </header>
      <p className="file" title={name}>
        {name}
      </p>
      {source.length_frames ? (
        <File source={source} length={source.length_frames} call={call} />
      ) : (
        <p className="hint">{signal(source)}</p>
      )}
      {refusal && (
        <p className="refused" role="alert">
          {refusal}
        </p>
      )}
    </fieldset>
  );
}

interface FileProps {
  source: Source;
  /** In frames. */
  length: number;
  call<M extends keyof Methods>(method: M, params: Methods[M]['params']): void;
}

function File({ source, length, call }: FileProps) {
  const rate = source.sample_rate;
  const [from, to] = source.loop ?? [0, length];
  /** The least that may repeat: 10 ms. */
  const least = Math.min(length, Math.ceil(rate / 100));
  const loop = (from: number, to: number) => {
    const begin = Math.min(Math.max(0, Math.round(from)), length - least);
    const part: Loop = { from_frames: begin, to_frames: Math.min(length, Math.max(Math.round(to), begin + least)) };
    call('setLoop', part);
  };
  const seconds = (min: number, max: number) => ({ min: min / rate, max: max / rate, unit: 's' });
  return (
    <>
      <Waveform
        source={source}
        length={length}
        onSeek={(frame) => call('seek', { frame: Math.round(frame) })}
        onLoop={loop}
      />
      <div className="loop" role="group" aria-label="Loop">
        <span>Loop</span>
        <ValueField
          label="Loop from"
          value={from / rate}
          range={seconds(0, to - least)}
          onCommit={(at) => loop(at * rate, to)}
        />
        <span aria-hidden="true">–</span>
        <ValueField
          label="Loop to"
          value={to / rate}
          range={seconds(from + least, length)}
          onCommit={(at) => loop(from, at * rate)}
        />
        <button type="button" disabled={source.loop === undefined} onClick={() => call('setLoop', {})}>
          Whole file
        </button>
      </div>
    </>
  );
}

/** The numbers of a source that is made, as the server words them where it does. */
function signal({ source, signal = {} }: Source): string {
  if (source === 'microphone') return 'It is heard through the processor. Wear headphones.';
  if (signal.label !== undefined) return signal.label;
  const hertz = (value: number) => (value < 1000 ? `${formatNumber(value)} Hz` : `${formatNumber(value / 1000)} kHz`);
  const parts: string[] = [];
  if (signal.hz !== undefined) parts.push(hertz(signal.hz));
  if (signal.from_hz !== undefined && signal.to_hz !== undefined) {
    parts.push(`${hertz(signal.from_hz)} to ${hertz(signal.to_hz)}`);
  }
  if (signal.seconds !== undefined) parts.push(`in ${formatNumber(signal.seconds)} s`);
  if (signal.level_db !== undefined) parts.push(`at ${formatNumber(signal.level_db)} dB`);
  return parts.join(' ') || '–';
}
