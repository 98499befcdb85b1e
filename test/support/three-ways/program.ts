import type { Program } from '../../../generator/ir/index.ts';
import type { StreamProgram } from '../../../runtime/engine/program.ts';
import type { SqlProgram } from '../../../runtime/history/program.ts';
import type { Declaration } from '../../../testing/index.ts';

/** One program in all its forms: as declared, as planned, as generated for the stream and for SQL. */
export interface ThreeWayProgram {
  readonly declarations: readonly Declaration[];
  readonly plan: Program;
  readonly stream: StreamProgram;
  readonly sql: SqlProgram;
}
