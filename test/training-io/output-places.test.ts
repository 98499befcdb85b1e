import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { refuseSpineAsOutput } from '../../runtime/training/io/apart.ts';
import { openOutput, OutputError } from '../../runtime/training/io/index.ts';
import { parseOutputSpec } from '../../runtime/training/io/output-spec.ts';
import { column, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const columns = [column('x', 'int')];

test('a device or a folder is refused before anything is written, for a file would take its place', async () => {
  mkdirSync(`${folder.path}/there`);
  const open = (path: string) => openOutput(path, columns, { id: 'one', format: 'csv' });
  await expect(open('/dev/null')).rejects.toThrow('/dev/null cannot be written: it is a device or a pipe');
  await expect(open(`${folder.path}/there`)).rejects.toThrow('it is a folder. Give the name of a file');
  await expect(open(`${folder.path}/there/`)).rejects.toThrow('it is a folder');
  expect(readdirSync(folder.path)).toEqual(['there']);
  expect(readdirSync(`${folder.path}/there`)).toEqual([]);
});

test.each(['history', 'skewless', 'skewless_run_0123'])('a table in the schema %s is refused', schema => {
  expect(() => parseOutputSpec(`table:${schema}.frontier`)).toThrow(OutputError);
  expect(() => parseOutputSpec(`table:my_${schema}.frontier`)).not.toThrow();
});

test('the spine is not replaced by what is made of it, whatever it is called', () => {
  const path = `${folder.path}/spine.csv`;
  writeFileSync(path, 'user_id,t\n');
  symlinkSync(path, `${folder.path}/link.csv`);
  const check = (spine: string, out: string) => () => refuseSpineAsOutput(spine, parseOutputSpec(out));
  expect(check(path, path)).toThrow('is the spine, which the training set would replace');
  expect(check(path, `${folder.path}/../${folder.path.split('/').at(-1)!}/spine.csv`)).toThrow(OutputError);
  expect(check(`${folder.path}/link.csv`, path)).toThrow(OutputError);
  expect(check('table:ml.spine', 'table:"ml"."spine"')).toThrow(OutputError);
  expect(check('table:ml.spine', 'table:ml.spine2')).not.toThrow();
  expect(check('query:select 1', path)).not.toThrow();
  expect(check(path, `${folder.path}/other.csv`)).not.toThrow();
  expect(readFileSync(path, 'utf8')).toBe('user_id,t\n');
});
