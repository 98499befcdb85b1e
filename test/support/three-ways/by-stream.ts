import { Engine } from '../../../runtime/index.ts';
import type { Verdict } from '../../../runtime/index.ts';
import type { Checkpoint } from '../../../runtime/checkpoints/checkpoint.ts';
import type { Random } from '../random.ts';
import type { Answers } from './by-oracle.ts';
import type { ThreeWayProgram } from './program.ts';
import type { Read, Session, Values } from './read.ts';

export interface StreamAnswers extends Answers {
  /** One for each record, in order. */
  readonly verdicts: readonly Verdict[];
}

/**
 * The engine, fed record by record, read when the step says. Now and then it is stopped and restored from the last
 * checkpoint, which was taken piece by piece while it went on, and is given again what came since then and some of what
 * it had taken in before: neither may change anything.
 */
export function byStream(program: ThreeWayProgram, session: Session, random: Random): StreamAnswers {
  let engine = new Engine(program.stream);
  const values: Values[] = [];
  const verdicts: Verdict[] = [];
  const restartEvery = random.pick([Infinity, 40, 150]);
  const checkpoints = new Checkpoints(random);
  const consumeTo = (end: number): void => {
    while (verdicts.length < end) {
      verdicts.push(engine.ingest(session.order[verdicts.length]!));
      if (restartEvery === Infinity) continue;
      checkpoints.goOn(engine, verdicts.length);
      if (checkpoints.last !== null && random.chance(1 / restartEvery))
        engine = restarted(program, checkpoints.last, session, verdicts, random);
    }
  };
  for (const { consumed, reads } of session.steps) {
    consumeTo(consumed);
    for (const read of reads) {
      // A tick lets go of what no later read may see: none before this one's t less the lookback.
      if (random.chance(0.1)) engine.tick(read.t);
      values.push(answer(engine, read));
    }
  }
  consumeTo(session.order.length);
  return { values, verdicts };
}

function answer(engine: Engine, { kind, name, request, t, before }: Read): Values {
  return kind === 'group'
    ? engine.readGroup(name, request as never, t, { before })
    : engine.readVector(name, request, t, { before });
}

interface Taken {
  readonly pieces: readonly Uint8Array[];
  /** Records consumed when it began. */
  readonly consumed: number;
}

/** Takes checkpoints of an engine, one after the other, a piece after each record. */
class Checkpoints {
  readonly #random: Random;
  #running: { readonly of: Engine; readonly checkpoint: Checkpoint; readonly consumed: number } | null = null;
  #pieces: Uint8Array[] = [];
  last: Taken | null = null;

  constructor(random: Random) {
    this.#random = random;
  }

  goOn(engine: Engine, consumed: number): void {
    // What a stopped engine had begun is lost with it.
    if (this.#running?.of !== engine) {
      this.#running = { of: engine, checkpoint: engine.checkpoint(), consumed };
      this.#pieces = [];
    }
    const piece = this.#running.checkpoint.next(this.#random.pick([100, 2000, 20_000]));
    if (piece !== null) {
      this.#pieces.push(piece.slice());
      return;
    }
    this.last = { pieces: this.#pieces, consumed: this.#running.consumed };
    this.#running = null;
  }
}

function restarted(
  { stream }: ThreeWayProgram,
  { pieces, consumed }: Taken,
  { order }: Session,
  verdicts: readonly Verdict[],
  random: Random,
): Engine {
  const restored = Engine.restore(stream, pieces);
  for (let i = Math.max(0, consumed - random.below(20)); i < verdicts.length; i += 1) {
    const { kind } = restored.ingest(order[i]!);
    const expected = i < consumed ? 'known' : verdicts[i]!.kind;
    if (kind !== expected) throw new Error(`record ${i} is '${kind}' after a restart, not '${expected}'`);
  }
  return restored;
}
