// Control path.
import pg from 'pg';

/** Where a database is and who asks; `host` is a folder when the server listens on a unix socket. */
export interface PostgresConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string;
  /** As `sslmode` of a postgres:// URL; absent: no TLS. */
  readonly ssl?: boolean;
}

/**
 * What every session of ours is set to. Instants leave the server as text, and a double must keep all its
 * digits on the way; neither may hang on the server's configuration.
 */
export const sessionSettings = { timezone: 'UTC', extra_float_digits: '1', datestyle: 'ISO' } as const;

const sessionOptions = Object.entries(sessionSettings)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');

/**
 * A pool whose sessions have {@link sessionSettings}. Types are parsed as `pg` does by itself: `int8` and
 * `numeric` arrive as text.
 */
export function createPool(connection: PostgresConnection, limits: { readonly max?: number } = {}): pg.Pool {
  const { ssl, ...rest } = connection;
  const pool = new pg.Pool({
    ...rest,
    options: sessionOptions,
    max: limits.max ?? 4,
    ...(ssl === true ? { ssl: { rejectUnauthorized: false } } : {}),
  });
  // A connection lost while idle is replaced at its next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  // One that is lost while it is out, between two statements, fails the next of them; here too nobody else listens.
  pool.on('connect', client => client.on('error', () => undefined));
  return pool;
}
