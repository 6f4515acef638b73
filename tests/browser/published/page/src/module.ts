import { Client } from '@wavecraft/core';

const client = new Client();
client.onstate = (state: string) => postMessage(state);
