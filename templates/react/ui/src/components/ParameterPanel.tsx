import { memo } from 'react';
import { useConnection, useParameter, useParameters, type Parameter } from '../wavecraft';
import { Select } from './Select';
import { Slider } from './Slider';
import { Toggle } from './Toggle';

/** A control for every parameter of the processor, under the headings that it gives them. */
export function ParameterPanel() {
  const parameters = useParameters();
  const connected = useConnection().state === 'connected';
  if (connected && parameters.length === 0) {
    return <p className="empty">This processor has no parameters.</p>;
  }
  return (
    <fieldset className="panel" disabled={!connected} aria-label="Parameters">
      {inGroups(parameters).map(([group, ids]) => (
        <section className="card" key={group}>
          {group !== '' && <h2>{group}</h2>}
          {ids.map((id) => (
            <Control key={id} id={id} />
          ))}
        </section>
      ))}
    </fieldset>
  );
}

const Control = memo(function Control({ id }: { id: string }) {
  const [parameter, set] = useParameter(id);
  if (parameter === undefined) return null;
  const Kind = parameter.type === 'bool' ? Toggle : parameter.type === 'enum' ? Select : Slider;
  return <Kind parameter={parameter} onChange={set} />;
});

/** Ids by group, both in the order of their first appearance; those without a group come last, under ''. */
function inGroups(parameters: readonly Parameter[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const { id, group = '' } of parameters) groups.set(group, [...(groups.get(group) ?? []), id]);
  return [...groups].sort(([a], [b]) => Number(a === '') - Number(b === ''));
}
