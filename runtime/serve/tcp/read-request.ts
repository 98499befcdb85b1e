// Hot path: from the payload of READ to a request, and from an answer to the payload of ANSWER.
import type { ReadAnswer, ReadRequest } from '../../client/transport.ts';
import type { Scalar } from '../../engine/value.ts';
import { ServeError } from '../errors.ts';
import type { Served } from '../plan.ts';
import type { FrameReader } from './frame-reader.ts';
import type { FrameWriter } from './frame-writer.ts';
import { Inputs } from './inputs.ts';
import { AT_GIVEN, ProtocolError } from './protocol.ts';
import { RowCodec } from './row-codec.ts';

/** One group or vector as a server reads requests for it and writes answers. */
export class ServedCodec {
  readonly served: Served;
  readonly #inputs: Inputs;
  readonly #rows: RowCodec;
  readonly #answers: RowCodec;

  constructor(served: Served) {
    this.served = served;
    this.#inputs = new Inputs(served);
    this.#rows = new RowCodec(served.inputs);
    this.#answers = new RowCodec(served.features);
  }

  /**
   * The rest of a READ after the place in the table.
   * @throws ServeError for what can be refused; ProtocolError for what cannot be understood
   */
  readRequest(reader: FrameReader, maxKeys: number): ReadRequest {
    const { kind, name } = this.served;
    const flags = reader.byte();
    const at = flags === AT_GIVEN ? instantOf(reader.double()) : undefined;
    if ((flags & ~AT_GIVEN) !== 0)
      throw new ProtocolError(`a READ with flags ${flags} is of another version`);
    const count = reader.uint32();
    if (count > maxKeys) {
      throw new ServeError('too_many_keys', `the request holds ${count} keys`, {
        hint: `ask for at most ${maxKeys} in one request`,
      });
    }
    const keys = new Array<Record<string, Scalar | null>>(count);
    for (let i = 0; i < count; i += 1) keys[i] = this.#inputs.admit(this.#rows.read(reader), i);
    reader.finish();
    return at === undefined ? { kind, name, keys } : { kind, name, keys, at };
  }

  /** The rest of an ANSWER after the frontier's number. */
  writeValues({ values }: ReadAnswer, writer: FrameWriter): void {
    writer.uint32(values.length);
    for (let i = 0; i < values.length; i += 1) this.#answers.write(values[i]!, writer);
  }
}

function instantOf(at: number): number {
  if (Number.isSafeInteger(at)) return at;
  throw new ServeError('invalid_request', `as_of must be whole µs, not ${at}`, { path: 'as_of' });
}
