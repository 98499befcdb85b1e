import type { ScalarType } from '../../ir/index.ts';
import { pgType } from './columns.ts';
import { textLiteral } from './literal.ts';

export interface WantedColumn {
  readonly name: string;
  readonly type: ScalarType;
  readonly isRequired: boolean;
}

/** A statement that brings a table of the history, where it is there, up to the program; see {@link adoptTableFunction}. */
export function adoptTable(name: string, isByMonth: boolean, columns: readonly WantedColumn[]): string {
  const wanted = columns.map(
    column =>
      `[${[column.name, catalogType(column.type), column.isRequired ? 'not null' : ''].map(textLiteral).join(', ')}]`,
  );
  const list = wanted.length === 0 ? `'{}'` : `array[${wanted.join(', ')}]`;
  return `select "skewless"."adopt_table"(${textLiteral(name)}, ${isByMonth}, ${list})`;
}

/** A type as PostgreSQL's catalog spells it. */
function catalogType(type: ScalarType): string {
  switch (type.kind) {
    case 'decimal':
      return `numeric(${type.precision},${type.scale})`;
    case 'text':
    case 'enum':
      return 'text';
    case 'timestamp':
      return 'timestamp with time zone';
    default:
      return pgType(type);
  }
}

/**
 * Adds the columns that a program has come to declare, where its records may lack them, and lets columns be null that
 * it has come to allow. What cannot be brought up says why and what to do: the server's error has the code SK001.
 */
export const adoptTableFunction = `create or replace function "skewless"."adopt_table"(name text, is_by_month boolean, wanted text[][]) returns void
language plpgsql as $adopt$
declare own regclass := to_regclass(format('"history".%I', name)); found record; i integer; filled boolean;
begin
  if own is null then return; end if;
  if is_by_month and (select c.relkind <> 'p' from pg_class as c where c.oid = own) then
    raise exception 'history.% was made by an earlier version of skewless: it is not kept by month', name
      using errcode = 'SK001', hint = 'Its records are on the log still, or in the files they were imported from: drop schema "history" cascade, and read them again.';
  end if;
  for i in 1 .. coalesce(array_length(wanted, 1), 0) loop
    select format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required into found
      from pg_attribute as a where a.attrelid = own and a.attname = wanted[i][1] and not a.attisdropped;
    if found.type is null then
      if wanted[i][3] <> '' then
        execute format('select exists (select from %s)', own) into filled;
        if filled then
          raise exception 'history.% has records from before the column %, which may not be null', name, wanted[i][1]
            using errcode = 'SK001', hint = 'Declare it nullable, or give the source a new name.';
        end if;
      end if;
      execute format('alter table %s add column %I %s %s %s', own, wanted[i][1], wanted[i][2],
        case when wanted[i][2] = 'text' then 'collate "C"' end, wanted[i][3]);
    elsif found.type <> wanted[i][2] then
      raise exception 'history.%: the column % is %, and the program declares %', name, wanted[i][1], found.type, wanted[i][2]
        using errcode = 'SK001', hint = 'Declare the new type as a column of a new name, or give the source a new name.';
    elsif found.required and wanted[i][3] = '' then
      execute format('alter table %s alter column %I drop not null', own, wanted[i][1]);
    end if;
  end loop;
end
$adopt$`;
