// Control path: which process is meant, though process ids are given out again.
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Enough to tell a process from another that has been given its id. Null: this system does not say. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Of this start of the machine. */
  readonly boot: string | null;
  /** Where process ids are counted: each container counts its own. */
  readonly namespace: string | null;
  /** When it was started, in ticks since the boot. */
  readonly started: string | null;
}

export function thisProcess(): ProcessIdentity {
  return {
    pid: process.pid,
    host: hostname(),
    boot: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: orNull(() => readlinkSync('/proc/self/ns/pid')),
    started: startOf(process.pid),
  };
}

/** Whether a process still runs; `unknown` where that cannot be seen from here: it is in another container or machine. */
export function lifeOf(other: ProcessIdentity, here: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  if (other.host !== here.host && (other.boot === null || other.boot !== here.boot)) return 'unknown';
  if (other.boot !== here.boot) return 'dead';
  if (other.namespace !== here.namespace) return 'unknown';
  if (!isRunning(other.pid)) return 'dead';
  if (other.started === null) return 'unknown';
  return startOf(other.pid) === other.started ? 'alive' : 'dead';
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, and is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The 22nd field; the second, the program's name in brackets, may hold blanks and brackets itself. */
function startOf(pid: number): string | null {
  return orNull(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  });
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
