import { useId, useState, type ReactNode } from 'react';
import { gestures, useParameter, type Processor } from '../wavecraft';

interface Props {
  processor: Processor;
  children: ReactNode;
}

/** A processor of the chain: its parameters can be folded away, its bypass stays in reach. This tab remembers which are. */
export function ProcessorSection({ processor: { id, name, bypass }, children }: Props) {
  const body = useId();
  const key = `wavecraft.folded.${id}`;
  const [open, setOpen] = useState(() => sessionStorage.getItem(key) === null);
  const fold = () => {
    if (open) sessionStorage.setItem(key, '');
    else sessionStorage.removeItem(key);
    setOpen(!open);
  };
  return (
    <section className="card processor" aria-label={name}>
      <header>
        <h2>
          <button type="button" className="fold" aria-expanded={open} aria-controls={body} onClick={fold}>
            {name}
          </button>
        </h2>
        {bypass !== undefined && <Bypass id={bypass} of={name} />}
      </header>
      <div className="groups" id={body} hidden={!open}>
        {children}
      </div>
    </section>
  );
}

function Bypass({ id, of }: { id: string; of: string }) {
  const [parameter, set] = useParameter(id);
  if (parameter === undefined) return null;
  return (
    <label className="bypass">
      {parameter.name}
      <input
        type="checkbox"
        role="switch"
        aria-label={`${parameter.name} of ${of}`}
        checked={parameter.value >= 0.5}
        onChange={({ target }) => gestures.alone(() => set(target.checked ? parameter.max : parameter.min))}
      />
    </label>
  );
}
