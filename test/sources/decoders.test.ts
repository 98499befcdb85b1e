import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDecoders } from '../../runtime/sources/decoders.ts';
import { repository, testProject } from '../cli/support.ts';
import type { TestProject } from '../cli/support.ts';

let project: TestProject;
beforeAll(() => {
  const helper = `import { defineDecoder } from '${repository}runtime/config/index.ts';\n`;
  project = testProject({
    'good.ts': `${helper}export default defineDecoder({ decode: bytes => ({ size: bytes.length }) });`,
    'named.ts': `${helper}export const decoder = defineDecoder({ decode: () => null });`,
    'prepares.ts': `export default { prepare: 'schema', decode: () => null };`,
    'broken.ts': `throw new Error('no registry configured');`,
  });
});
afterAll(() => project.remove());

const load = (path: string): ReturnType<typeof loadDecoders> =>
  loadDecoders(project.root, { views: join(project.root, path) });

test('a module exports its decoder as default', async () => {
  const decoder = (await load('good.ts')).get('views')!;
  expect(decoder.decode(new Uint8Array(3), { source: 'views', topic: 't', part: 'value' })).toEqual({
    size: 3,
  });
});

test.each([
  ['other.ts', 'kafka.decoders.views: other.ts: there is no such file'],
  [
    'named.ts',
    'kafka.decoders.views: named.ts must export its decoder as default: export default defineDecoder(',
  ],
  ['prepares.ts', 'kafka.decoders.views: prepares.ts must export its decoder as default'],
  ['broken.ts', 'kafka.decoders.views: broken.ts cannot be loaded: no registry configured'],
])('%s is an error that names the key', async (path, message) => {
  await expect(load(path)).rejects.toThrow(message);
});
