import { useId } from 'react';
import type { Parameter } from '../wavecraft';

interface Props {
  parameter: Parameter;
  onChange(value: number): void;
}

/** A parameter with names for its values. */
export function Select({ parameter, onChange }: Props) {
  const id = useId();
  return (
    <div className="control">
      <label htmlFor={id}>{parameter.name}</label>
      <select
        id={id}
        value={Math.round(parameter.value)}
        onChange={(event) => onChange(Number(event.target.value))}
      >
        {parameter.variants?.map((variant, index) => (
          <option key={variant} value={index}>
            {variant}
          </option>
        ))}
      </select>
    </div>
  );
}
