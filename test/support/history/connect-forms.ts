import type { SourceColumn, TablePlan } from '../../../generator/ir/index.ts';
import { parseDecimal } from '../../../kernels/decimal.ts';
import { parseInstant } from '../../../kernels/instant.ts';
import type { Random } from '../random.ts';
import { jsonText, RawJson } from './wire-text.ts';

type WireRow = Record<string, unknown>;

interface Form {
  /** The meaning that the schema gives the column; null: none, its cells are told by their form alone. */
  readonly name: string | null;
  readonly scale: number | null;
  /** The cell in this form; as it is, where it has none. */
  readonly write: (cell: unknown) => unknown;
}

const plain: Form = { name: null, scale: null, write: cell => cell };

/** A table's records as a connector writes them: with the schema beside the payload, and in the schema's forms. */
export class ConnectForms {
  readonly #forms: ReadonlyMap<string, Form>;

  constructor(
    readonly source: TablePlan,
    readonly random: Random,
  ) {
    this.#forms = new Map(source.columns.map(column => [column.name, formOf(column, random)]));
  }

  envelope(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.#beside(value, null);
    const envelope = value as WireRow;
    const images = { before: this.#row(envelope['before']), after: this.#row(envelope['after']) };
    const fields = ['before', 'after'].map(field => ({ ...this.#struct(), field }));
    const present = Object.fromEntries(Object.entries(images).filter(([name]) => name in envelope));
    return this.#beside({ ...envelope, ...present }, { type: 'struct', fields });
  }

  key(row: WireRow): unknown {
    return this.#beside(this.#row(row), this.#struct());
  }

  #beside(payload: unknown, schema: unknown): unknown {
    return { schema, payload };
  }

  #row(image: unknown): unknown {
    if (typeof image !== 'object' || image === null || Array.isArray(image)) return image;
    const cells = Object.entries(image).map(([name, cell]) => [
      name,
      cell == null || cell === '__debezium_unavailable_value'
        ? cell
        : (this.#forms.get(name) ?? plain).write(cell),
    ]);
    return Object.fromEntries(cells) as unknown;
  }

  #struct(): WireRow {
    const fields = [...this.#forms].map(([field, { name, scale }]) => ({
      field,
      type: 'string',
      ...(name === null ? {} : { name }),
      ...(scale === null ? {} : { parameters: { scale: String(scale) } }),
    }));
    return { type: 'struct', fields };
  }
}

function formOf({ type, wire }: SourceColumn, random: Random): Form {
  if (random.chance(0.3)) return plain;
  switch (type.kind) {
    case 'decimal':
      return random.chance(0.7)
        ? decimalForm(type.precision, type.scale)
        : { ...plain, write: cell => variableScale(cell, type.precision, type.scale) };
    case 'timestamp':
      return instantForm(wire.unit, random);
    case 'boolean':
      return { ...plain, write: cell => (typeof cell === 'boolean' ? Number(cell) : cell) };
    case 'bigint':
      return { name: DECIMAL, scale: 0, write: cell => base64(wholeOf(cell)) ?? cell };
    default:
      return plain;
  }
}

const DECIMAL = 'org.apache.kafka.connect.data.Decimal';

function decimalForm(precision: number, scale: number): Form {
  return {
    name: DECIMAL,
    scale,
    write: cell => base64(scaledOf(cell, precision, scale)) ?? cell,
  };
}

function variableScale(cell: unknown, precision: number, scale: number): unknown {
  const value = base64(scaledOf(cell, precision, scale));
  return value === null ? cell : { scale, value };
}

function instantForm(unit: 's' | 'ms' | 'us', random: Random): Form {
  const [name, length] = random.pick([
    ['io.debezium.time.MicroTimestamp', 1_000n],
    ['io.debezium.time.NanoTimestamp', 1n],
    ['io.debezium.time.ZonedTimestamp', null],
  ] as const);
  return {
    name,
    scale: null,
    write: cell => {
      const us = instantOf(cell, unit);
      if (us === null || length === null) return cell;
      return new RawJson(String((BigInt(us) * 1_000n) / length));
    },
  };
}

function instantOf(cell: unknown, unit: 's' | 'ms' | 'us'): number | null {
  if (typeof cell === 'string') return parseInstant(cell);
  const us = Number(jsonText(cell)) * { s: 1_000_000, ms: 1_000, us: 1 }[unit];
  return Number.isSafeInteger(us) ? us : null;
}

function scaledOf(cell: unknown, precision: number, scale: number): bigint | null {
  const text = typeof cell === 'string' ? cell : jsonText(cell);
  const scaled = parseDecimal(text, precision, scale);
  return Number.isNaN(scaled) ? null : BigInt(scaled);
}

function wholeOf(cell: unknown): bigint | null {
  const text = typeof cell === 'string' ? cell : jsonText(cell);
  return /^-?\d{1,30}$/.test(text) ? BigInt(text) : null;
}

/** Two's complement in as few bytes as hold it. */
export function base64(whole: bigint | null): string | null {
  if (whole === null) return null;
  let bits = 8;
  while (BigInt.asIntN(bits, whole) !== whole) bits += 8;
  const hex = BigInt.asUintN(bits, whole)
    .toString(16)
    .padStart(bits / 4, '0');
  return Buffer.from(hex, 'hex').toString('base64');
}
