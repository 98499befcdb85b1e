// Control path: the walk over all parts of the state, and the way back.
import type { Checkpoint } from '../checkpoints/checkpoint.ts';
import { ORDER_MARK, SnapshotReader, SnapshotWriter } from '../state/bytes.ts';
import type { Checkpointed, CheckpointPart } from './checkpoint-part.ts';
import { IncompatibleProgram } from './errors.ts';
import { ABI_VERSION } from './program.ts';
import type { FrontierEntry } from './record.ts';

/** Raised with every change of the bytes. */
export const SNAPSHOT_FORMAT = 2;

/** Stands in place of a part's number in the last block. */
const END = -1;
/** What a part sets aside is written out of turn when it has grown so large. */
const ASIDE = 1 << 16;

/** What the state consists of. */
export interface CheckpointState {
  readonly fingerprint: string;
  readonly frontier: readonly FrontierEntry[];
  readonly clock: number;
  /** Writes what is copied at once. */
  saveHead(writer: SnapshotWriter): void;
  readonly parts: readonly Checkpointed[];
}

/**
 * A checkpoint under way:
 *
 * ```
 *   format, ABI, fingerprint, head | part, length, block | part, length, block | … | END, blocks
 * ```
 *
 * The head and all that a part must know of the begin are copied when it begins. Then the parts are walked one after
 * the other; a part that has set much aside meanwhile is heard first. Each piece holds whole blocks.
 */
export class EngineCheckpoint implements Checkpoint {
  readonly frontier: readonly FrontierEntry[];
  readonly clock: number;
  readonly #writer = new SnapshotWriter();
  readonly #parts: readonly CheckpointPart[];
  readonly #ended: () => void;
  #current = 0;
  #blocks = 0;
  #over = false;

  constructor(state: CheckpointState, ended: () => void) {
    this.frontier = state.frontier;
    this.clock = state.clock;
    this.#ended = ended;
    const writer = this.#writer;
    writer.number(SNAPSHOT_FORMAT);
    writer.number(ABI_VERSION);
    writer.cells(new Int32Array([ORDER_MARK, ORDER_MARK]), 0, 2);
    writer.text(state.fingerprint);
    writer.align();
    const length = writer.hold();
    const from = writer.length;
    state.saveHead(writer);
    writer.align();
    writer.set(length, writer.length - from);
    this.#parts = state.parts.map(part => part.beginCheckpoint());
  }

  next(budget: number): Uint8Array | null {
    if (this.#over) return null;
    const writer = this.#writer;
    for (let i = this.#current; i < this.#parts.length && writer.length < budget; i += 1) {
      const part = this.#parts[i]!;
      if (part.aside > ASIDE) this.#block(i, () => part.flush(writer));
    }
    while (this.#current < this.#parts.length && writer.length < budget) this.#writeCurrent(budget);
    if (this.#current === this.#parts.length) {
      writer.number(END);
      writer.number(this.#blocks);
      this.#finish();
    }
    return writer.take();
  }

  abandon(): void {
    if (this.#over) return;
    for (const part of this.#parts.slice(this.#current)) part.end();
    this.#finish();
  }

  #writeCurrent(budget: number): void {
    const part = this.#parts[this.#current]!;
    let more = false;
    this.#block(this.#current, () => {
      more = part.write(this.#writer, budget - this.#writer.length);
    });
    if (more) return;
    part.end();
    this.#current += 1;
  }

  #block(index: number, write: () => void): void {
    const writer = this.#writer;
    writer.number(index);
    const length = writer.hold();
    write();
    writer.align();
    writer.set(length, writer.length - length - 8);
    this.#blocks += 1;
  }

  #finish(): void {
    this.#over = true;
    this.#ended();
  }
}

/**
 * Reads a checkpoint back into a fresh state.
 * @throws IncompatibleProgram where it is another program's or runtime's
 * @throws RangeError where it is not whole
 */
export function readCheckpoint(
  chunks: Iterable<Uint8Array>,
  fingerprint: string,
  state: { restoreHead(reader: SnapshotReader): void; readonly parts: readonly Checkpointed[] },
): void {
  let blocks = -1;
  let ended = false;
  for (const chunk of chunks) {
    const reader = new SnapshotReader(chunk);
    if (blocks < 0) {
      readPreamble(reader, fingerprint);
      reader.open(reader.number());
      state.restoreHead(reader);
      reader.close();
      blocks = 0;
    }
    while (!reader.done) {
      if (ended) throw new RangeError('the checkpoint is damaged: it goes on after its end');
      const index = reader.number();
      if (index === END) {
        ended = reader.number() === blocks;
        if (!ended) throw new RangeError('the checkpoint is damaged: blocks are missing');
        continue;
      }
      const part = state.parts[index];
      if (part === undefined)
        throw new IncompatibleProgram('the checkpoint holds more than the program has state');
      reader.open(reader.number());
      part.restoreBlock(reader);
      reader.close();
      blocks += 1;
    }
  }
  if (!ended) throw new RangeError('the checkpoint was cut');
}

function readPreamble(reader: SnapshotReader, fingerprint: string): void {
  const format = reader.number();
  const abi = reader.number();
  if (format !== SNAPSHOT_FORMAT || abi !== ABI_VERSION) {
    throw new IncompatibleProgram(
      `the checkpoint is of format ${format} and ABI ${abi}, this runtime reads format ${SNAPSHOT_FORMAT} of ABI ${ABI_VERSION}: ` +
        'its state must be built again from the log or from history',
    );
  }
  const order = new Int32Array(2);
  reader.cells(order, 0, 2);
  if (order[0] !== ORDER_MARK)
    throw new IncompatibleProgram('the checkpoint was written on a machine of another byte order');
  const other = reader.text();
  reader.align();
  if (other !== fingerprint) {
    throw new IncompatibleProgram(
      `the checkpoint belongs to the program ${other}, this one is ${fingerprint}: ` +
        'its features have changed, so its state must be built again from the log or from history',
    );
  }
}
