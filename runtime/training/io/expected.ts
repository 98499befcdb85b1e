// Control path. What a spine must have, against what it has.
import { suggestion } from '../../../kernels/nearest.ts';
import { SpineError } from './errors.ts';
import type { ExpectedColumn } from './spine.ts';

/** @throws SpineError naming all that is wrong with the names */
export function checkNames(
  name: string,
  present: readonly string[],
  expected: ReadonlyMap<string, ExpectedColumn>,
): void {
  const lines: string[] = [];
  for (const wanted of expected.values()) {
    if (wanted.optional === true || present.includes(wanted.name)) continue;
    const hint = suggestion(
      wanted.name,
      present.filter(other => !expected.has(other)),
    );
    lines.push(`${name} has no column '${wanted.name}'${hint === null ? '' : `: ${hint}`}`);
  }
  const twice = new Set(present.filter((column, index) => present.indexOf(column) !== index));
  for (const column of twice) lines.push(`${name} has the column '${column}' twice: rename one of them`);
  present.forEach((column, index) => {
    if (column === '') lines.push(`column ${index + 1} of ${name} has no name`);
  });
  if (lines.length > 0) throw new SpineError(lines.join('\n'));
}

/** @throws SpineError where an instant is expected of a column whose times do not say of which zone they are */
export function checkLocalTimes(
  name: string,
  columns: readonly { readonly name: string; readonly isLocalTime: boolean }[],
  expected: ReadonlyMap<string, ExpectedColumn>,
): void {
  const lines = columns
    .filter(column => column.isLocalTime && expected.get(column.name)?.type.kind === 'timestamp')
    .map(
      column =>
        `the column '${column.name}' of ${name} holds times without a zone, which are no instants: ` +
        `write them with one (pandas: tz_localize, PostgreSQL and DuckDB: timestamptz)`,
    );
  if (lines.length > 0) throw new SpineError(lines.join('\n'));
}
