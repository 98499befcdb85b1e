import type { Program } from '../../../generator/ir/index.ts';
import { columnsOf } from '../../../generator/ir/visit.ts';

/** By source, the columns that some entity is found by, and primary keys: histories give them few values. */
export function keyColumnsOf(program: Program): ReadonlyMap<string, ReadonlySet<string>> {
  const columns = new Map(
    program.sources.map(source => [source.name, new Set(source.kind === 'table' ? source.primaryKey : [])]),
  );
  const tables = new Map(
    program.sources.flatMap(source => (source.kind === 'changes' ? [[source.name, source.table]] : [])),
  );
  for (const feed of program.groups.flatMap(group => group.feeds)) {
    const of = columns.get(tables.get(feed.source) ?? feed.source)!;
    for (const key of feed.keys) {
      for (const path of columnsOf(key)) of.add(path.split('.').at(-1)!);
    }
  }
  const isKey = new Set(['int', 'bigint', 'text', 'enum', 'uuid', 'boolean']);
  for (const source of program.sources) {
    const kinds = new Map(source.columns.map(({ name, type }) => [name, type.kind]));
    for (const name of columns.get(source.name)!)
      if (!isKey.has(kinds.get(name)!)) columns.get(source.name)!.delete(name);
  }
  return columns;
}
