import { execFile, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);

let runs: boolean | undefined;

/** Whether a Docker engine answers. `SKEWLESS_DOCKER=no` says that none is to be used. */
export function dockerRuns(): boolean {
  if (process.env['SKEWLESS_DOCKER'] === 'no') return false;
  runs ??= spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 }).status === 0;
  return runs;
}

/** Calls docker and gives what it printed, without the line ends around it. */
export async function docker(args: readonly string[], input = ''): Promise<string> {
  const called = run('docker', args, { maxBuffer: 64 * 1024 * 1024 });
  called.child.stdin?.end(input);
  return (await called).stdout.trim();
}

/** A container that may be stopped and started, keeping its files, and that goes with this process at the latest. */
export interface Container {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  logs(): Promise<string>;
  remove(): Promise<void>;
}

/**
 * Makes a container, not yet started.
 * @param options of `docker create`
 * @param command arguments after the image
 */
export async function createContainer(
  image: string,
  options: readonly string[],
  command: readonly string[] = [],
): Promise<Container> {
  const name = `skewless-test-${randomBytes(6).toString('hex')}`;
  const warden = spawn('/bin/sh', ['-c', containerWarden, name], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(warden, 'exit');
  warden.unref();
  (warden.stdin as unknown as { unref(): void }).unref();
  await docker(['create', '--name', name, ...options, image, ...command]);
  return {
    name,
    start: async () => void (await docker(['start', name])),
    stop: async () => void (await docker(['stop', '--time', '20', name])),
    kill: async () => void (await docker(['kill', name])),
    async logs() {
      const { stdout, stderr } = await run('docker', ['logs', '--tail', '40', name]);
      return stdout + stderr;
    },
    async remove() {
      warden.ref();
      warden.stdin.end();
      await ended;
    },
  };
}

const containerWarden = `
  while read -r line; do :; done
  docker rm --force --volumes "$0"
`;
