import { useId } from 'react';
import { gestures, type Parameter } from '../wavecraft';

interface Props {
  parameter: Parameter;
  onChange(value: number): void;
}

/** A parameter that is on or off. */
export function Toggle({ parameter, onChange }: Props) {
  const id = useId();
  return (
    <div className="control">
      <label htmlFor={id}>{parameter.name}</label>
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={parameter.value >= 0.5}
        onChange={({ target }) => gestures.alone(() => onChange(target.checked ? 1 : 0))}
      />
    </div>
  );
}
