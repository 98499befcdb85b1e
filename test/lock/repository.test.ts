import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { generate } from '../../generator/index.ts';
import { withNew } from '../../generator/lock/accept.ts';
import { compareMeanings } from '../../generator/lock/compare.ts';
import { lockText } from '../../generator/lock/lock-file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the worked examples mean what was accepted', async () => {
  const { lock, meanings } = await generate({ root, features: 'features' });
  expect(compareMeanings(lock, meanings)).toEqual({
    added: [],
    changed: [],
    removed: [],
    removedWhole: [],
    renamed: [],
  });
  expect(readFileSync(join(root, 'features.lock.json'), 'utf8')).toBe(lockText(withNew(lock, meanings)));
  expect(meanings.get('churn_risk.is_slipping_away')!.uses).toEqual([
    'churn_risk.days_inactive',
    'churn_risk.purchases_30d',
  ]);
});
