import type { SqlProgram, SqlPunctuality, SqlSource } from '../../../runtime/history/program.ts';
import type { Program, StreamPlan } from '../../ir/index.ts';
import type { CallableFunction } from './callable/function.ts';
import { callablesOf } from './callable/index.ts';
import { historyTable, pgType } from './columns.ts';
import { sqlGroup } from './group.ts';
import type { GeneratedGroup } from './group.ts';
import { schemaDdl } from './schema.ts';
import { sqlVector } from './vector.ts';
import type { GeneratedVector } from './vector.ts';

/** A program as the runtime takes it, but for derived features in JavaScript, whose code stands only in the output. */
export interface GeneratedProgram extends Omit<SqlProgram, 'groups' | 'vectors'> {
  readonly groups: readonly GeneratedGroup[];
  readonly vectors: readonly GeneratedVector[];
  /** By group and vector: the function that a database has of it. */
  readonly functions: ReadonlyMap<string, CallableFunction>;
}

/** @param versions by `group.feature`; what is not in it is new */
export function sqlProgram(
  program: Program,
  versions: ReadonlyMap<string, number> = new Map(),
): GeneratedProgram {
  const groups = program.groups.map(group => sqlGroup(program, group));
  const vectors = program.vectors.map(vector => sqlVector(program, vector, versions));
  const { statements, functions } = callablesOf(program, groups, vectors);
  return {
    schema: [...schemaDdl(program), ...statements],
    functions,
    sources: program.sources.flatMap((source): readonly SqlSource[] => {
      if (source.kind === 'changes') return [];
      return [
        {
          name: source.name,
          kind: source.kind,
          table: historyTable(source.name),
          columns: source.columns.map(({ name, type }) => ({ name, kind: type.kind, pgType: pgType(type) })),
          primaryKey: source.kind === 'table' ? source.primaryKey : [],
          punctuality: source.kind === 'table' ? null : punctuality(source),
          arrival: source.arrival,
        },
      ];
    }),
    groups,
    vectors,
  };
}

function punctuality({ columns, eventTime, lateness, earliness, id }: StreamPlan): SqlPunctuality {
  const isGiven = columns.some(({ name, nullable }) => name === eventTime && !nullable);
  return { eventTime: isGiven ? eventTime : null, lateness, earliness, horizon: id?.horizon ?? null };
}
