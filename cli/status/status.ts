import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { loadConfig } from '../../runtime/config/load-config.ts';
import type { Settings } from '../../runtime/config/settings.ts';
import { Failure } from '../failure.ts';
import type { StatusOptions } from './command.ts';
import { fetchStatus } from './fetch-status.ts';
import { restingLines } from './resting.ts';
import { statusLines } from './status-lines.ts';

interface Target {
  /** null: the configuration does not serve HTTP. */
  readonly url: string | null;
  readonly token: string | null;
  /** null: the service was named by its address alone. */
  readonly settings: Settings | null;
}

/** @returns whether the service runs */
export async function status(options: StatusOptions): Promise<boolean> {
  const target = await targetOf(options);
  if (options.watch === undefined) return show(target, options.json ?? false);
  const pause = options.watch === true ? 2 : options.watch;
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  while (!interrupted.signal.aborted) {
    if (process.stdout.isTTY && !options.json) process.stdout.write('\u001b[2J\u001b[H');
    await show(target, options.json ?? false);
    await setTimeout(pause * 1000, null, { signal: interrupted.signal }).catch(() => undefined);
  }
  return true;
}

async function show({ url, token, settings }: Target, json: boolean): Promise<boolean> {
  const found =
    url === null ? 'serve.http is false, and the status is asked over HTTP' : await fetchStatus(url, token);
  if (typeof found !== 'string') {
    console.log(json ? JSON.stringify(found, null, 2) : statusLines(found).join('\n'));
    return true;
  }
  if (settings === null) throw new Failure(found);
  const lines = await restingLines(settings.state.directory, found, json);
  for (const line of lines) console.log(line);
  return false;
}

async function targetOf({ root, config, url }: StatusOptions): Promise<Target> {
  if (url !== undefined) {
    if (!URL.canParse(url) || !/^https?:/.test(url))
      throw new Failure(`--url must be as http://localhost:8080, not ${url}`);
    return { url, token: process.env['SKEWLESS_TOKEN'] ?? null, settings: null };
  }
  const { settings } = await loadConfig(resolve(root), config, process.env);
  const { http, token } = settings.serve;
  return { url: http === null ? null : `http://${reachable(http.host)}:${http.port}`, token, settings };
}

/** Who listens on every address is reached on this machine's own. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
