/** The way that messages go, there and back: one JSON-RPC object a text. */
export interface Channel {
  /** Opens it, and goes on trying until `close`. */
  open(events: ChannelEvents): void;
  /** Ends it, and every try for another. No event follows. */
  close(): void;
  /** Returns whether it was open. */
  send(text: string): boolean;
}

export interface ChannelEvents {
  /** Open: what was asked and subscribed before is forgotten by the other side. */
  onOpen(): void;
  onText(text: string): void;
  /** What was asked gets no answer any more. */
  onClosed(): void;
  /** Not open; the next try is the `attempt`th since the connection was lost. There is none after `ended`. */
  onLost(attempt: number, why?: Lost): void;
}

/**
 * Why a connection was lost, where that is known: `wavecraft start` has `ended`, and its key with it; the `companion`
 * was, and comes back; or the server has `refused` the key, which is of an earlier start.
 */
export type Lost = 'ended' | 'companion' | 'refused';
