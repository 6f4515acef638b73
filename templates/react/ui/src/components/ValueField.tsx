import { useId, useState, type KeyboardEvent } from 'react';
import { formatIn } from '../format';
import { parseValue, type Range } from '../values';
import { gestures } from '../wavecraft';

interface Props {
  label: string;
  value: number;
  range: Range;
  onCommit(value: number): void;
}

/**
 * A number to type, with its unit. It follows the value while nothing was typed. What was typed counts from Enter on, or
 * when the field is left; Escape takes it back. What can't be is refused with a word, and the value stays.
 */
export function ValueField({ label, value, range, onCommit }: Props) {
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  /** Why the last text was refused: until another value is there. */
  const [refusal, setRefusal] = useState<{ text: string; at: number } | null>(null);
  const { unit = '' } = range;
  const refused = refusal?.at === value ? refusal.text : null;

  const edit = (draft: string | null) => {
    setDraft(draft);
    setRefusal(null);
  };
  /** Returns whether there is no text left that was refused. */
  const commit = (): boolean => {
    if (draft === null) return true;
    const typed = parseValue(draft, range);
    if ('refused' in typed) {
      setRefusal({ text: typed.refused, at: value });
      return false;
    }
    edit(null);
    gestures.alone(() => onCommit(typed.value));
    return true;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter' && !commit()) event.currentTarget.select();
    if (event.key === 'Escape' && (draft !== null || refused !== null)) {
      event.preventDefault();
      edit(null);
    }
  };

  return (
    <span className="value">
      <input
        className="number"
        type="text"
        autoComplete="off"
        spellCheck={false}
        aria-label={unit ? `${label} in ${unit}` : label}
        aria-invalid={refused !== null}
        aria-describedby={refused === null ? undefined : id}
        value={draft ?? formatIn(range, value)}
        onFocus={(event) => event.target.select()}
        onChange={(event) => edit(event.target.value)}
        onBlur={() => {
          commit();
          setDraft(null);
        }}
        onKeyDown={onKeyDown}
      />
      {unit && (
        <span className="unit" title={unit}>
          {unit}
        </span>
      )}
      {refused !== null && (
        <span className="refusal" id={id} role="alert">
          {refused}
        </span>
      )}
    </span>
  );
}
