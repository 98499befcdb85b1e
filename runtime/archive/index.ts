export { archive } from './archiver.ts';
export { ArchiveError } from './failure.ts';
export type {
  ArchiveCommit,
  ArchiveEvents,
  ArchiveHealth,
  ArchiveOptions,
  ArchivePosition,
  Patience,
} from './options.ts';
export { archiveInThread, endMessage, receive } from './worker.ts';
export type { ArchiveMessage } from './worker.ts';
