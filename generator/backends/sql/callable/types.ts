import type { SqlScalarKind, SqlType } from '../../../../runtime/history/program.ts';

/** A value's type where people have it; it goes in as such, too. */
export function exposedType({ kind, list }: SqlType): string {
  return `${scalarType(kind)}${list ? '[]' : ''}`;
}

function scalarType(kind: SqlScalarKind): string {
  switch (kind) {
    case 'int':
    case 'bigint':
      return 'bigint';
    case 'decimal':
    case 'double':
      return 'double precision';
    case 'boolean':
      return 'boolean';
    case 'timestamp':
      return 'timestamptz';
    case 'text':
    case 'enum':
    case 'uuid':
      return 'text';
  }
}

/** A value as it is held inside, as people have it: instants are instants, and no number is −0. */
export function exposed(value: string, { kind, list }: SqlType): string {
  switch (kind) {
    case 'decimal':
    case 'double':
      return list ? `"skewless"."doubles"(${value}::float8[])` : `(${value}::float8 + 0)`;
    case 'timestamp':
      return list
        ? `"skewless"."instants"(${value})`
        : `('epoch'::timestamptz + ${value} * interval '1 microsecond')`;
    default:
      return `${value}::${exposedType({ kind, list })}`;
  }
}

/** A value of a request as it is held inside. */
export function held(value: string, kind: SqlScalarKind): string {
  switch (kind) {
    case 'timestamp':
      return `"skewless"."us"(${value})`;
    case 'uuid':
      return `lower(${value}) collate "C"`;
    case 'text':
    case 'enum':
      return `${value} collate "C"`;
    default:
      return value;
  }
}
