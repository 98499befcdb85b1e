import { textLiteral } from '../literal.ts';
import type { CallableFunction } from './function.ts';
import type { PresentView } from './present-view.ts';

/** What is installed under one name. */
export interface Registered {
  readonly name: string;
  /** Parameters and columns: what `create or replace` cannot change. */
  readonly shape: string;
  /** Statements that take it away. */
  readonly drops: readonly string[];
}

export function registered(name: string, callable: CallableFunction, view: PresentView | null): Registered {
  const list = (columns: CallableFunction['keys']): string =>
    columns.map(column => `${column.name} ${column.type}`).join(', ');
  return {
    name,
    shape: `(${list(callable.keys)}) -> (${list(callable.columns)})`,
    drops: [
      ...(view === null ? [] : [`drop view if exists ${view.name}`]),
      `drop function if exists ${callable.atPresent}`,
      `drop function if exists ${callable.atAnyInstant}`,
      `drop type if exists ${callable.rowType}`,
    ],
  };
}

/**
 * Takes away what an earlier program installed that this one has no more, or has with other columns, and nothing that
 * is not in the registry. Where something of the user's own stands on it, the server says what, and nothing changes.
 */
export function registryDdl(entries: readonly Registered[]): readonly string[] {
  const rows = entries.map(
    ({ name, shape, drops }) =>
      `  (${textLiteral(name)}, ${textLiteral(shape)}, array[${drops.map(textLiteral).join(', ')}])`,
  );
  return [
    `create table if not exists "skewless"."callable" (
  name text collate "C" primary key,
  shape text collate "C" not null,
  drops text[] not null
)`,
    `comment on table "skewless"."callable" is 'The functions of groups and vectors that are installed, with the statements that take them away.'`,
    retireFunction,
    ...(rows.length === 0
      ? [`select "skewless"."retire"('{}', '{}')`]
      : [
          `select "skewless"."retire"(array[${entries.map(({ name }) => textLiteral(name)).join(', ')}], array[${entries.map(({ shape }) => textLiteral(shape)).join(', ')}])`,
          `insert into "skewless"."callable" (name, shape, drops) values
${rows.join(',\n')}
on conflict (name) do update set shape = excluded.shape, drops = excluded.drops`,
        ]),
  ];
}

const retireFunction = `create or replace function "skewless"."retire"(names text[], shapes text[]) returns void
language plpgsql as $helper$
declare old record; statement text;
begin
  for old in
    select c.name, c.drops from "skewless"."callable" as c
    where not exists (select from unnest(names, shapes) as n(name, shape) where n.name = c.name and n.shape = c.shape)
  loop
    foreach statement in array old.drops loop execute statement; end loop;
    delete from "skewless"."callable" as c where c.name = old.name;
  end loop;
end
$helper$`;
