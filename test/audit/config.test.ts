import { expect, test } from 'vitest';
import { readConfig, showSettings } from '../../runtime/config/index.ts';
import type { Settings } from '../../runtime/config/index.ts';

const read = (audit: unknown, history: object | undefined = { url: 'postgres://localhost/d' }): Settings => {
  const config = { kafka: { brokers: 'a:1' }, audit, ...(history === undefined ? {} : { history }) };
  return readConfig(config, { root: '/p', file: 'the test', environment: {}, hostname: 'h' }).settings;
};

test('the audit log is off unless it is asked for', () => {
  expect(read(false).audit).toBeNull();
  const { settings } = readConfig({}, { root: '/p', file: 'the test', environment: {}, hostname: 'h' });
  expect(settings.audit).toBeNull();
});

test('it has defaults, and is shown as it is written', () => {
  expect(read(true).audit).toEqual({ sample: 0.01, keep: 30 * 86_400_000, waiting: 10_000 });
  expect(showSettings(read({ sample: 1, keep: '36h' }))).toMatchObject({
    audit: { sample: 1, keep: '36h', waiting: 10_000 },
    state: { keep: 2 },
  });
});

test.each([0, -0.1, 1.01, NaN, '1%'])('%s is no share', sample => {
  expect(() => read({ sample })).toThrow('audit.sample: expected a share above 0, at most 1');
});

test('without a history there is nowhere to keep it', () => {
  const config = { kafka: { brokers: 'a:1' }, audit: true };
  const read = (): unknown => readConfig(config, { root: '/p', file: 'the test', environment: {} });
  expect(read).toThrow('there is none: set history.url, or leave audit out');
});
