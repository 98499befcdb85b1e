// Control path. The text of a CSV cell as the JSON value that it stands for.
import { parseJson } from '../../decode/lossless-json.ts';
import type { ServedInput, ServedScalar } from '../../serve/plan.ts';

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const WHOLE = /^-?\d+$/;
/** As PostgreSQL writes offsets of whole hours. */
const HOURS_ONLY = /[+-]\d\d$/;
const TRUE = new Set(['true', 't', '1']);
const FALSE = new Set(['false', 'f', '0']);

/**
 * By the column's declared type. What does not read as that type stays text, which the engine refuses with the row's
 * position. An empty cell is null; in a column of text an empty cell that is quoted, or one that cannot be null, is
 * the empty text.
 * @param text null: empty and unquoted
 */
export function cellOf(text: string | null, { type, nullable }: ServedInput): unknown {
  if (text === null || text === '') return type.kind !== 'text' || (nullable && text === null) ? null : '';
  return jsonOfText(text, type.kind);
}

/** The JSON value that text stands for in a column of a kind; the text itself where it stands for none. */
export function jsonOfText(text: string, kind: ServedScalar['kind']): unknown {
  switch (kind) {
    case 'int':
    case 'double':
      if (!NUMBER.test(text)) return text;
      return text.length <= 15 ? Number(text) : parseJson(Buffer.from(text));
    case 'boolean': {
      const lower = text.toLowerCase();
      return TRUE.has(lower) ? true : FALSE.has(lower) ? false : text;
    }
    case 'timestamp':
      if (WHOLE.test(text)) return parseJson(Buffer.from(text)) ?? text;
      return text.length > 19 && HOURS_ONLY.test(text) ? `${text}:00` : text;
    case 'bigint':
    case 'decimal':
    case 'text':
    case 'enum':
    case 'uuid':
      return text;
  }
}
