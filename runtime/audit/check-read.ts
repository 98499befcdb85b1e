// Control path. Whether a logged read can be what was logged: whoever altered the log is told of it, and where.
import { formatInstant, instantFromMicroseconds } from '../../kernels/instant.ts';
import { isAcceptedInstant } from '../../kernels/instant-bounds.ts';
import { readObject } from '../decode/cells.ts';
import type { SqlColumn, SqlVector } from '../history/program.ts';
import { spineKeys } from '../history/spine.ts';
import type { Value } from '../history/values.ts';
import type { LoggedRead } from './logged-read.ts';
import { parseRow } from './row-text.ts';

/** The log holds a read that no service has logged so. */
export class DamagedRead extends Error {
  override readonly name = 'DamagedRead';

  constructor({ kind, name, readAt }: LoggedRead, wrong: string) {
    super(
      `the log of reads has been altered: of the ${kind} ${name}, read at ${formatInstant(instantFromMicroseconds(readAt))}, ${wrong}. ` +
        'Delete that row of history.audit to verify the others',
    );
  }
}

/** @throws DamagedRead where it cannot be computed again as it stands */
export function checkRead(vector: SqlVector, read: LoggedRead): void {
  const { t, request, values } = read;
  if (!isAcceptedInstant(t))
    throw new DamagedRead(read, `the instant is ${t} µs, which is none from 1700 to 2249`);
  const asked = rowOf(vector.request, request);
  if (asked === null) throw new DamagedRead(read, `the request is none: ${request}`);
  const missing = spineKeys(vector).find(key => asked[key] === null);
  if (missing !== undefined) throw new DamagedRead(read, `the request lacks the key ${missing}: ${request}`);
  if (rowOf(vector.features, values) === null)
    throw new DamagedRead(read, `the values are none of its features: ${values}`);
}

/** Null: it is no row of these columns. */
function rowOf(columns: readonly SqlColumn[], text: string): Readonly<Record<string, Value>> | null {
  try {
    return readObject(JSON.parse(text)) === null ? null : parseRow(columns, text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError)
      return null;
    throw error;
  }
}
