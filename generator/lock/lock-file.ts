import { z } from 'zod';

export const LOCK_NAME = 'features.lock.json';

/** A feature as it was accepted last. */
export interface LockedFeature {
  /** From 1; raised with every meaning. */
  readonly version: number;
  readonly fingerprint: string;
  /** In words, for those who read the file and to tell changes by. */
  readonly meaning: Readonly<Record<string, string>>;
  readonly uses: readonly string[];
}

/** What a feature was when it was removed: should it come again, its versions go on from there. */
export type RetiredFeature = Pick<LockedFeature, 'version' | 'fingerprint'>;

/** `features.lock.json`. Features by `group.feature`, of groups, labels and vectors. */
export interface Lock {
  readonly features: ReadonlyMap<string, LockedFeature>;
  readonly retired: ReadonlyMap<string, RetiredFeature>;
}

export const EMPTY_LOCK: Lock = { features: new Map(), retired: new Map() };

/** The lock cannot be relied upon; the message says where and what to do. */
export class LockError extends Error {
  override readonly name = 'LockError';

  constructor(what: string) {
    super(
      `${LOCK_NAME} ${what}\n` +
        'It is written by skewless alone: take it from version control as it was, and run skewless generate',
    );
  }
}

const FORMAT = 1;
const version = z.int().min(1);
const fingerprint = z.string().regex(/^[0-9a-f]{16}$/);
const id = z.string().regex(/^[^.]+\.[^.]+$/);
const shape = z.strictObject({
  format: z.literal(FORMAT),
  features: z.record(
    id,
    z.strictObject({
      version,
      fingerprint,
      meaning: z.record(z.string(), z.string()),
      uses: z.array(z.string()),
    }),
  ),
  retired: z.record(id, z.strictObject({ version, fingerprint })),
});

/** @throws LockError */
export function parseLock(text: string): Lock {
  const plain = text.replaceAll('\r\n', '\n');
  const mark = plain.split('\n').findIndex(line => /^(?:<{7}|={7}|>{7})/.test(line));
  if (mark >= 0) throw new LockError(`has the marks of a merge in line ${mark + 1}`);
  let json: unknown;
  try {
    json = JSON.parse(plain);
  } catch (error) {
    throw new LockError(`is no JSON: ${(error as Error).message}`);
  }
  const parsed = shape.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new LockError(
      `is not as it should be${path.length === 0 ? '' : ` at ${path.join(' › ')}`}: ${message}`,
    );
  }
  const lock = {
    features: new Map(Object.entries(parsed.data.features)),
    retired: new Map(Object.entries(parsed.data.retired)),
  };
  // Says twice the same name, or in another order: JSON would let the last one win without a word.
  const line = firstDifference(plain, lockText(lock));
  if (line !== null)
    throw new LockError(`was written by another hand: line ${line} is not as skewless writes it`);
  return lock;
}

/** The file as a whole: one form for one lock, a feature's lines next to each other. */
export function lockText({ features, retired }: Lock): string {
  const plain = {
    format: FORMAT,
    features: Object.fromEntries(
      sorted(features).map(([name, { version: number, fingerprint: digest, meaning, uses }]) => [
        name,
        { version: number, fingerprint: digest, meaning, uses },
      ]),
    ),
    retired: Object.fromEntries(sorted(retired)),
  };
  return `${JSON.stringify(plain, null, 2)}\n`;
}

function sorted<T>(entries: ReadonlyMap<string, T>): (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

function firstDifference(text: string, expected: string): number | null {
  if (text === expected) return null;
  const lines = text.split('\n');
  return expected.split('\n').findIndex((line, i) => line !== lines[i]) + 1 || lines.length;
}
