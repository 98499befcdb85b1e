import { describe, expect, it } from 'vitest';
import { layoutSql } from '../../generator/backends/sql/layout.ts';

const long = (name: string): string =>
  `${name}."a_column_of_some_length" as "${name}_another_name_of_some_length"`;

describe('the layout of SQL', () => {
  it('gives each clause a line', () => {
    expect(layoutSql('select a from t where b order by c limit 1')).toBe(
      'select a\nfrom t\nwhere b\norder by c limit 1',
    );
    expect(layoutSql('select 1 union all select 2')).toBe('select 1\nunion all\nselect 2');
    expect(layoutSql('select 1 from a left join b on x cross join lateral (select 2) as c')).toBe(
      'select 1\nfrom a\nleft join b on x\ncross join lateral (select 2) as c',
    );
  });

  it('breaks what does not fit: nested queries, lists, conditions', () => {
    const columns = ['q', 'r', 's'].map(long).join(', ');
    expect(layoutSql(`select x.* from (select ${columns} from t) as x`)).toBe(
      `select x.*
from (
  select ${long('q')},
    ${long('r')},
    ${long('s')}
  from t
) as x`,
    );
    const conditions = ['q', 'r'].map(
      row => `${row}."a_column_of_some_length" between 1 and case when a and b then 2 end`,
    );
    expect(layoutSql(`select 1 where ${conditions.join(' and ')}`)).toBe(
      `select 1\nwhere ${conditions.join('\n  and ')}`,
    );
  });

  it('takes no text, name or function for a clause', () => {
    for (const line of [
      `select 'from (a) where', "order by", x is not distinct from y`,
      'select array_agg(x order by y) filter (where z), extract(epoch from t)',
    ]) {
      expect(layoutSql(line)).toBe(line);
    }
  });
});
