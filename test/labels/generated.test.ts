import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../runtime/index.ts';
import { loadProgram } from '../../runtime/config/load-program.ts';
import { metadataOf } from '../../runtime/training/metadata.ts';
import type { LabelMetadata } from '../../runtime/training/metadata.ts';
import { runId } from '../../runtime/training/run-id.ts';
import { findTarget } from '../../runtime/training/target.ts';
import type { Target } from '../../runtime/training/target.ts';
import { temporaryProject } from '../support/temporary-project.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';
import { labelProject, shared, unlabelled } from './support/declarations.ts';

const visit = {
  ...{ source: 'visits', partition: 0, offset: 0 },
  arrivedAt: Date.parse('2024-05-01T12:00:00Z') * 1000,
  value: {
    ...{ visit_id: 'a', user_id: 1, session_id: 's', kind: 'view', page: null, amount: null },
    at: '2024-05-01T12:00:00Z',
  },
};

describe('labels in what is generated', () => {
  let labelled: TemporaryProject;
  let plain: TemporaryProject;
  /** In which labels read what no feature does. */
  let alone: TemporaryProject;
  beforeAll(async () => {
    alone = await labelProject();
    labelled = await temporaryProject({ 'visits.ts': shared });
    plain = await temporaryProject({ 'visits.ts': unlabelled });
  });
  afterAll(() => {
    labelled?.remove();
    plain?.remove();
    alone?.remove();
  });

  /** All files of a folder of the output, but for the lines that say where a declaration stands. */
  const textsOf = ({ root }: TemporaryProject, folder: string): Readonly<Record<string, string>> => {
    const path = join(root, 'generated', folder);
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(name =>
      /\.(ts|sql|json)$/.test(name),
    );
    return Object.fromEntries(
      names.map(name => [name, readFileSync(join(path, name), 'utf8').replaceAll(/visits\.ts:\d+/g, '')]),
    );
  };

  it('leave the stream as it is: state that was saved without them goes on', () => {
    expect(textsOf(labelled, 'stream')).toEqual(textsOf(plain, 'stream'));
    const before = new Engine(plain.program.stream);
    before.ingest(visit);
    const engine = Engine.restore(labelled.program.stream, before.save());
    expect(engine.readVector('risk', { user_id: 1, session_id: 's' }, visit.arrivedAt)).toEqual({
      ...{ owner: 1, visits_1d: 1, plan: null, busy: false },
    });
  });

  it('bring the stream the sources that only they read, for the history', () => {
    const names = alone.program.stream.sources.map(({ name }) => name);
    expect(names).toEqual(['visits', 'plans', 'refunds', 'plans_changes']);
    const engine = new Engine(alone.program.stream);
    expect(engine.ingest(visit).kind).toBe('counted');
    const value = { user_id: 1, amount: 2, at: '2024-05-01T12:00:00Z' };
    expect(engine.ingest({ ...visit, source: 'refunds', value }).kind).toBe('counted');
    const again = Engine.restore(alone.program.stream, engine.save());
    expect(again.frontier().map(({ source }) => source)).toEqual(['visits', 'refunds']);
  });

  it('are no part of what is served', () => {
    for (const text of [
      ...Object.values(textsOf(labelled, 'client')),
      textsOf(labelled, '.')['serving.ts']!,
    ]) {
      expect(text).not.toMatch(/bought|outcome|owner_spent|ownerSpent/);
    }
  });

  it('stand in the catalog under labels, and under the vector that takes them', () => {
    const catalog = JSON.parse(textsOf(labelled, '.')['catalog.json']!) as {
      readonly labels: readonly { readonly name: string; readonly features: readonly object[] }[];
      readonly groups: readonly { readonly name: string }[];
      readonly vectors: readonly {
        readonly labels: readonly object[];
        readonly features: readonly object[];
      }[];
    };
    expect(catalog.groups.map(({ name }) => name)).toEqual(['seen', 'owner', 'refunding']);
    expect(catalog.labels.map(({ name }) => name)).toEqual(['outcome']);
    expect(catalog.labels[0]!.features[2]).toMatchObject({
      name: 'spent',
      type: 'double',
      nullable: true,
      window: 'ahead 6h',
      default: 0,
    });
    expect(catalog.vectors[0]!.labels.at(-1)).toMatchObject({ name: 'owner_spent', from: 'outcome.spent' });
    expect(catalog.vectors[0]!.features).toHaveLength(4);
  });

  describe('are told of a training set', () => {
    const request = { read: { vector: 'risk' }, known: { kind: 'hindsight' }, before: false } as const;
    const asked = { ...request, carried: [], hasKnownAt: false };
    const checked = { rows: 1, digest: 'd', before: new Map() };
    const notes = { producerArrivals: [], beforeSnapshot: [], beforeHistory: [] };
    const targetOf = async ({ root }: TemporaryProject): Promise<Target> =>
      findTarget(await loadProgram(root, join(root, 'generated')), 'risk');
    const toldOf = (target: Target) => metadataOf(target, asked, 's', checked, [], notes, 'run').labels;

    it('by what they mean, and its run is another where they mean something else', async () => {
      const other = await temporaryProject({ 'visits.ts': shared.replaceAll("'6h'", "'7h'") });
      try {
        const targets = await Promise.all([labelled, other].map(targetOf));
        const [before, after] = targets.map(target => toldOf(target)!) as [LabelMetadata[], LabelMetadata[]];
        expect(before.at(-1)).toEqual({
          ...{ name: 'owner_spent', label: 'outcome.spent', version: 1 },
          fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        });
        expect(after.at(-1)!.fingerprint).not.toBe(before.at(-1)!.fingerprint);
        expect(new Set(targets.map(({ served }) => served.fingerprint)).size).toBe(1);
        expect(new Set(targets.map(target => runId(target, asked, checked))).size).toBe(2);
      } finally {
        other.remove();
      }
    });

    it('or not at all, where it has none', async () => {
      expect(toldOf(await targetOf(plain))).toBeUndefined();
    });
  });
});
