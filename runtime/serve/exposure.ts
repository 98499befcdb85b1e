/** How a server may be reached. */
export interface Exposure {
  /** A name or address to listen on. */
  readonly host: string;
  readonly token?: string | undefined;
  /** Without a token everyone who can reach the port can read every feature: to be said, not to be forgotten. */
  readonly insecure?: boolean | undefined;
}

/** Whether only this machine can connect. A name other than `localhost` may stand for anything. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\]|::ffff:127(?:\.\d{1,3}){3})$/i.test(host);
}

/**
 * @param server what is about to listen, for the message: `HTTP`
 * @throws Error where others could connect and nothing keeps them out
 */
export function checkExposure(server: string, { host, token, insecure }: Exposure): void {
  if (token !== undefined || insecure === true || isLoopback(host)) return;
  throw new Error(
    `${server} would listen on ${host}, where others can connect, without a token: ` +
      'set `token`, or listen on 127.0.0.1, or say `insecure: true` where the network itself keeps others out',
  );
}
