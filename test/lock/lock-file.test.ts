import { describe, expect, it, test } from 'vitest';
import { LockError, lockText, parseLock } from '../../generator/lock/lock-file.ts';
import type { Lock } from '../../generator/lock/lock-file.ts';

const feature = (version: number) => ({
  version,
  fingerprint: `${version}`.padStart(16, '0'),
  meaning: { aggregate: 'count', window: '7d' },
  uses: ['a.x'],
});
const lock: Lock = {
  features: new Map([
    ['b.y', feature(2)],
    ['a.x', feature(1)],
  ]),
  retired: new Map([['a.old', { version: 3, fingerprint: '0123456789abcdef' }]]),
};
const text = lockText(lock);

describe('the file', () => {
  it('has one form for one lock, whatever order it was made in', () => {
    const other = { ...lock, features: new Map([...lock.features].reverse()) };
    expect(lockText(other)).toBe(text);
    expect(lockText(parseLock(text))).toBe(text);
    expect(text.indexOf('"a.x"')).toBeLessThan(text.indexOf('"b.y"'));
  });

  it('may have been checked out with other line ends', () => {
    expect(parseLock(text.replaceAll('\n', '\r\n')).features).toEqual(parseLock(text).features);
  });
});

test.each<[string, string, RegExp]>([
  ['is empty', '', /is no JSON/],
  ['is torn', text.slice(0, 200), /is no JSON/],
  [
    'bears the marks of a merge',
    text.replace('    "a.x"', '<<<<<<< ours\n    "a.x"'),
    /marks of a merge in line 4/,
  ],
  ['is of another format', text.replace('"format": 1', '"format": 2'), /at format/],
  ['has no version', text.replace(/ {6}"version": 1,\n/, ''), /at features › a\.x › version/],
  [
    'has a version that is none',
    text.replace('"version": 1', '"version": 0'),
    /at features › a\.x › version/,
  ],
  ['has a version of a half', text.replace('"version": 1', '"version": 1.5'), /at features › a\.x › version/],
  [
    'has a fingerprint that is none',
    text.replace('0000000000000001', '1'),
    /at features › a\.x › fingerprint/,
  ],
  ['has a name that is none', text.replace('"a.x"', '"x"'), /features/],
  ['says more than it should', text.replace('"format": 1', '"format": 1,\n  "by": "hand"'), /by/],
  ['is in another order', text.replace('"a.x": {', '"c.x": {'), /line 4 is not as skewless writes it/],
  ['names a feature twice', text.replace('"b.y": {', '"a.x": {'), /is not as skewless writes it/],
  ['is laid out in another way', JSON.stringify(JSON.parse(text)), /line 1 is not/],
  ['goes on behind its end', `${text}\n`, /is not as skewless writes it/],
])('a file that %s is refused', (_what, wrong, message) => {
  expect(wrong).not.toBe(text);
  expect(() => parseLock(wrong)).toThrow(LockError);
  expect(() => parseLock(wrong)).toThrow(message);
  expect(() => parseLock(wrong)).toThrow(/take it from version control/);
});
