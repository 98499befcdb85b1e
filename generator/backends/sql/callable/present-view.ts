import type { SqlGroup } from '../../../../runtime/history/program.ts';
import { plainRecord } from '../../../../runtime/history/relations.ts';
import type { GroupPlan, Program, SourcePlan } from '../../../ir/index.ts';
import { heldColumn, historyTable } from '../columns.ts';
import { identifier } from '../literal.ts';
import { layoutSql } from '../layout.ts';
import type { CallableFunction } from './function.ts';
import { keyColumns } from './key-columns.ts';

export interface PresentView {
  readonly name: string;
  readonly columns: readonly string[];
  readonly statement: string;
}

/**
 * Every key that the history has, with its features at this moment, by all that has arrived. Keys are those that any
 * record names, counted or not, so that the search for one key is a search of an index.
 */
export function presentView(
  program: Program,
  plan: GroupPlan,
  group: SqlGroup,
  callable: CallableFunction,
): PresentView {
  const name = `"skewless".${identifier(`${plan.name}_now`)}`;
  const features = callable.columns.map(column => column.name);
  const keys = callable.keys.map(key => ({
    ...key,
    as: identifier(features.includes(key.name) ? `key_${key.name}` : key.name),
  }));
  const found = plan.feeds.map((_, feed) => keysOfFeed(program, plan, group, feed));
  const arguments_ = [...plan.keys.map((_, place) => `k."k${place}"`), 'now()', `'infinity'`];
  const columns = [
    ...keys.map(({ as, type }, place) => `k."k${place}"::${type} as ${as}`),
    ...features.map(feature => `f.${identifier(feature)}`),
  ];
  return {
    name,
    columns: [...keys.map(({ as }) => as), ...features.map(identifier)],
    statement: `create or replace view ${name} as
${layoutSql(`select ${columns.join(', ')} from (${found.join(' union ')}) as k cross join lateral ${callable.name}(${arguments_.join(', ')}) as f`)}`,
  };
}

function keysOfFeed(program: Program, plan: GroupPlan, group: SqlGroup, index: number): string {
  const feed = plan.feeds[index]!;
  const source = sourceNamed(program, feed.source);
  const stored = source.kind === 'changes' ? sourceNamed(program, source.table) : source;
  const columns = keyColumns(source, feed);
  if (columns === null) return keysOfRows(group, index);
  const keys = columns.map(
    ({ name, type }, place) => `${heldColumn(`h.${identifier(name)}`, type)} as "k${place}"`,
  );
  const present = columns.map(({ name }) => `h.${identifier(name)} is not null`);
  const time = stored.kind === 'stream' ? identifier(stored.eventTime) : '"_commit_time"';
  return `select distinct ${keys.join(', ')} from ${historyTable(stored.name)} as h where ${present.join(' and ')} and h.${time} <= now()`;
}

/** Where keys are computed, of the rows that count. */
function keysOfRows(group: SqlGroup, index: number): string {
  const feed = group.feeds.find(each => each.index === index)!;
  const all = (source: string): string => `(select ${plainRecord()} from ${historyTable(source)} as h)`;
  const keys = feed.keys.map(key => `r."${key}"`).join(', ');
  const time = feed.kind === 'state' ? 'r."vt"' : 'r."t"';
  return `select distinct ${keys} from (${feed.rows(all)}) as r where ${time} <= "skewless"."us"(now())`;
}

function sourceNamed(program: Program, name: string): SourcePlan {
  return program.sources.find(source => source.name === name)!;
}
