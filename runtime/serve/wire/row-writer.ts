// Hot path: the features of one key as a JSON object, in order of declaration (semantics §5, Types).
import type { Instant } from '../../../kernels/instant.ts';
import type { Scalar, Value } from '../../engine/value.ts';
import type { ServedFeature, ServedScalar } from '../plan.ts';
import { literal } from './json-writer.ts';
import type { JsonWriter, Literal } from './json-writer.ts';

/** How values of a type are written. A list is LIST and its elements' form. */
const NUMBER = 0;
const TEXT = 1;
const INSTANT = 2;
const BOOLEAN = 3;
const BIGINT = 4;
const LIST = 5;

const EMPTY = literal('{}');
const CLOSE = literal('}');

interface Member {
  readonly name: string;
  /** What stands before the value: `,"name":`. */
  readonly before: Literal;
  readonly form: number;
}

export class RowWriter {
  readonly #members: readonly Member[];

  constructor(features: readonly ServedFeature[]) {
    this.#members = features.map(({ name, type }, i) => ({
      name,
      before: literal(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`),
      form: type.kind === 'list' ? LIST + formOf(type.of) : formOf(type),
    }));
  }

  /** What is not there is null. The values are of their features' types. */
  write(row: Readonly<Record<string, Value | undefined>>, writer: JsonWriter): void {
    const members = this.#members;
    if (members.length === 0) return writer.literal(EMPTY);
    for (let i = 0; i < members.length; i += 1) {
      const { name, before, form } = members[i]!;
      writer.literal(before);
      const value = row[name];
      if (value === null || value === undefined) writer.null();
      else if (form === NUMBER) writer.number(value as number);
      else if (form < LIST) writeScalar(form, value as Scalar, writer);
      else writeList(form - LIST, value as readonly Scalar[], writer);
    }
    writer.literal(CLOSE);
  }
}

function formOf({ kind }: ServedScalar): number {
  switch (kind) {
    case 'int':
    case 'double':
    case 'decimal':
      return NUMBER;
    case 'text':
    case 'uuid':
    case 'enum':
      return TEXT;
    case 'timestamp':
      return INSTANT;
    case 'boolean':
      return BOOLEAN;
    case 'bigint':
      return BIGINT;
  }
}

function writeScalar(form: number, value: Scalar, writer: JsonWriter): void {
  if (form === NUMBER) writer.number(value as number);
  else if (form === TEXT) writer.text(value as string);
  else if (form === INSTANT) writer.instant(value as Instant);
  else if (form === BOOLEAN) writer.boolean(value as boolean);
  else writer.bigint(value as bigint);
}

function writeList(form: number, values: readonly Scalar[], writer: JsonWriter): void {
  writer.openList();
  for (let i = 0; i < values.length; i += 1) {
    if (i > 0) writer.comma();
    writeScalar(form, values[i]!, writer);
  }
  writer.closeList();
}
