import { expect, test } from 'vitest';
import { failureText } from '../../cli/failure.ts';

test('an error is its message and what caused it, each once, without a stack', () => {
  const cause = new Error('connect ECONNREFUSED 127.0.0.1:5432');
  expect(failureText(new Error('PostgreSQL is away', { cause }), false)).toBe(
    'PostgreSQL is away\n  because: connect ECONNREFUSED 127.0.0.1:5432',
  );
  expect(failureText(new Error('it failed: no route', { cause: new Error('no route') }), false)).toBe(
    'it failed: no route',
  );
  expect(failureText('just a text', false)).toBe('just a text');
});

test('a mistake says where its place is to be had, and --debug shows it', () => {
  const error = new TypeError('x is undefined');
  expect(failureText(error, false)).toBe('x is undefined\nAdd --debug to see where.');
  expect(failureText(error, true)).toContain('failure.test.ts');
});

test('a history that is not there, and a server that is away, say what to do', () => {
  const missing = Object.assign(new Error('relation "history.frontier" does not exist'), { code: '42P01' });
  expect(failureText(missing, false)).toContain('skewless import and skewless run make it');
  const other = Object.assign(new Error('relation "public.spine" does not exist'), { code: '42P01' });
  expect(failureText(other, false)).toBe('relation "public.spine" does not exist');
  const away = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { syscall: 'connect' });
  expect(failureText(away, false)).toContain('Is the server running');
});
