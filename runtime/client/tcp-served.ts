// Hot path: one group or vector as a client writes requests for it and reads answers.
import type { Served, ServedType, ServingPlan } from '../serve/plan.ts';
import { ServedTable } from '../serve/find-served.ts';
import type { FrameReader } from '../serve/tcp/frame-reader.ts';
import type { FrameWriter } from '../serve/tcp/frame-writer.ts';
import { Inputs } from '../serve/tcp/inputs.ts';
import { AT_GIVEN, ProtocolError } from '../serve/tcp/protocol.ts';
import { RowCodec } from '../serve/tcp/row-codec.ts';
import { OtherMeaning } from './errors.ts';
import { meaningsOf } from './plan.ts';
import type { AccessorPlan, WireType } from './plan.ts';
import type { InnerValue, ReadRequest } from './transport.ts';

type Row = Readonly<Record<string, InnerValue>>;

export class ClientServed {
  readonly served: Served;
  readonly meanings: Readonly<Record<string, string>>;
  readonly #place: number;
  /** Looked through, and understood though its meaning is another. */
  #passed: AccessorPlan | null = null;
  readonly #inputs: Inputs;
  readonly #rows: RowCodec;
  readonly #answers: RowCodec;

  constructor(served: Served, place: number) {
    this.served = served;
    this.meanings = meaningsOf(served);
    this.#place = place;
    this.#inputs = new Inputs(served);
    this.#rows = new RowCodec(served.inputs);
    this.#answers = new RowCodec(served.features);
  }

  /**
   * Another meaning may be let pass, by whoever reads the answer's fingerprint; other names and types cannot.
   * @throws OtherMeaning
   */
  checkPlan(plan: AccessorPlan): void {
    if (plan.fingerprint === this.served.fingerprint || plan === this.#passed) return;
    for (const [name, type] of Object.entries(plan.features)) {
      const found = this.served.features.find(feature => feature.name === name);
      if (found !== undefined && wireTypeOf(found.type) === type) continue;
      const detail = found === undefined ? `, which has no ${name}` : `, where ${name} is of another type`;
      throw new OtherMeaning(plan.name, plan.fingerprint, this.served.fingerprint, [name], detail);
    }
    this.#passed = plan;
  }

  /** Begins the payload of READ. @returns where the count of keys goes, for `setUint32` */
  writeHead(at: number | undefined, writer: FrameWriter): number {
    writer.uint16(this.#place);
    writer.byte(at === undefined ? 0 : AT_GIVEN);
    if (at !== undefined) writer.double(at);
    const count = writer.length;
    writer.uint32(0);
    return count;
  }

  /** @throws ServeError for the first key that is not right */
  writeKeys(keys: ReadRequest['keys'], writer: FrameWriter): void {
    for (let i = 0; i < keys.length; i += 1) {
      const given = keys[i]!;
      this.#inputs.admitNoOther(given, i);
      this.#rows.write(this.#inputs.admit(given, i), writer);
    }
  }

  /** @throws ProtocolError */
  readValues(count: number, reader: FrameReader): Row[] {
    const values = new Array<Row>(count);
    for (let i = 0; i < count; i += 1) values[i] = this.#answers.read(reader);
    return values;
  }
}

function wireTypeOf(type: ServedType): WireType {
  return type.kind === 'list' ? `${type.of.kind}[]` : type.kind;
}

/** What the server of a connection serves. */
export function clientTable(served: readonly Served[]): ServedTable<ClientServed> {
  const plan: ServingPlan = { abi: 0, fingerprint: '', sources: [], served };
  let place = 0;
  if (served.length > 0xffff) throw new ProtocolError('the table of what is served is too long');
  return new ServedTable(plan, each => new ClientServed(each, place++));
}
