import { Client } from '@wavecraft/core';

declare const __MARK__: string;

const show = (id: string, text: string) => (document.getElementById(id)!.textContent = text);
show('mark', __MARK__);

const client = new Client();
Object.assign(window, { client });
client.onstate = async (state: string) => {
  show('state', state);
  if (state !== 'Connected') return;
  const { parameters } = await client.call('getAllParameters');
  show('parameters', parameters.map(({ id }: { id: string }) => id).join(' '));
};

// Sockets may also be made in workers.
const workers = {
  module: new Worker(new URL('./module.ts', import.meta.url), { type: 'module' }),
  classic: new Worker(new URL('./classic.js', import.meta.url)),
};
for (const [name, worker] of Object.entries(workers)) worker.onmessage = ({ data }) => show(name, data);
