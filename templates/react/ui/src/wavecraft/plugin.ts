/** The way to the plugin that shows this page, by the messages of its window: no network, no key. */

import type { Channel, ChannelEvents } from './channel';

/** What a plugin puts on the page before the page's own code runs. */
export interface PluginWindow {
  /** Takes a message of the page. */
  send(text: string): void;
  /** The page puts here what takes the plugin's messages. */
  receive: ((text: string) => void) | null;
}

declare global {
  interface Window {
    wavecraftPlugin?: PluginWindow;
  }
}

/** Open as long as the page is there. */
export class Plugin implements Channel {
  constructor(readonly window: PluginWindow) {}

  open(events: ChannelEvents): void {
    this.window.receive = (text) => events.onText(text);
    events.onOpen();
  }

  close(): void {
    this.window.receive = null;
  }

  send(text: string): boolean {
    this.window.send(text);
    return true;
  }
}
