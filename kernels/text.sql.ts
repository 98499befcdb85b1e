// Control path. Twins of text.ts, and of the methods of String that a lambda may call.
import { inlineFunction, strictFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';

/** What `String.prototype.trim` takes away (ECMA-262 WhiteSpace and LineTerminator), for an E'' literal. */
const whitespace =
  ' \\t\\n\\x0b\\f\\r\\u00a0\\u1680\\u2000\\u2001\\u2002\\u2003\\u2004\\u2005\\u2006\\u2007\\u2008\\u2009\\u200a' +
  '\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff';

const sliceBody = (end: string): string => `
declare
  length integer := char_length(s);
  first float8 := case when start_at = 'NaN' then 0 else trunc(start_at) end;
  last float8 := ${end};
begin
  first := case when first < 0 then greatest(length + first, 0) else least(first, length) end;
  last := case when last < 0 then greatest(length + last, 0) else least(last, length) end;
  return case when first >= last then '' else substr(s, first::integer + 1, (last - first)::integer) end;
end`;

const text2 = 's text, part text';

export const textFunctions: readonly SqlFunction[] = [
  inlineFunction('text_length', 's text', 'integer', 'char_length(s)'),
  strictFunction({
    name: 'text_slice',
    parameters: 's text, start_at float8',
    returns: 'text',
    body: sliceBody('length'),
  }),
  strictFunction({
    name: 'text_slice',
    parameters: 's text, start_at float8, end_at float8',
    returns: 'text',
    body: sliceBody(`case when end_at = 'NaN' then 0 else trunc(end_at) end`),
  }),
  inlineFunction(
    'text_before',
    text2,
    'text',
    `case when strpos(s collate "C", part collate "C") = 0 then s
      else left(s, strpos(s collate "C", part collate "C") - 1) end`,
  ),
  inlineFunction(
    'text_after',
    text2,
    'text',
    `case when strpos(s collate "C", part collate "C") = 0 then ''
      else substr(s, strpos(s collate "C", part collate "C") + char_length(part)) end`,
  ),
  inlineFunction(
    'text_replace',
    's text, part text, by_text text',
    'text',
    'replace(s collate "C", part collate "C", by_text collate "C")',
  ),
  inlineFunction('ascii_lower', 's text', 'text', 'lower(s collate "C")'),
  inlineFunction('ascii_upper', 's text', 'text', 'upper(s collate "C")'),
  inlineFunction('text_includes', text2, 'boolean', 'strpos(s collate "C", part collate "C") > 0'),
  inlineFunction('text_starts_with', text2, 'boolean', 'starts_with(s collate "C", part collate "C")'),
  inlineFunction(
    'text_ends_with',
    text2,
    'boolean',
    'right(s, char_length(part)) collate "C" = part collate "C"',
  ),
  inlineFunction('text_trim', 's text', 'text', `btrim(s collate "C", E'${whitespace}')`),
  inlineFunction('text_less', 'a text, b text', 'boolean', 'a collate "C" < b collate "C"'),
];
