import { useId, useState, type KeyboardEvent } from 'react';
import { clamp, formatNumber, formatValue, parseNumber } from '../format';
import type { Parameter } from '../wavecraft';

interface Props {
  parameter: Parameter;
  onChange(value: number): void;
}

/** How many positions the handle has from end to end: the arrow keys go one by one. */
const POSITIONS = 400;

/** A native range input, so that keys, touch and screen readers work, and beside it the number to type. */
export function Slider({ parameter, onChange }: Props) {
  const id = useId();
  const { min, max, step, value, name, unit } = parameter;
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
      <TypedNumber
        text={formatNumber(value, max - min)}
        label={unit ? `${name} in ${unit}` : name}
        onCommit={(typed) => onChange(clamp(typed, min, max))}
      />
      <span className="unit">{unit}</span>
    </div>
  );
}

interface TypedProps {
  text: string;
  label: string;
  onCommit(value: number): void;
}

/** Shows `text`; what is typed counts from Enter on, or when the field is left. Escape takes it back. */
function TypedNumber({ text, label, onCommit }: TypedProps) {
  const [draft, setDraft] = useState<string | null>(null);

  const commit = () => {
    const typed = draft === null ? null : parseNumber(draft);
    if (typed !== null) onCommit(typed);
    setDraft(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') commit();
    if (event.key === 'Escape') setDraft(null);
  };

  return (
    <input
      className="number"
      type="text"
      inputMode="decimal"
      aria-label={label}
      value={draft ?? text}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={onKeyDown}
    />
  );
}
