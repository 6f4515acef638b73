/** What a component can know of the running project. Each hook renders again only when its own part changes. */

import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import { Client } from './client';
import type { ParameterId } from '../generated/parameters';
import type { Parameter, Probe } from './messages';
import type { Store } from './store';

export const ClientContext = createContext(new Client());

export function useClient(): Client {
  return useContext(ClientContext);
}

function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** Every parameter with its value, in the processor's order. */
export const useParameters = () => useStore(useClient().parameters);

/** The chain's processors, in its order; empty where the server doesn't tell. */
export const useProcessors = () => useStore(useClient().processors);

/**
 * One parameter and the way to move it; `undefined` while it isn't known. An id that is written out must be one of
 * [`ParameterId`](../generated/parameters.ts); one that is only known when the page runs, as in a list, is taken as it is.
 */
export function useParameter<Id extends string>(
  id: Id & (string extends Id ? unknown : never),
): [Parameter | undefined, (value: number) => void];
export function useParameter(id: ParameterId): [Parameter | undefined, (value: number) => void];
export function useParameter(id: string): [Parameter | undefined, (value: number) => void] {
  const client = useClient();
  const { subscribe, get } = client.parameters;
  // An unchanged parameter stays the same object, so that moving one doesn't render the others.
  const parameter = useSyncExternalStore(subscribe, () => get().find((parameter) => parameter.id === id));
  return [parameter, useCallback((value: number) => client.setParameter(id, value), [client, id])];
}

/** Is this page in a plugin? There the host has the sound, the time and the history: the page has the parameters. */
export const useInPlugin = () => useStore(useClient().inPlugin);

/** Are we connected, and if not, why. */
export const useConnection = () => useStore(useClient().connection);
/** Levels of what is heard, 30 times a second; `null` while none come. */
export const useMeters = () => useStore(useClient().meters);
/** The waveform of what is heard, 30 times a second; `null` while none comes. */
export const useScope = () => useStore(useClient().scope);
/** What is heard, by frequency, 30 times a second; `null` while none comes. */
export const useSpectrum = () => useStore(useClient().spectrum);
/**
 * What a processor shows with `probe!("name", value)`, 30 times a second; `null` while nothing comes. Of several processors
 * that use the name it is the first one's, or that of the id `processor`.
 */
export function useProbe(name: string, processor?: string): ProbeValues | null {
  const { subscribe, get } = useClient().meters;
  return useSyncExternalStore(subscribe, () => valuesOf(get()?.probes?.find(
    (probe) => probe.name === name && (processor === undefined || probe.processor === processor),
  )));
}

/** The last, the least and the greatest value since the page's last picture, in the processor's own unit. */
export interface ProbeValues {
  last: number;
  least: number;
  greatest: number;
}

/** A probe's values, the same object each time; `null` where there are none. */
function valuesOf(probe: Probe | undefined): ProbeValues | null {
  return probe !== undefined && probe.last !== undefined ? (probe as Probe & ProbeValues) : null;
}

/** Whether there is audio, and what is wrong with it if not. */
export const useAudioStatus = () => useStore(useClient().audioStatus);
/** Where the processor is in its life: live, crashed, … */
export const useSessionState = () => useStore(useClient().sessionState);
/** What the last build of the engine did; `null` before the first. */
export const useBuildStatus = () => useStore(useClient().build);
/** Load, late blocks, latency, devices: once a second. */
export const useStats = () => useStore(useClient().stats);
/** The project's presets; `null` where there are none. */
export const usePresets = () => useStore(useClient().presets);

/** The two sets of parameters to compare; `null` where there are none. */
export const useSets = () => useStore(useClient().sets);
/** What can be undone and redone; `null` where the server doesn't tell. `useClient().walk('undo')` does it. */
export const useHistory = () => useStore(useClient().history);
/** What plays: a file with its waveform and loop, or a tone's numbers; `null` where the server doesn't tell. */
export const useSource = () => useStore(useClient().source);
/** The time that the processor is told: tempo, position, whether it plays; `null` where there is none. It is told on a change. */
export const useTransport = () => useStore(useClient().time);
/** Where that is now, in beats from 0, 30 times a second; `null` where there is no time. */
export function useBeats(): number | null {
  const time = useTransport();
  const { subscribe, get } = useClient().meters;
  const beats = useSyncExternalStore(subscribe, () => get()?.position_beats);
  return time === null ? null : (beats ?? time.position_beats);
}
/** How much sound the scope shows, in ms. */
export const useScopeSpan = () => useStore(useClient().scopeSpan);
