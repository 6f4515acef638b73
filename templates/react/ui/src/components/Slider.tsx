import { useId } from 'react';
import { clamp, formatValue } from '../format';
import type { Parameter } from '../wavecraft';
import { ValueField } from './ValueField';

interface Props {
  parameter: Parameter;
  onChange(value: number): void;
}

/** How many positions the handle has from end to end: the arrow keys go one by one. */
const POSITIONS = 400;

/** A native range input, so that keys, touch and screen readers work, and beside it the number to type. */
export function Slider({ parameter, onChange }: Props) {
  const id = useId();
  const { min, max, step, value, name } = parameter;
  const skew = parameter.skew ?? 1;
  const span = max - min || 1;
  const toPosition = (value: number) => ((value - min) / span) ** (1 / skew);
  const toValue = (position: number) => min + span * position ** skew;
  const reset = () => onChange(parameter.default);
  const position = clamp(toPosition(value), 0, 1);

  return (
    <div className="control slider">
      <label htmlFor={id}>{name}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={step ? step / span : 1 / POSITIONS}
        value={position}
        aria-valuetext={formatValue(parameter)}
        title={`Double-click or Delete: ${formatValue(parameter, parameter.default)}`}
        aria-keyshortcuts="Delete"
        style={{ '--position': position } as React.CSSProperties}
        onChange={(event) => onChange(clamp(toValue(event.target.valueAsNumber), min, max))}
        onDoubleClick={reset}
        onKeyDown={(event) => event.key === 'Delete' && reset()}
      />
      <ValueField label={name} value={value} range={parameter} onCommit={onChange} />
    </div>
  );
}
