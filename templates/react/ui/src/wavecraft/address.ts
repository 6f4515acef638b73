/**
 * Where the dev WebSocket is, and the secret that opens it.
 *
 * `wavecraft start` opens the page as `http://localhost:…/#wc=<token>&ws=<port>`. A fragment is never sent to a
 * server; it is moved to `sessionStorage`, which only this tab and origin can read, and taken out of the address bar
 * and the history. A page started elsewhere can be given `VITE_WS_URL` instead, with the token in its path.
 */

export interface Address {
  url: string;
  protocols: string[];
}

const TOKEN_KEY = 'wavecraft.token';
const PORT_KEY = 'wavecraft.port';
/** The port that `wavecraft start` tries first. */
const DEFAULT_PORT = '9000';
/** 32 bytes in base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const PORT = /^[1-9][0-9]{0,4}$/;

/** The address to connect to, or `null` where nobody gave this tab a token. */
export function findAddress(
  viteUrl: string | undefined = import.meta.env.VITE_WS_URL as string | undefined,
): Address | null {
  takeFragment();
  const token = sessionStorage.getItem(TOKEN_KEY);
  if (token !== null) {
    const port = sessionStorage.getItem(PORT_KEY) ?? DEFAULT_PORT;
    return { url: `ws://127.0.0.1:${port}/`, protocols: ['wavecraft.v1', `wct.${token}`] };
  }
  return viteUrl ? { url: viteUrl, protocols: [] } : null;
}

function takeFragment(): void {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get('wc');
  if (token === null) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  if (!TOKEN.test(token)) return;
  sessionStorage.setItem(TOKEN_KEY, token);
  const port = fragment.get('ws');
  if (port !== null && PORT.test(port)) sessionStorage.setItem(PORT_KEY, port);
  else sessionStorage.removeItem(PORT_KEY);
}
