import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { Meaning } from '../../generator/lock/meanings.ts';
import { LockProject, SHOP } from './support.ts';

const project = new LockProject();
afterAll(() => project.remove());

const computes = {
  dotted: 'f => f.views < 3 || f.today > 1',
  quoted: "f => f['revenue'] > f.views",
  bound: '({ revenue: bought, views }) => bought > views',
  rest: '({ views, ...others }) => views > Object.keys(others).length',
  whole: 'f => Object.keys(f).length > f.views',
  shorthand: 'f => JSON.stringify({ f }).length > 3',
  nothing: '() => true',
  shadowed: 'f => [1].every(f => f > 0) && f.views > 0',
};
const declared = (code: Readonly<Record<string, string>>): string =>
  SHOP.replace(
    'is_new: compute(f => f.views < 3),',
    Object.entries(code)
      .map(([name, text]) => `${name}: compute(${text}),`)
      .join('\n    '),
  );
const ALL = ['spend.revenue', 'spend.share', 'spend.today', 'spend.views'];

describe('a compute', () => {
  let meanings: ReadonlyMap<string, Meaning>;
  beforeAll(async () => ({ meanings } = await project.generate(declared(computes))));

  it.each([
    ['dotted', ['spend.today', 'spend.views']],
    ['quoted', ['spend.revenue', 'spend.views']],
    ['bound', ['spend.revenue', 'spend.views']],
    ['rest', ALL],
    ['whole', ALL],
    ['shorthand', ALL],
    ['nothing', []],
    ['shadowed', ['spend.views']],
  ])('of a function that is %s uses the features that it may read', (name, uses) => {
    expect(meanings.get(`spend.${name}`)!.uses).toEqual(uses);
  });
});

test('a compute means its code, and what it reads, however it is laid out', async () => {
  const of = async (text: string): Promise<string> =>
    (await project.generate(text)).meanings.get('spend.dotted')!.fingerprint;
  const one = await of(declared({ dotted: computes.dotted }));
  const two = declared({ dotted: '/* Few. */ f =>   f.views < 3 || // Many.\n      f.today > 1' });
  expect(await of(two)).toBe(one);
  expect(await of(two.replace("kind === 'view', over: '7d'", "kind === 'view', over: '8d'"))).not.toBe(one);
  expect(await of(two.replace("kind === 'buy', over: '7d'", "kind === 'buy', over: '8d'"))).toBe(one);
  expect(await of(declared({ dotted: computes.dotted.replace('3', '4') }))).not.toBe(one);
});
