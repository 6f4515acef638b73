/** The client of the dev WebSocket, and of the plugin that shows this page: connect once, then use the hooks. */

export { findAddress } from './wavecraft/address';
export { Client, type Connection } from './wavecraft/client';
export { gestures } from './wavecraft/gestures';
export * from './wavecraft/hooks';
export { RpcError } from './wavecraft/transport';
export type { ParameterId } from './generated/parameters';
export type * from './wavecraft/messages';
