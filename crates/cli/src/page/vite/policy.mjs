/** Lets a page whose Content-Security-Policy names the usual address connect to the one that the project has. */

/** The sources that name the published server’s own port. */
const USUAL = /^((ws|http):\/\/)?(127\.0\.0\.1|localhost):9000\/?$/i;

/** The policy, or text around it, with the port's address beside the usual one wherever that may be connected to. */
export function admit(policy, port) {
  return policy.replace(/\b(connect-src|default-src)\b[^;,]*/gi, (directive) =>
    directive.replace(/[^\s;,"']+/g, (source) =>
      USUAL.test(source) ? `${source} ws://127.0.0.1:${port}` : source,
    ),
  );
}
