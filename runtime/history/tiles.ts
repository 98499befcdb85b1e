// Control path. The shape "tiles" (EXACTNESS §8, d2): least and greatest values over whole days, kept per key and day.
//
//   1. a tile holds a key's rows of one UTC day: their least and greatest values, and when the last of them arrived
//   2. a window is its whole tiles, and the rows before the first and after the last of them
//   3. of a tile that holds rows the read does not know yet, the rows are looked at instead
import type { Plan } from './shape.ts';
import type { SqlFeed, SqlWindow } from './program.ts';
import { columnsOf } from './relations.ts';
import { tableAs } from './workspace.ts';
import type { Workspace } from './workspace.ts';

const day = 86_400_000_000;
const floorDay = (x: string): string => `((${x}) - ((${x}) % ${day} + ${day}) % ${day}) / ${day}`;
/** Before the tile of any instant; × day it is still a bigint. */
const firstTileEver = -106_000_000;

export const tilesRelation = ({ relation }: SqlFeed): string => `"${relation}_tiles"`;

/** Statements that make the tiles, after the rows. */
export function stageTiles(workspace: Workspace, feed: SqlFeed): readonly string[] {
  const keys = columnsOf('r', feed.keys);
  const merged = feed.merges.map(({ name, row, function: merge }) => `${merge}(${row}) as "${name}"`);
  return [
    tableAs(
      workspace,
      tilesRelation(feed),
      `select ${keys}, ${floorDay('r."t"')} as "tile", max(r."arrived") as "arrived", ${merged.join(', ')}
from "${feed.relation}" as r group by ${keys}, "tile"`,
    ),
    `create index on ${tilesRelation(feed)} (${[...feed.keys, 'tile'].map(name => `"${name}"`).join(', ')})`,
    `analyze ${tilesRelation(feed)}`,
  ];
}

/** A subquery over `s` that yields a window's parts. */
export function tilesProbe(feed: SqlFeed, window: SqlWindow, { parts }: Plan): string {
  const { index } = window;
  const used = feed.merges.filter(({ name }) => parts.some(part => part.merge === name));
  const ofKey = (row: string): string => feed.keys.map(key => `${row}."${key}" = s."${key}"`).join(' and ');
  const hi = `s."hi${index}"`;
  const first = window.lo === null ? `${firstTileEver}::bigint` : floorDay(`s."lo${index}" + ${day - 1}`);
  const last = `${floorDay(`${hi} + 1`)} - 1`;
  const columns = columnsOf(
    'x',
    used.map(({ name }) => name),
  );
  const rows = used.map(({ name, row }) => `${row} as "${name}"`).join(', ');
  const whole = `${ofKey('x')} and x."tile" between e."first" and e."last"`;
  const raw = (condition: string): string =>
    `select ${rows} from "${feed.relation}" as r where ${ofKey('r')} and r."arrived" <= s."known" and ${condition}`;
  const left = window.lo === null ? [] : [raw(`r."t" >= s."lo${index}" and r."t" <= e."left"`)];
  return `select ${parts.map(part => `${mergeOf(feed, part.merge!)}(v."${part.merge!}") as "${part.name}"`).join(', ')}
from (
  select b."first", b."last",
    case when b."first" > b."last" then ${hi} else b."first" * ${day} - 1 end as "left",
    case when b."first" > b."last" then ${window.lo === null ? firstInstant : `${hi} + 1`} else (b."last" + 1) * ${day} end as "right"
  from (select ${first} as "first", ${last} as "last" offset 0) as b
  offset 0
) as e
cross join lateral (
  select ${columns} from ${tilesRelation(feed)} as x where ${whole} and x."arrived" <= s."known"
  union all
  select ${rows} from ${tilesRelation(feed)} as x
  join "${feed.relation}" as r on ${ofKey('r')} and r."t" between x."tile" * ${day} and x."tile" * ${day} + ${day - 1}
  where ${whole} and x."arrived" > s."known" and r."arrived" <= s."known"
  ${[...left, raw(`r."t" >= e."right" and r."t" <= ${hi}`)].map(edge => `union all ${edge}`).join('\n  ')}
) as v`;
}

const firstInstant = `${firstTileEver} * ${day}::bigint`;

function mergeOf({ merges }: SqlFeed, name: string): 'min' | 'max' {
  return merges.find(merge => merge.name === name)!.function;
}
