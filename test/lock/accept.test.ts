import { describe, expect, it, test } from 'vitest';
import { NotAccepted, withAccepted, withNew } from '../../generator/lock/accept.ts';
import { compareMeanings, isAccepted, versionsOf } from '../../generator/lock/compare.ts';
import { EMPTY_LOCK, lockText, parseLock } from '../../generator/lock/lock-file.ts';
import type { Lock } from '../../generator/lock/lock-file.ts';
import type { Meaning } from '../../generator/lock/meanings.ts';
import { reportOf } from '../../generator/lock/report.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';

type Features = Readonly<Record<string, readonly [meaning: string, ...uses: string[]]>>;

/** Meanings whose fingerprints are digests of their own words and of what they use. */
function meaningsOf(features: Features): ReadonlyMap<string, Meaning> {
  const textOf = (id: string): string => {
    const [own, ...uses] = features[id]!;
    return `${own}(${uses.map(textOf).join()})`;
  };
  const digest = (text: string): string => {
    let hash = 14_695_981_039_346_656_037n;
    for (const letter of text)
      hash = ((hash ^ BigInt(letter.charCodeAt(0))) * 1_099_511_628_211n) % 2n ** 64n;
    return hash.toString(16).padStart(16, '0');
  };
  return new Map(
    Object.entries(features).map(([id, [own, ...uses]]) => [
      id,
      { fingerprint: digest(textOf(id)), words: { window: own }, uses },
    ]),
  );
}

const first = meaningsOf({
  'g.a': ['1d'],
  'g.b': ['2d'],
  'g.sum': ['a + b', 'g.a', 'g.b'],
  'v.sum': ['taken', 'g.sum'],
  'v.b': ['taken', 'g.b'],
});
const lock = withNew(EMPTY_LOCK, first);
const both = meaningsOf({
  'g.a': ['5d'],
  'g.b': ['6d'],
  'g.sum': ['a + b', 'g.a', 'g.b'],
  'v.sum': ['taken', 'g.sum'],
  'v.b': ['taken', 'g.b'],
});
const versions = ({ features }: Lock): Record<string, number> =>
  Object.fromEntries([...features].map(([id, { version }]) => [id, version]));

describe('accepting', () => {
  it('is of nothing where nothing has changed', () => {
    expect(versions(lock)).toEqual({ 'g.a': 1, 'g.b': 1, 'g.sum': 1, 'v.sum': 1, 'v.b': 1 });
    expect(withAccepted(lock, first, null)).toEqual(lock);
  });

  it('raises all that has changed by one', () => {
    const accepted = withAccepted(lock, both, null);
    expect(versions(accepted)).toEqual({ 'g.a': 2, 'g.b': 2, 'g.sum': 2, 'v.sum': 2, 'v.b': 2 });
    expect(accepted.features.get('g.a')!.meaning).toEqual({ window: '5d' });
    expect(isAccepted(compareMeanings(accepted, both))).toBe(true);
  });

  it('takes with it what depends on the accepted alone, and leaves what waits for another', () => {
    const accepted = withAccepted(lock, both, ['g.b']);
    expect(versions(accepted)).toEqual({ 'g.a': 1, 'g.b': 2, 'g.sum': 1, 'v.sum': 1, 'v.b': 2 });
    expect(versions(withAccepted(accepted, both, ['g.a']))).toEqual(versions(withAccepted(lock, both, null)));
  });

  it('takes a whole group by its name', () => {
    expect(withAccepted(lock, both, ['g'])).toEqual(withAccepted(lock, both, null));
  });

  it('is refused of what hangs on something that is not accepted', () => {
    expect(() => withAccepted(lock, both, ['v.b'])).toThrow(NotAccepted);
    expect(() => withAccepted(lock, both, ['v.b'])).toThrow('v.b depends on g.b, which has changed too');
    expect(() => withAccepted(lock, both, ['g.sum', 'g.a'])).toThrow('g.sum depends on g.b');
  });

  it('is refused of what has not changed, naming what has', () => {
    expect(() => withAccepted(lock, both, ['g.aa'])).toThrow(
      /nothing of g\.aa is to be accepted: did you mean 'g\.a'/,
    );
    expect(() => withAccepted(lock, first, ['g.a'])).toThrow(/nothing of g\.a is to be accepted/);
  });

  it('never touches what changed when others are new', () => {
    const more = new Map([...both, ...meaningsOf({ 'g.new': ['9d'] })]);
    const after = withNew(lock, more);
    expect(after.features.get('g.a')).toEqual(lock.features.get('g.a'));
    expect(after.features.get('g.new')!.version).toBe(1);
  });
});

describe('what is gone', () => {
  const without = meaningsOf({ 'g.b': ['2d'], 'v.b': ['taken', 'g.b'] });

  it('is told, and stays until it is accepted', () => {
    const comparison = compareMeanings(lock, without);
    expect(comparison).toEqual({
      added: [],
      changed: [],
      removed: ['g.a', 'g.sum', 'v.sum'],
      removedWhole: [],
      renamed: [],
    });
    expect(withNew(lock, without)).toEqual(lock);
    expect(versions(withAccepted(lock, without, ['g.a']))).toEqual({
      'g.b': 1,
      'g.sum': 1,
      'v.b': 1,
      'v.sum': 1,
    });
  });

  it('is one line where a whole group or vector is', () => {
    expect(reportOf(compareMeanings(lock, without)).map(({ text }) => text)).toEqual([
      'g.a is gone',
      'g.sum is gone',
      'v.sum is gone',
    ]);
    const groupOnly = meaningsOf({ 'g.b': ['2d'] });
    expect(reportOf(compareMeanings(lock, groupOnly)).map(({ text }) => text)).toEqual([
      'g.a is gone',
      'g.sum is gone',
      'v is gone, and all of its features',
    ]);
  });

  it('goes on with its versions when it comes again', () => {
    const gone = withAccepted(withAccepted(lock, both, null), without, null);
    expect(gone.retired.get('g.a')!.version).toBe(2);
    expect(versions(withNew(gone, both))['g.a']).toBe(2);
    const other = meaningsOf({ 'g.a': ['8d'] });
    expect(versionsOf(gone, other).get('g.a')).toBe(3);
    expect(withNew(gone, other).retired.has('g.a')).toBe(false);
  });

  it('is no rename into another group, nor of two into one', () => {
    const twins = withNew(EMPTY_LOCK, meaningsOf({ 'g.a': ['1d'], 'g.b': ['1d'] }));
    expect(compareMeanings(twins, meaningsOf({ 'h.c': ['1d'] }))).toMatchObject({
      added: ['h.c'],
      removed: ['g.a', 'g.b'],
      renamed: [],
    });
    expect(compareMeanings(twins, meaningsOf({ 'g.c': ['1d'] }))).toMatchObject({
      added: [],
      removed: ['g.b'],
      renamed: [{ from: 'g.a', to: 'g.c' }],
    });
  });

  it('keeps its version under another name', () => {
    const second = withAccepted(lock, both, null);
    const renamed = new Map([...both].filter(([id]) => id !== 'v.b'));
    renamed.set('v.z', both.get('v.b')!);
    expect(versionsOf(second, renamed).get('v.z')).toBe(2);
    const accepted = withAccepted(second, renamed, ['v.z']);
    expect(accepted.features.get('v.z')!.version).toBe(2);
    expect(accepted.features.has('v.b')).toBe(false);
  });
});

/** Features over others before them, with a few meanings each, some of them missing. */
function randomFeatures(random: Random): Features {
  const features: Record<string, [string, ...string[]]> = {};
  for (let i = 0; i < 12; i += 1) {
    if (random.chance(1 / 6)) continue;
    const before = Object.keys(features);
    const uses = before.filter(() => random.chance(1 / 4));
    features[`${'ghv'[i % 3]}.f${i}`] = [`${random.below(3)}d`, ...uses];
  }
  return features;
}

const { seed, runs } = runSettings({ seed: 20_261, runs: 60, values: 0 });
test(`over any history: twice is once, versions only rise, and accepting ends it (seed ${seed})`, () => {
  const random = new Random(seed);
  for (let round = 0; round < runs; round += 1) {
    let held: Lock = EMPTY_LOCK;
    const highest = new Map<string, { version: number; fingerprint: string }>();
    for (let step = 0; step < 6; step += 1) {
      const meanings = meaningsOf(randomFeatures(random));
      const promised = versionsOf(held, meanings);
      const generated = withNew(held, meanings);
      expect(withNew(generated, meanings)).toEqual(generated);
      for (const [id, was] of held.features) {
        const now = generated.features.get(id)!;
        expect([now.version, now.fingerprint]).toEqual([was.version, was.fingerprint]);
      }
      held = withAccepted(generated, meanings, null);
      expect(isAccepted(compareMeanings(held, meanings))).toBe(true);
      expect(withAccepted(held, meanings, null)).toEqual(held);
      expect(parseLock(lockText(held))).toEqual({
        features: new Map([...held.features].sort()),
        retired: new Map([...held.retired].sort()),
      });
      for (const [id, { version, fingerprint }] of held.features) {
        expect(fingerprint).toBe(meanings.get(id)!.fingerprint);
        expect(version).toBe(promised.get(id));
        const last = highest.get(id);
        if (last !== undefined) expect(version >= last.version).toBe(true);
        if (last?.version === version) expect(fingerprint).toBe(last.fingerprint);
        highest.set(id, { version, fingerprint });
      }
    }
  }
});
