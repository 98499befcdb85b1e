// Hot path: rows of inputs and of features, between inner values and bytes (protocol.ts).
import type { InnerValue } from '../../client/transport.ts';
import type { Scalar } from '../../engine/value.ts';
import type { ServedScalar, ServedType } from '../plan.ts';
import type { FrameReader } from './frame-reader.ts';
import type { FrameWriter } from './frame-writer.ts';

export interface RowColumn {
  readonly name: string;
  readonly type: ServedType;
}

/** How values of a type stand in a row. A list is LIST and its elements' form. */
const NUMBER = 0;
const BIGINT = 1;
const BOOLEAN = 2;
const TEXT = 3;
const LIST = 4;

/** Writes and reads the rows of one table of columns. Both ends have made it of the same columns. */
export class RowCodec {
  readonly #names: readonly string[];
  readonly #forms: Uint8Array;
  /** A row is copied from it, so that all rows of a table share one shape. */
  readonly #empty: Readonly<Record<string, InnerValue>>;

  constructor(columns: readonly RowColumn[]) {
    this.#names = columns.map(({ name }) => name);
    this.#forms = Uint8Array.from(columns, ({ type }) =>
      type.kind === 'list' ? LIST + formOf(type.of) : formOf(type),
    );
    this.#empty = Object.fromEntries(columns.map(({ name }) => [name, null]));
  }

  /** The least that a row takes, bytes. */
  get least(): number {
    return (this.#names.length + 7) >> 3;
  }

  /** Undefined is null. The values are of their columns' types. */
  write(row: Readonly<Record<string, InnerValue | undefined>>, writer: FrameWriter): void {
    const names = this.#names;
    const forms = this.#forms;
    const nulls = writer.bits(names.length);
    for (let i = 0; i < names.length; i += 1) {
      const value = row[names[i]!];
      if (value === null || value === undefined) writer.setBit(nulls, i);
      else if (forms[i] === NUMBER) writer.double(value as number);
      else if (forms[i]! < LIST) writeScalar(forms[i]!, value as Scalar, writer);
      else writeList(forms[i]! - LIST, value as readonly Scalar[], writer);
    }
  }

  /** @throws ProtocolError where the frame ends too soon */
  read(reader: FrameReader): Record<string, InnerValue> {
    const names = this.#names;
    const forms = this.#forms;
    const row = { ...this.#empty };
    const nulls = reader.bits(names.length);
    for (let i = 0; i < names.length; i += 1) {
      if (reader.bit(nulls, i)) continue;
      const form = forms[i]!;
      row[names[i]!] =
        form === NUMBER
          ? reader.double()
          : form < LIST
            ? readScalar(form, reader)
            : readList(form - LIST, reader);
    }
    return row;
  }
}

function formOf({ kind }: ServedScalar): number {
  switch (kind) {
    case 'int':
    case 'double':
    case 'decimal':
    case 'timestamp':
      return NUMBER;
    case 'bigint':
      return BIGINT;
    case 'boolean':
      return BOOLEAN;
    case 'text':
    case 'uuid':
    case 'enum':
      return TEXT;
  }
}

function writeScalar(form: number, value: Scalar, writer: FrameWriter): void {
  if (form === NUMBER) writer.double(value as number);
  else if (form === TEXT) writer.text(value as string);
  else if (form === BOOLEAN) writer.byte(value === true ? 1 : 0);
  else writer.bigint(value as bigint);
}

function readScalar(form: number, reader: FrameReader): Scalar {
  if (form === NUMBER) return reader.double();
  if (form === TEXT) return reader.text();
  return form === BOOLEAN ? reader.boolean() : reader.bigint();
}

function writeList(form: number, values: readonly Scalar[], writer: FrameWriter): void {
  writer.size(values.length);
  for (let i = 0; i < values.length; i += 1) writeScalar(form, values[i]!, writer);
}

function readList(form: number, reader: FrameReader): Scalar[] {
  const length = reader.size();
  const values: Scalar[] = [];
  // Each element takes a byte at least: what is too long ends at the frame's end, before much has been made.
  for (let i = 0; i < length; i += 1) values.push(readScalar(form, reader));
  return values;
}
