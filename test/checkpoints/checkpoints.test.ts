import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DamagedState, IncompatibleState, StateInUse } from '../../runtime/checkpoints/errors.ts';
import { describeCheckpoint, listCheckpoints } from '../../runtime/checkpoints/open-checkpoints.ts';
import { Engine } from '../../runtime/index.ts';
import {
  answers,
  engineOf,
  NOW,
  opened,
  program,
  records,
  scratch,
  turn,
  writeTwo,
} from './support/fixture.ts';

const FIRST = '000000000001.checkpoint';
const SECOND = '000000000002.checkpoint';

describe('checkpoints on disk', () => {
  it('bring the state back, the newest first', async () => {
    const directory = join(scratch(), 'made', 'on the way');
    const { newer } = await writeTwo(directory);
    const { checkpoints, told } = await opened(directory);
    const latest = await checkpoints.latest();
    const engine = Engine.restore(program, latest!.pieces());
    expect([engine.frontier(), answers(engine)]).toEqual(newer);
    expect(latest).toMatchObject({
      file: join(directory, SECOND),
      createdAt: NOW,
      frontier: engine.frontier(),
    });
    expect(told).toEqual([]);
    await checkpoints.close();
    expect(readdirSync(directory).sort()).toEqual([FIRST, SECOND]);
  });

  it('are none in a new directory', async () => {
    const { checkpoints } = await opened(scratch());
    expect(await checkpoints.latest()).toBeNull();
    await checkpoints.close();
  });

  it('are kept as many as asked for', async () => {
    const directory = scratch();
    const engine = engineOf(records(50));
    const { checkpoints, told } = await opened(directory, { keep: 3 });
    for (let i = 0; i < 5; i += 1) await checkpoints.write(engine.checkpoint(), turn);
    expect((await listCheckpoints(directory)).map(file => file.slice(-12))).toEqual([
      '5.checkpoint',
      '4.checkpoint',
      '3.checkpoint',
    ]);
    expect(told).toHaveLength(5);
    await checkpoints.close();
  });

  it('tell of themselves without being read', async () => {
    const directory = scratch();
    await writeTwo(directory);
    const file = join(directory, SECOND);
    const { header, bytes } = describeCheckpoint(file);
    expect(header).toMatchObject({
      abi: program.abi,
      fingerprint: program.fingerprint,
      createdAt: NOW,
      clock: null,
    });
    expect(header!.frontier.map(({ source }) => source)).toContain('numbered');
    expect(bytes).toBeGreaterThan(1000);
  });

  it('are written while the state moves on', async () => {
    const directory = scratch();
    const log = records(3000);
    const engine = engineOf(log.slice(0, 2000));
    const wanted = [engine.frontier(), answers(engine)];
    const rest = log.slice(2000);
    const { checkpoints } = await opened(directory);
    await checkpoints.write(engine.checkpoint(), {
      yield: async () => {
        for (const record of rest.splice(0, 200)) engine.ingest(record);
        await turn.yield();
      },
    });
    expect(rest.length).toBeLessThan(1000);
    const restored = Engine.restore(program, (await checkpoints.latest())!.pieces());
    expect([restored.frontier(), answers(restored)]).toEqual(wanted);
    await checkpoints.close();
  });

  it('of other features are refused, with what to do', async () => {
    const directory = scratch();
    await writeTwo(directory);
    const { checkpoints } = await opened(directory, { fingerprint: 'other' });
    await expect(checkpoints.latest()).rejects.toThrow(IncompatibleState);
    await expect(checkpoints.latest()).rejects.toThrow(
      `${join(directory, SECOND)} belongs to the program ${program.fingerprint}, this one is other: its features have ` +
        'changed: its state must be built again from the log or from history. ' +
        `Move ${directory} away, or set another directory for the state`,
    );
    await checkpoints.close();
  });

  it('half-written by a process that died are cleared away', async () => {
    const directory = scratch();
    const { newer } = await writeTwo(directory);
    writeFileSync(join(directory, '000000000003.checkpoint.partial'), 'half');
    const { checkpoints } = await opened(directory);
    expect(existsSync(join(directory, '000000000003.checkpoint.partial'))).toBe(false);
    const engine = Engine.restore(program, (await checkpoints.latest())!.pieces());
    expect([engine.frontier(), answers(engine)]).toEqual(newer);
    await checkpoints.close();
  });

  it('are one process’s at a time', async () => {
    const directory = scratch();
    const { checkpoints } = await opened(directory);
    await expect(opened(directory)).rejects.toThrow(StateInUse);
    await expect(opened(directory)).rejects.toThrow(`is in use by process ${process.pid} on `);
    await checkpoints.close();
    await (await opened(directory)).checkpoints.close();
  });

  it('need a directory that can be one', async () => {
    const file = join(scratch(), 'file');
    writeFileSync(file, '');
    await expect(opened(file)).rejects.toThrow('EEXIST');
    await expect(opened(join(file, 'below'))).rejects.toThrow('ENOTDIR');
  });

  it('that are all damaged are no reason to begin anew in silence', async () => {
    const directory = scratch();
    await writeTwo(directory);
    for (const name of [FIRST, SECOND]) writeFileSync(join(directory, name), '');
    const { checkpoints, told } = await opened(directory);
    await expect(checkpoints.latest()).rejects.toThrow(DamagedState);
    expect(told).toEqual([`rejected ${SECOND}: it is empty`, `rejected ${FIRST}: it is empty`]);
    await checkpoints.close();
  });

  it('take no second one while one is being written', async () => {
    const { checkpoints } = await opened(scratch());
    const engines = [engineOf(records(10)), engineOf(records(10))];
    const first = checkpoints.write(engines[0]!.checkpoint(), turn);
    await expect(checkpoints.write(engines[1]!.checkpoint(), turn)).rejects.toThrow(
      'a checkpoint is being written',
    );
    await first;
    await checkpoints.close();
  });
});
