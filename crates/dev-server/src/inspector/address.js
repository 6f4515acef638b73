/**
 * The key that lets this page in. It comes in the fragment of the address, which is never sent to a server, is moved to
 * `sessionStorage`, which only this tab and origin can read, and taken out of the address bar and the history.
 */

const KEY = 'wavecraft.token';
/** 32 bytes in base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The token, or `null` where nobody gave this tab one. */
export function token() {
  const given = new URLSearchParams(location.hash.slice(1)).get('wc');
  if (given !== null) {
    history.replaceState(history.state, '', location.pathname);
    if (TOKEN.test(given)) sessionStorage.setItem(KEY, given);
  }
  return sessionStorage.getItem(KEY);
}
