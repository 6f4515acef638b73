import { useSyncExternalStore } from 'react';
import { useClient, useStats, type Heard } from './wavecraft';

const WORDS: Record<Heard, string> = { processed: 'processed', dry: 'dry input', silence: 'silence' };

/** What meters and pictures show, in words: "processed", "dry input, muted"; '' where the server doesn't tell. */
export function useHeard(): string {
  const { meters } = useClient();
  const stats = useStats();
  // The meters tell it 30 times a second; this renders again only when it is another.
  const now = useSyncExternalStore(meters.subscribe, () => meters.get()?.heard);
  const heard = now ?? stats?.heard;
  return heard === undefined ? '' : `${WORDS[heard]}${stats?.muted ? ', muted' : ''}`;
}
