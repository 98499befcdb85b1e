// Control path. What a training set is made of, by name.
import { suggestion } from '../../kernels/nearest.ts';
import type { Programs } from '../config/load-program.ts';
import type { SqlVector } from '../history/program.ts';
import { resolveRead } from '../history/resolve-read.ts';
import type { ReadTarget, ResolvedRead } from '../history/resolve-read.ts';
import { spineKeys } from '../history/spine.ts';
import type { Served, ServedScalar } from '../serve/plan.ts';

/** A group or a vector, in SQL and as it is served. */
export interface Target {
  readonly read: ReadTarget;
  readonly served: Served;
  readonly resolved: ResolvedRead;
}

/** What cannot be asked for so; the message says what to write instead. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
  readonly code = 'bad-request';
}

/**
 * @param name of a vector, or of a group
 * @throws BadRequest with the nearest name
 */
export function findTarget({ sql, serving }: Pick<Programs, 'sql' | 'serving'>, name: string): Target {
  const served = serving.served.find(each => each.name === name);
  if (served === undefined) {
    const hint = suggestion(
      name,
      serving.served.map(each => each.name),
    );
    throw new BadRequest(`there is no group or vector '${name}'${hint === null ? '' : `: ${hint}`}`);
  }
  const read = served.kind === 'vector' ? { vector: name } : { group: name };
  return { read, served, resolved: resolveRead(sql, read) };
}

/** A column that a spine must have for the target, with what its type alone does not tell. */
export interface RequestColumn {
  readonly name: string;
  readonly column: SqlVector['request'][number];
  readonly type: ServedScalar;
  readonly isKey: boolean;
}

export function requestOf({ served, resolved: { vector } }: Target): readonly RequestColumn[] {
  return vector.request.map((column, place) => ({
    name: column.name,
    column,
    type: served.inputs[place]!.type,
    isKey: spineKeys(vector).includes(column.name),
  }));
}
