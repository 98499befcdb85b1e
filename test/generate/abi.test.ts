import { expect, it } from 'vitest';
import { ABI_VERSION as written } from '../../generator/emit/file.ts';
import { ABI_VERSION as run } from '../../runtime/abi.ts';

it('the ABI that is generated for is the ABI that runs', () => {
  expect(written).toBe(run);
});
