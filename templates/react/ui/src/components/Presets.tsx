import { useEffect, useRef, useState, type FormEvent } from 'react';
import { RpcError, useClient, useConnection, useInPlugin, usePresets, type PresetDone } from '../wavecraft';

/** The server's code where there is a preset of that name already. */
const EXISTS = -32022;

/** What is asked before it is done. */
type Question =
  | { what: 'save' }
  | { what: 'replace'; name: string; note: string | undefined }
  | { what: 'rename'; from: string }
  | { what: 'delete'; name: string };

/**
 * The project's presets: named values, in files of its folder `presets`. Every page shows the same. In a plugin they are as
 * they were built in, and its host saves.
 */
export function Presets() {
  const client = useClient();
  const presets = usePresets();
  const inPlugin = useInPlugin();
  const connected = useConnection().state === 'connected';
  const [question, setQuestion] = useState<Question | null>(null);
  const [said, setSaid] = useState('');
  if (presets === null || (inPlugin && presets.presets.length === 0)) return null;

  const { current, changed } = presets;
  const note = presets.presets.find(({ name }) => name === current)?.note;
  const usable = presets.presets.some(({ trouble }) => trouble === undefined);
  const bad = presets.presets.filter(({ trouble }) => trouble !== undefined);

  /** Asks the server, and says what a person should know of the answer. */
  const ask = async (request: Promise<Partial<PresetDone>>, done: string, exists?: () => void) => {
    setSaid('');
    try {
      const { remarks = [] } = await request;
      setQuestion(null);
      setSaid([done, ...remarks.map(sentence)].join(' ').trim());
    } catch (error) {
      if (exists && error instanceof RpcError && error.code === EXISTS) return exists();
      setSaid(sentence(error instanceof Error ? error.message : String(error)));
    }
  };
  const save = (name: string, note: string | undefined, replace: boolean) =>
    ask(
      client.call('savePreset', { name, ...(note && { note }), ...(replace && { replace }) }),
      `Saved as ${name.trim()}.`,
      () => setQuestion({ what: 'replace', name, note }),
    );

  return (
    <fieldset className="presets" disabled={!connected} aria-label="Presets">
      <div className="step">
        <button type="button" aria-label="Preset before" disabled={!usable} onClick={() => void ask(client.call('stepPreset', { by: -1 }), '')}>
          ‹
        </button>
        <select
          aria-label="Preset"
          title={changed ? `${current}, and changed since` : ''}
          disabled={presets.presets.length === 0}
          value={current ?? ''}
          onChange={({ target }) => void ask(client.call('loadPreset', { name: target.value }), '')}
        >
          {current === undefined && (
            <option value="" disabled>
              {presets.presets.length === 0 ? 'No presets yet' : 'No preset'}
            </option>
          )}
          {presets.presets.map(({ name, trouble }) => (
            <option key={name} value={name} disabled={trouble !== undefined}>
              {name === current && changed ? `${name} *` : name}
            </option>
          ))}
        </select>
        <button type="button" aria-label="Next preset" disabled={!usable} onClick={() => void ask(client.call('stepPreset', { by: 1 }), '')}>
          ›
        </button>
      </div>
      {!inPlugin && (
        <div className="keep">
          <button
            type="button"
            disabled={current !== undefined && !changed}
            title={current === undefined ? 'Save the values as a preset' : `Save the values as ${current}`}
            onClick={() => (current === undefined ? setQuestion({ what: 'save' }) : void save(current, undefined, true))}
          >
            Save
          </button>
          <button type="button" onClick={() => setQuestion({ what: 'save' })}>
            Save as …
          </button>
          <button type="button" disabled={current === undefined} onClick={() => current && setQuestion({ what: 'rename', from: current })}>
            Rename …
          </button>
          <button type="button" disabled={current === undefined} onClick={() => current && setQuestion({ what: 'delete', name: current })}>
            Delete …
          </button>
        </div>
      )}
      {question?.what === 'save' && (
        <Form question="Save the values as a preset" yes="Save" name="" note close={() => setQuestion(null)} submit={(name, note) => void save(name, note, false)} />
      )}
      {question?.what === 'replace' && (
        <Form
          question={`There is a preset “${question.name}” already. Replace it?`}
          yes="Replace"
          close={() => setQuestion(null)}
          submit={() => void save(question.name, question.note, true)}
        />
      )}
      {question?.what === 'rename' && (
        <Form
          question={`Rename “${question.from}”`}
          yes="Rename"
          name={question.from}
          close={() => setQuestion(null)}
          submit={(to) => void ask(client.call('renamePreset', { from: question.from, to }), '')}
        />
      )}
      {question?.what === 'delete' && (
        <Form
          question={`Delete “${question.name}”, the file presets/${question.name}.json?`}
          yes="Delete"
          close={() => setQuestion(null)}
          submit={() => void ask(client.call('deletePreset', { name: question.name }), `${question.name} is deleted. The values are as they were.`)}
        />
      )}
      {note && <p>{note}</p>}
      <p role="status">{said}</p>
      {(bad.length > 0 || presets.trouble) && (
        <ul className="trouble">
          {presets.trouble && <li>{sentence(presets.trouble)}</li>}
          {bad.map(({ name, trouble }) => (
            <li key={name}>
              {name}: {trouble}
            </li>
          ))}
        </ul>
      )}
    </fieldset>
  );
}

interface FormProps {
  question: string;
  yes: string;
  /** The name to begin with; absent: none is asked. */
  name?: string;
  /** Is a note asked? */
  note?: boolean;
  close: () => void;
  submit: (name: string, note: string) => void;
}

/** Asks below the buttons. Escape is Cancel, and the focus goes back to where it was. */
function Form({ question, yes, name, note, close, submit }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    form.current?.querySelector<HTMLElement>('input, button')?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [question]);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    submit(String(data.get('name') ?? ''), String(data.get('note') ?? '').trim());
  };
  return (
    <form ref={form} aria-label={question} onSubmit={onSubmit} onKeyDown={({ key }) => key === 'Escape' && close()}>
      <p>{question}</p>
      {name !== undefined && (
        <label>
          Name <input name="name" required maxLength={64} autoComplete="off" spellCheck={false} defaultValue={name} />
        </label>
      )}
      {note && (
        <label>
          Note <input name="note" maxLength={1000} autoComplete="off" />
        </label>
      )}
      <button type="submit">{yes}</button>
      <button type="button" onClick={close}>
        Cancel
      </button>
    </form>
  );
}

/** What comes as a terminal shows it, as a sentence. */
function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
