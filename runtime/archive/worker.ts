// Control path. An archiver in a thread of its own: what it tells crosses over as plain messages.
import type { MessagePort } from 'node:worker_threads';
import { archive } from './archiver.ts';
import type { ArchiveCommit, ArchiveEvents, ArchiveHealth, ArchiveOptions } from './options.ts';
import type { EarlyArrivals } from '../history/partitions.ts';

/** From the archiver's thread. */
export type ArchiveMessage =
  | { readonly kind: 'health'; readonly health: ArchiveHealth; readonly detail: string | null }
  | { readonly kind: 'committed'; readonly commit: ArchiveCommit }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'early'; readonly arrivals: EarlyArrivals }
  | {
      readonly kind: 'dropped';
      readonly source: string;
      readonly months: number;
      readonly completeFrom: number;
    }
  /** The last one. `error`: what it cannot go on from; null: it was told to end, or its source has ended. */
  | { readonly kind: 'ended'; readonly error: string | null };

/** To the archiver's thread: the one thing it is ever told. */
export const endMessage = 'end';

/**
 * In the thread: archives until {@link endMessage} comes through the port, and says everything through it.
 * @param port the thread's `parentPort`, or one end of a channel
 */
export async function archiveInThread(
  port: MessagePort,
  options: Omit<ArchiveOptions, 'events' | 'signal'>,
): Promise<void> {
  const controller = new AbortController();
  const listen = (message: unknown): void => {
    if (message === endMessage) controller.abort();
  };
  port.on('message', listen);
  const post = (message: ArchiveMessage): void => port.postMessage(message);
  let error: string | null = null;
  try {
    await archive({ ...options, events: eventsThrough(post), signal: controller.signal });
  } catch (cause) {
    error = cause instanceof Error ? cause.message : String(cause);
  } finally {
    port.off('message', listen);
    post({ kind: 'ended', error });
  }
}

function eventsThrough(post: (message: ArchiveMessage) => void): ArchiveEvents {
  return {
    health: (health, detail) => post({ kind: 'health', health, detail }),
    committed: commit => post({ kind: 'committed', commit }),
    failed: message => post({ kind: 'failed', message }),
    early: arrivals => post({ kind: 'early', arrivals }),
    dropped: (source, months, completeFrom) => post({ kind: 'dropped', source, months, completeFrom }),
  };
}

/** In the thread that started it: hands a message to `events`. @returns the last message, else null */
export function receive(
  message: ArchiveMessage,
  events: ArchiveEvents,
): Extract<ArchiveMessage, { kind: 'ended' }> | null {
  switch (message.kind) {
    case 'health':
      events.health(message.health, message.detail);
      return null;
    case 'committed':
      events.committed(message.commit);
      return null;
    case 'failed':
      events.failed(message.message);
      return null;
    case 'early':
      events.early(message.arrivals);
      return null;
    case 'dropped':
      events.dropped(message.source, message.months, message.completeFrom);
      return null;
    case 'ended':
      return message;
  }
}
