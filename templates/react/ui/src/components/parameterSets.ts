/** Two sets of parameters to compare: one is heard, the other is kept. */

export type Slot = 'A' | 'B';
export type Values = ReadonlyMap<string, number>;

export interface ParameterSets {
  /** The one that is heard. */
  active: Slot;
  /** The other: empty until it was heard or copied to. */
  kept: Values;
}

export const FIRST: ParameterSets = { active: 'A', kept: new Map() };

export const other = (slot: Slot): Slot => (slot === 'A' ? 'B' : 'A');

/** The other set becomes as the one that is heard. */
export function copied(sets: ParameterSets, heard: Values): ParameterSets {
  return { ...sets, kept: new Map(heard) };
}

/** Goes to the other set; `changes` are to be heard instead of what is: parameters that are gone have none. */
export function switched(sets: ParameterSets, heard: Values): { sets: ParameterSets; changes: [string, number][] } {
  const changes = [...sets.kept].filter(([id, value]) => heard.has(id) && heard.get(id) !== value);
  return { sets: { active: other(sets.active), kept: new Map(heard) }, changes };
}
