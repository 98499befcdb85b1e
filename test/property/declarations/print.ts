import type { DrawnFeature, DrawnGroup, DrawnProgram, DrawnVector } from './program.ts';
import { ENTITIES } from './sources.ts';

const PRELUDE = `import {
  asciiLower, asciiUpper, bigint, calendar, calendarDaysBetween, changesOf, compute, dayOfMonth, dayOfWeek, daysBetween, decimal, entity,
  enumOf, exp, features, finite, hourOfDay, hoursBetween, instantFromMicroseconds, int, log, log10, log1p, minuteOfHour,
  minutesBetween, monthOfYear, pow, ratio, secondsBetween, startOfDay, startOfHour, startOfMonth, startOfQuarter, startOfWeek,
  startOfYear, stream, table, textAfter, textBefore, textLength, textLess, textReplace, textSlice, timestamp, uuid, vector, yearOf,
} from 'skewless';
import type { Row } from 'skewless';
import { z } from 'zod';

const LIMIT: number = 2.5;
const LIMITS = { high: 100, low: -1 };
const WEIGHTS: readonly [number, number] = [1, 0.5];
const IS_ON: boolean = true;
const LABEL: string = 'ü-😀';
const LAUNCH = instantFromMicroseconds(1_711_846_800_000_000);
`;

/** The program as a feature module. One feature stands on one line. */
export function printProgram({ sources, groups, vectors }: DrawnProgram): string {
  return [PRELUDE, sources.code, ENTITIES, ...groups.map(printGroup), ...vectors.map(printVector)].join('\n');
}

function printGroup({ name, entity, lookback, features, layers }: DrawnGroup): string {
  const head = `export const ${name} = features('${name}', { entity: ${entity}, lookback: '${lookback}', features: {`;
  return `${head}\n${printFeatures(features)}} })${layers.map(printLayer).join('')};\n`;
}

function printFeatures(features: ReadonlyMap<string, DrawnFeature>): string {
  return [...features].map(([name, { declared }]) => `  ${name}: ${declared.code},\n`).join('');
}

function printLayer(layer: ReadonlyMap<string, DrawnFeature>): string {
  return layer.size === 0 ? '' : `.derive({\n${printFeatures(layer)}})`;
}

function printVector({ name, request, lookups, outputs, layers }: DrawnVector): string {
  const found = (code: string): string => code.replace(/found\.(\w+)\./, '$1_.');
  const reads = lookups.map(({ group, keys }) => `  const ${group}_ = v.get(${group}, ${found(keys)});\n`);
  const taken = [...lookups.map(({ group }) => `...${group}_`), ...outputs.map(found)];
  const take = `v => {\n${reads.join('')}  return { ${taken.join(', ')} };\n}`;
  return `export const ${name} = vector('${name}', { request: ${request}, take: ${take} })${layers.map(printLayer).join('')};\n`;
}
