// Control path.

/** What keeps servers from listening, and what to do about it. */
const REASONS: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  EADDRINUSE: ['another process has the port', 'stop it, or set another port'],
  EADDRNOTAVAIL: ['the address is none of this machine’s', 'set another host'],
  ENOTFOUND: ['no address is known of that name', 'set another host'],
  EAI_AGAIN: ['whether the name has an address cannot be asked', 'set an address as host'],
  EACCES: ['this user may not', 'set a port above 1023, or allow it'],
};

/**
 * Says where a server was to listen, what is in its way and what to change; another error stays as it is.
 * @param section of the configuration: `serve.http`
 */
export function listenError(
  section: 'serve.http' | 'serve.tcp',
  { host, port }: { readonly host: string; readonly port: number },
  error: unknown,
): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = REASONS[code];
  if (known === undefined) return error;
  const [reason, remedy] = known;
  const server = section === 'serve.http' ? 'HTTP' : 'TCP';
  return new Error(
    `${server} cannot listen on ${host}, port ${port}: ${reason} (${code}): ${remedy} in ${section}`,
    {
      cause: error,
    },
  );
}
