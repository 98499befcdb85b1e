import type { StoredHash } from './stored-hash.ts';

/** `away`: it cannot be reached, and is being tried again. */
export type StoreHealth = 'connecting' | 'running' | 'away' | 'stopped';

/** Where hashes go: Redis, or what a test puts in its place. */
export interface HashWriter {
  /** Whether a write has a chance now. */
  readonly isReady: boolean;
  /**
   * Replaces each hash as a whole, and lets it be forgotten after `ttl` ms.
   * @throws where it cannot be known that all were written
   */
  write(hashes: readonly StoredHash[], ttl: number): Promise<void>;
  close(): Promise<void>;
}

export interface HashWriterEvents {
  health(health: StoreHealth, detail: string | null): void;
}
