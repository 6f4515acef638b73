import { memo } from 'react';
import { useConnection, useParameter, useParameters, useProcessors, type Parameter } from '../wavecraft';
import { ProcessorSection } from './ProcessorSection';
import { Select } from './Select';
import { Slider } from './Slider';
import { Toggle } from './Toggle';

/** A control for every parameter, under the headings that its processor gives; a section for each processor of a chain. */
export function ParameterPanel() {
  const parameters = useParameters();
  const processors = useProcessors();
  const connected = useConnection().state === 'connected';
  if (connected && parameters.length === 0) {
    return <p className="empty">This processor has no parameters.</p>;
  }
  const known = new Set(processors.map(({ id }) => id));
  const others = parameters.filter(({ processor }) => processor === undefined || !known.has(processor));
  return (
    <fieldset className="panel" disabled={!connected} aria-label="Parameters">
      {processors.map((processor) => (
        <ProcessorSection key={processor.id} processor={processor}>
          {inGroups(parameters.filter(({ id, processor: of }) => of === processor.id && id !== processor.bypass)).map(
            ([group, ids]) => (
              <section className="group" key={group}>
                {group !== '' && <h3>{group}</h3>}
                <Controls ids={ids} />
              </section>
            ),
          )}
        </ProcessorSection>
      ))}
      {inGroups(others).map(([group, ids]) => (
        <section className="card" key={group}>
          {group !== '' && <h2>{group}</h2>}
          <Controls ids={ids} />
        </section>
      ))}
    </fieldset>
  );
}

function Controls({ ids }: { ids: readonly string[] }) {
  return (
    <div className="rows">
      {ids.map((id) => (
        <Control key={id} id={id} />
      ))}
    </div>
  );
}

const Control = memo(function Control({ id }: { id: string }) {
  const [parameter, set] = useParameter(id);
  if (parameter === undefined) return null;
  const Kind = isSwitch(parameter) ? Toggle : parameter.type === 'enum' ? Select : Slider;
  return <Kind parameter={parameter} onChange={set} />;
});

/** A choice between "Off" and "On" is a switch, too. */
function isSwitch({ type, variants }: Parameter): boolean {
  return type === 'bool' || variants?.join().toLowerCase() === 'off,on';
}

/** Ids by group, both in the order of their first appearance; those without a group come last, under ''. */
function inGroups(parameters: readonly Parameter[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const { id, group = '' } of parameters) groups.set(group, [...(groups.get(group) ?? []), id]);
  return [...groups].sort(([a], [b]) => Number(a === '') - Number(b === ''));
}
