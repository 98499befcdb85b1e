import type { LoggedRecord } from '../history/history.ts';
import type { Read, Session } from './read.ts';

/** Whether a session still shows what it was kept for. */
export type Shows = (session: Session) => Promise<boolean>;

/** The session with one of its reads alone, told by its place among all of them. */
export function onlyRead(session: Session, read: Read): Session {
  const steps = session.steps.flatMap(({ consumed, reads }) =>
    reads.includes(read) ? [{ consumed, reads: [read] }] : [],
  );
  return { ...session, steps };
}

/** The session with the records of these sources alone. */
export function onlySources(session: Session, sources: ReadonlySet<string>): Session {
  const kept = ({ source }: LoggedRecord): boolean => sources.has(source);
  const steps = session.steps.map(step => ({
    ...step,
    consumed: session.order.slice(0, step.consumed).filter(kept).length,
  }));
  return { ...session, order: session.order.filter(kept), steps };
}

/**
 * The fewest records that still show it: halves, quarters, … are left out as long as that can be done (ddmin).
 * @param most how often `shows` may be asked
 */
export async function fewestRecords(session: Session, shows: Shows, most = 200): Promise<Session> {
  let current = session;
  let asked = 0;
  let size = Math.ceil(current.order.length / 2);
  while (size >= 1 && asked < most) {
    let removed = false;
    for (let start = 0; start < current.order.length && asked < most;) {
      const candidate = without(current, start, start + size);
      asked += 1;
      if (await shows(candidate)) {
        current = candidate;
        removed = true;
      } else start += size;
    }
    if (!removed || size > current.order.length) {
      if (size === 1) break;
      size = Math.ceil(size / 2);
    }
  }
  return current;
}

/** Without the records from `start` to before `end`; steps then stand at as many fewer. */
function without(session: Session, start: number, end: number): Session {
  const kept = (consumed: number): number => consumed - Math.max(0, Math.min(consumed, end) - start);
  const order: LoggedRecord[] = session.order.filter((_, i) => i < start || i >= end);
  return {
    ...session,
    order,
    steps: session.steps.map(step => ({ ...step, consumed: kept(step.consumed) })),
  };
}
