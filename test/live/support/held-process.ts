import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server that tests have started: it ends with this process at the latest, however that ends. */
export interface HeldProcess {
  hasEnded(): boolean;
  /** `STOP` and `CONT` freeze it and let it go on. Nothing happens when it has ended. */
  signal(name: 'TERM' | 'KILL' | 'STOP' | 'CONT'): void;
  /** Asks it to end and waits; kills what has not ended by the deadline. */
  stop(deadlineMs?: number): Promise<void>;
  /** SIGKILL, and waits. */
  kill(): Promise<void>;
}

export interface HeldProcessOptions {
  /** What the server prints is added to this file. */
  readonly log: string;
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a program that dies with this process. A warden shell between the two reads signals from a pipe and sends
 * them on. The system closes our end of the pipe when we die, be it by SIGKILL, and the warden then kills.
 * It runs in a session of its own, so that Ctrl-C leaves it to the tests to end it.
 */
export function startHeld(
  command: string,
  args: readonly string[],
  { log, cwd, env }: HeldProcessOptions,
): HeldProcess {
  const warden = spawn('/bin/sh', ['-c', processWarden, log, command, ...args], {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(warden, 'exit');
  // A pipe that broke is that of a server that has ended, which is seen as such.
  warden.stdin.on('error', () => undefined);
  warden.unref();
  (warden.stdin as unknown as { unref(): void }).unref();

  const hasEnded = (): boolean => warden.exitCode !== null || warden.signalCode !== null;
  const signal: HeldProcess['signal'] = name => void (hasEnded() || warden.stdin.write(`${name}\n`));
  const kill = async (): Promise<void> => {
    warden.ref();
    signal('KILL');
    if (!hasEnded()) await ended;
  };
  return {
    hasEnded,
    signal,
    kill,
    async stop(deadlineMs = 20_000) {
      warden.ref();
      signal('TERM');
      if (!hasEnded()) await Promise.race([ended, sleep(deadlineMs, undefined, { ref: false })]);
      await kill();
    },
  };
}

/** $0 is the log, $1… the program. */
const processWarden = `
  exec 3<&0
  "$@" >>"$0" 2>&1 </dev/null 3<&- &
  server=$!
  {
    while read -r signal; do kill -"$signal" "$server"; done
    kill -KILL "$server"
  } <&3 2>/dev/null &
  reader=$!
  exec 3<&-
  wait "$server"
  kill "$reader"
`;

/** A temporary folder that goes with this process at the latest. */
export interface HeldFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** @param name begins the folder's name, for those who look into the system's temporary folder */
export function heldFolder(name: string): HeldFolder {
  const path = mkdtempSync(join(tmpdir(), `skewless-${name}-`));
  const warden = spawn('/bin/sh', ['-c', folderWarden, path], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(warden, 'exit');
  warden.unref();
  (warden.stdin as unknown as { unref(): void }).unref();
  return {
    path,
    async remove() {
      warden.ref();
      warden.stdin.end();
      await ended;
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** Servers that die in the same instant may still add files: so again until all is gone, for ten seconds. */
const folderWarden = `
  while read -r line; do :; done
  tries=0
  until rm -rf "$0" || [ "$tries" -ge 50 ]; do tries=$((tries + 1)); sleep 0.2; done
`;
