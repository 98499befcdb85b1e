import { describe, expect, test } from 'vitest';
import { createLogger } from '../../runtime/observe/index.ts';
import type { LoggerOptions } from '../../runtime/observe/index.ts';

function logged(
  options: Partial<LoggerOptions>,
  log: (logger: ReturnType<typeof createLogger>) => void,
  isTTY = false,
): string[] {
  const lines: string[] = [];
  const stream = { isTTY, write: (line: string) => lines.push(line) };
  log(createLogger({ level: 'info', pretty: null, stream, ...options }));
  return lines;
}

test('a line is JSON with the level in words and the time in ISO', () => {
  const [line] = logged({}, log => log.warn({ source: 'flights', lag: 12 }, 'behind'));
  const { time, ...rest } = JSON.parse(line!) as Record<string, unknown>;
  expect(rest).toEqual({ level: 'warn', source: 'flights', lag: 12, msg: 'behind' });
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(line!.endsWith('\n')).toBe(true);
});

test('the level holds back what lies below it', () => {
  expect(logged({ level: 'warn' }, log => log.info('quiet'))).toEqual([]);
  expect(logged({ level: 'silent' }, log => log.error('quiet'))).toEqual([]);
});

describe('lines for the eye', () => {
  test('are those of a terminal, unless told otherwise', () => {
    const say = (log: ReturnType<typeof createLogger>): void =>
      log.info({ source: 'flights', text: 'a b' }, 'started');
    const pretty = /^\d\d:\d\d:\d\d\.\d{3} info {2}started source=flights text="a b"\n$/;
    expect(logged({}, say, true)[0]).toMatch(pretty);
    expect(logged({ pretty: true }, say)[0]).toMatch(pretty);
    expect(logged({ pretty: false }, say, true)[0]).toMatch(/^\{/);
  });

  test('tell the reason of an error once, and the place of a mistake', () => {
    const away = logged({ pretty: true }, log =>
      log.error({ err: new Error('no route') }, 'kafka is away'),
    )[0]!;
    expect(away).toMatch(/kafka is away no route\n$/);
    const same = logged({ pretty: true }, log => log.error({ err: new Error('no route') }, 'no route'))[0]!;
    expect(same.match(/no route/g)).toHaveLength(1);
    expect(
      logged({ pretty: true }, log => log.error({ err: new TypeError('x is not') }, 'failed'))[0],
    ).toMatch(/\n +at /);
  });
});

test('secrets are masked: fields by their name, and passwords in any text', () => {
  const lines = logged({}, log => {
    log.info(
      { token: 'hush-1', kafka: { sasl: { password: 'hush-2' } }, headers: { authorization: 'hush-3' } },
      'a',
    );
    log.error({ err: new Error('cannot reach postgres://u:hush-4@h/d?password=hush-5') }, 'away');
    log.info({ token: true }, 'listening');
    log.child({ url: 'redis://:hush-6@h:6379' }).info('connected');
  }).join('');
  expect(lines).not.toContain('hush');
  expect(lines).toContain('postgres://u:***@h/d?password=***');
  expect(lines).toContain('"token":true');
  for (const line of lines.trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow();
});
