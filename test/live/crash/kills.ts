import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE } from '../../support/patient.ts';
import type { Random } from '../../support/random.ts';
import type { Burst, Feeder } from './feeder.ts';
import type { Life } from './life.ts';
import type { ServiceProcess } from './service-process.ts';

/** Where a kill is aimed at. */
export const aims = [
  'serving',
  'starting',
  'recovering',
  'catching up',
  'batch',
  'checkpoint',
  'archive',
] as const;
export type Aim = (typeof aims)[number];

/** Where kills have struck, by what was seen right before them and left behind after them. */
export interface Struck {
  /** Before it answered. */
  starting: number;
  /** With the state back, and records in the log that it had missed. */
  recovering: number;
  /** With some records of a burst taken, and others not. */
  batch: number;
  /** With half a checkpoint on disk. */
  checkpoint: number;
  /** When it had appended to the history in this life, and was about to do so again. */
  archive: number;
  /** Anywhere else. */
  serving: number;
}

/** What was seen right before a kill. */
interface Seen {
  readonly isInBatch: boolean;
  readonly isBehind: boolean;
  readonly isArchiving: boolean;
}

/** Starts the service, and kills it at an instant by `aim` and by chance. */
export class Killer {
  readonly struck: Struck = { starting: 0, recovering: 0, batch: 0, checkpoint: 0, archive: 0, serving: 0 };
  readonly #service: ServiceProcess;
  readonly #feeder: Feeder;
  readonly #random: Random;
  readonly #burst: number;
  /** How long the service takes until it serves, ms: as it last did. */
  #startup = 2_000;

  /** @param burst so many records at a time, for it to be found in a batch */
  constructor(service: ServiceProcess, feeder: Feeder, random: Random, burst: number) {
    this.#service = service;
    this.#feeder = feeder;
    this.#random = random;
    this.#burst = burst;
  }

  /** Aims at the places that no kill has struck yet. */
  missed(): Aim[] {
    const { batch, checkpoint, archive, recovering, starting } = this.struck;
    const places: Partial<Record<Aim, number>> = {
      batch,
      checkpoint,
      archive,
      recovering: recovering + starting,
    };
    return aims.filter(aim => places[aim] === 0);
  }

  async round(aim: Aim): Promise<void> {
    const service = this.#service;
    const missed = aim === 'catching up' ? await this.#feeder.burst(this.#burst) : null;
    const life = service.start();
    let isInBatch = false;
    let isBehind = false;
    let isArchiving = false;
    if (aim === 'starting') {
      await sleep(this.#random.below(this.#startup * 1.2));
      await service.answers();
    } else if (aim === 'recovering') {
      await service.until('its state is back', async () => life.hasRestored() || (await service.answers()));
      await sleep(this.#random.below(150));
      isBehind = life.hasRestored() && (await service.isBehind());
    } else {
      await this.#untilServing();
      if (missed !== null) isInBatch = isBehind = await this.#untilWithin(missed);
      else {
        if (aim === 'serving') await service.until('a checkpoint', () => life.said('checkpoint written'));
        await sleep(this.#random.below(400));
        if (aim === 'batch') isInBatch = await this.#untilWithin(await this.#feeder.burst(this.#burst));
        if (aim === 'checkpoint') await this.#untilCheckpoint();
        if (aim === 'archive') isArchiving = await this.#untilArchiving();
      }
    }
    if (service.hasEnded()) throw new Error(`the service has ended by itself:\n${service.lastWords()}`);
    await service.kill();
    await this.#count(life, { isInBatch, isBehind, isArchiving });
  }

  async #count(life: Life, seen: Seen): Promise<void> {
    const { struck } = this;
    const { isInBatch, isBehind, isArchiving } = seen;
    const isInCheckpoint = await this.#service.hasLeftPartial();
    if (isInCheckpoint) struck.checkpoint += 1;
    if (isInBatch) struck.batch += 1;
    if (isBehind) struck.recovering += 1;
    if (isArchiving) struck.archive += 1;
    if (isInCheckpoint || isInBatch || isBehind || isArchiving) return;
    if (life.pid === null) struck.starting += 1;
    else struck.serving += 1;
  }

  async #untilServing(): Promise<void> {
    const started = performance.now();
    await this.#service.untilServing();
    this.#startup = performance.now() - started;
  }

  /** @returns whether it was seen amid the burst; false where it was quicker than the eye */
  async #untilWithin(burst: Burst): Promise<boolean> {
    const deadline = performance.now() + PATIENCE;
    while (performance.now() < deadline) {
      const positions = await this.#service.positions();
      if (positions === null) continue;
      let taken = 0;
      for (const { place, from } of burst.begins) taken += Math.max(0, (positions.get(place) ?? 0) - from);
      if (taken >= burst.count) return false;
      if (taken > 0) return true;
    }
    throw new Error(`the burst was not taken:\n${this.#service.lastWords()}`);
  }

  /** Settles when the history has been appended to in this life, and there is more to append. */
  async #untilArchiving(): Promise<boolean> {
    const appended = async (): Promise<number> => (await this.#service.status())?.archive?.rows ?? 0;
    await this.#service.until('the archiver appends', async () => (await appended()) > 0);
    await this.#feeder.burst(this.#burst);
    await sleep(this.#random.below(300));
    return true;
  }

  /** Settles when a checkpoint is being written, or has been a few ms ago. */
  async #untilCheckpoint(): Promise<void> {
    const { state } = this.#service;
    await mkdir(state, { recursive: true });
    const watcher = watch(state);
    try {
      await new Promise<void>((settle, reject) => {
        const timer = setTimeout(() => reject(new Error('no checkpoint')), PATIENCE);
        watcher.on('change', (_, name) => {
          if (!String(name).endsWith('.partial')) return;
          clearTimeout(timer);
          settle();
        });
        watcher.on('error', reject);
      });
    } finally {
      watcher.close();
    }
    const until = performance.now() + this.#random.below(5);
    while (performance.now() < until);
  }
}
