import { describe, expect, it, vi } from 'vitest';
import { program } from '../../generated/stream/index.ts';
import { Engine } from '../../runtime/index.ts';
import { Ceiling } from '../../runtime/service/ceiling.ts';
import { Checkpointing } from '../../runtime/service/checkpointing.ts';
import { LagMeter } from '../../runtime/service/lag.ts';
import { LiveState } from '../../runtime/service/live-state.ts';

const place = { source: 'clicks', topic: 0, epoch: 0, partition: 3 };

describe('lag', () => {
  it('is nothing at the end of the log, however long that stands still', () => {
    const meter = new LagMeter(() => 100e6);
    const [lag] = meter.measure([{ ...place, end: 7, seenAt: 5e6 }], [{ ...place, nextOffset: 7 }]);
    expect(lag).toMatchObject({ records: 0, seconds: 0 });
  });

  it('is unknown, and so without bound, before anything has been taken', () => {
    const meter = new LagMeter(() => 100e6);
    const [lag] = meter.measure([{ ...place, end: 7, seenAt: 5e6 }], []);
    expect(lag).toMatchObject({ records: 7, seconds: Infinity });
  });

  it('goes back to the last record taken, or to when the end was last reached, whichever is later', () => {
    const meter = new LagMeter(() => 100e6);
    const record = { ...place, offset: 6, arrivedAt: 40e6, value: {} };
    meter.taken({ ...place, records: [record], next: 7, end: 9 });
    const behind = (): unknown =>
      meter.measure([{ ...place, end: 9, seenAt: 99e6 }], [{ ...place, nextOffset: 7 }])[0];
    expect(behind()).toMatchObject({ records: 2, seconds: 60 });
    meter.measure([{ ...place, end: 7, seenAt: 90e6 }], [{ ...place, nextOffset: 7 }]);
    expect(behind()).toMatchObject({ records: 2, seconds: 10 });
  });
});

describe('the state', () => {
  it('gives reads a turn before each batch, however short batches are', async () => {
    const events = {
      refused: vi.fn(),
      read: vi.fn(),
      values: vi.fn(),
      wantsValues: () => false,
      answered: vi.fn(),
    };
    const state = new LiveState(new Engine(program), () => 0, events);
    let turns = 0;
    let next = setImmediate(function turn() {
      turns += 1;
      next = setImmediate(turn);
    });
    for (let offset = 0; offset < 100; offset += 1) {
      const at = { source: 'user_events', topic: 0, epoch: 0, partition: 0 };
      const records = [{ ...at, offset, arrivedAt: 0, value: Buffer.from('no event') }];
      await state.take({ ...at, records, next: offset + 1, end: 100 });
      expect(turns).toBeGreaterThanOrEqual(offset);
    }
    clearImmediate(next);
    expect(events.refused).toHaveBeenCalledTimes(100);
  });
});

describe('the ceiling', () => {
  it('pauses above it, and resumes only when there is room again', () => {
    let held = 0;
    const calls: string[] = [];
    const ceiling = new Ceiling({
      ceiling: 100,
      held: () => held,
      pause: () => calls.push('pause'),
      resume: () => calls.push('resume'),
      changed: (paused, bytes) => calls.push(`${paused} ${bytes}`),
    });
    for (const bytes of [100, 101, 120, 95, 89, 50]) {
      held = bytes;
      ceiling.check();
    }
    expect(calls).toEqual(['pause', 'true 101', 'resume', 'false 89']);
  });

  it('is not there unless it is set', () => {
    const pause = vi.fn();
    new Ceiling({ ceiling: null, held: () => 1e12, pause, resume: vi.fn(), changed: vi.fn() }).check();
    expect(pause).not.toHaveBeenCalled();
  });
});

describe('checkpointing', () => {
  it('takes one at a time, and goes on after one that failed', async () => {
    let open = 0;
    let most = 0;
    let count = 0;
    const failed = vi.fn();
    const committed = vi.fn(async () => {});
    const checkpointing = new Checkpointing({
      every: 1e6,
      take: async () => {
        open += 1;
        most = Math.max(most, open);
        count += 1;
        await Promise.resolve();
        open -= 1;
        if (count === 1) throw new Error('the disk is full');
        return [];
      },
      committed,
      failed,
    });
    const both = await Promise.all([checkpointing.take(), checkpointing.take()]);
    expect([both, most, count]).toEqual([[false, false], 1, 1]);
    expect(failed).toHaveBeenCalledOnce();
    expect(await checkpointing.take()).toBe(true);
    expect(committed).toHaveBeenCalledOnce();
    await checkpointing.stop();
  });
});
