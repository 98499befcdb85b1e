import { describe, expect, test } from 'vitest';
import { Diagnostics, listed, nearest, render, suggestion } from '../../generator/diagnostics/index.ts';

describe('suggestions', () => {
  test('the nearest name', () => {
    expect(nearest('revenu', ['revenue', 'event_time'])).toBe('revenue');
    expect(nearest('evnet_time', ['revenue', 'event_time'])).toBe('event_time');
    expect(nearest('Revenue', ['revenue'])).toBe('revenue');
    expect(nearest('price', ['revenue', 'event_time'])).toBeNull();
    expect(nearest('id', ['ip', 'of'])).toBe('ip');
  });

  test('the valid ones where they are few', () => {
    expect(suggestion('revenu', ['revenue'])).toBe("did you mean 'revenue'?");
    expect(suggestion('price', ['a', 'b'])).toBe("there are 'a' and 'b'");
    expect(suggestion('price', ['a'])).toBe("there is only 'a'");
    expect(
      suggestion(
        'price',
        Array.from({ length: 20 }, (_, i) => `a${i}`),
      ),
    ).toBeNull();
    expect(listed(['a', 'b', 'c'])).toBe("'a', 'b' and 'c'");
  });
});

describe('collecting', () => {
  test('sorted by place, each once', () => {
    const report = new Diagnostics();
    report.add('SK204', { file: 'b.ts', start: 5, end: 6 }, {});
    report.add('SK205', { file: 'a.ts', start: 9, end: 10 }, {});
    report.add('SK204', { file: 'a.ts', start: 5, end: 6 }, {});
    report.add('SK204', { file: 'a.ts', start: 5, end: 6 }, {});
    report.add('SK102', null, { path: 'tsconfig.json' });
    const places = report
      .list()
      .map(({ code, span }) => `${code} ${span?.file ?? '-'} ${span?.start ?? '-'}`);
    expect(places).toEqual(['SK102 - -', 'SK204 a.ts 5', 'SK205 a.ts 9', 'SK204 b.ts 5']);
  });
});

describe('frames', () => {
  const text = 'one\n\ttwo three\r\nfour\n';

  test('the line, two around it, the caret under the span, tabs kept', () => {
    const report = new Diagnostics();
    const span = { file: 'a.ts', start: text.indexOf('three'), end: text.indexOf('three') + 5 };
    report.add('SK205', span, {}, [{ span: { file: 'a.ts', start: 0, end: 3 }, message: 'here' }]);
    expect(render(report.list(), new Map([['a.ts', text]]), { color: false })).toBe(`\
a.ts:2:6 error SK205: \`!\` says that a value is not null without a test, and a null would part the sides
  1 | one
  2 | \ttwo three
    | \t    ^^^^^
  3 | four
  4 |
  hint: give a default (\`x ?? 0\`) or test it (\`x !== null && …\`)
  a.ts:1:1: here
  1 | one
    | ^^^
`);
  });

  test('colours are asked for', () => {
    const report = new Diagnostics();
    report.add('SK205', { file: 'a.ts', start: 0, end: 3 }, {});
    const sources = new Map([['a.ts', text]]);
    expect(render(report.list(), sources, { color: true })).toContain('\u001b[31m^^^\u001b[39m');
  });

  test('a span over several lines ends with its first', () => {
    const report = new Diagnostics();
    report.add('SK205', { file: 'a.ts', start: 1, end: text.length }, {});
    expect(render(report.list(), new Map([['a.ts', text]]), { color: false })).toContain('    |  ^^\n');
  });
});
