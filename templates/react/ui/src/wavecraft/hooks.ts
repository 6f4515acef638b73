/** What a component can know of the running project. Each hook renders again only when its own part changes. */

import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import { Client } from './client';
import type { Parameter } from './messages';
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

/** One parameter and the way to move it; `undefined` while it isn't known. */
export function useParameter(id: string): [Parameter | undefined, (value: number) => void] {
  const client = useClient();
  const { subscribe, get } = client.parameters;
  // An unchanged parameter stays the same object, so that moving one doesn't render the others.
  const parameter = useSyncExternalStore(subscribe, () => get().find((parameter) => parameter.id === id));
  return [parameter, useCallback((value: number) => client.setParameter(id, value), [client, id])];
}

/** Are we connected, and if not, why. */
export const useConnection = () => useStore(useClient().connection);
/** Levels of the output, 30 times a second; `null` while none come. */
export const useMeters = () => useStore(useClient().meters);
/** The output's waveform, 30 times a second; `null` while none comes. */
export const useScope = () => useStore(useClient().scope);
/** The output by frequency, 30 times a second; `null` while none comes. */
export const useSpectrum = () => useStore(useClient().spectrum);
/** Whether there is audio, and what is wrong with it if not. */
export const useAudioStatus = () => useStore(useClient().audioStatus);
/** Where the processor is in its life: live, crashed, … */
export const useSessionState = () => useStore(useClient().sessionState);
/** What the last build of the engine did; `null` before the first. */
export const useBuildStatus = () => useStore(useClient().build);
/** Load, late blocks, latency, devices: once a second. */
export const useStats = () => useStore(useClient().stats);
