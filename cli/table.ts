import color from 'picocolors';

export interface Column {
  readonly heading: string;
  readonly align?: 'left' | 'right';
}

/** Rows under headings, columns as wide as their widest cell; no rows give no lines. Cells may be painted. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const widths = columns.map(({ heading }, at) =>
    Math.max(heading.length, ...rows.map(row => visibleLength(row[at] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => {
        const room = ' '.repeat(widths[at]! - visibleLength(cell));
        return columns[at]!.align === 'right' ? room + cell : cell + room;
      })
      .join('  ')
      .trimEnd();
  return [color.dim(line(columns.map(({ heading }) => heading))), ...rows.map(line)];
}

/** Without the codes that paint it. */
function visibleLength(text: string): number {
  return text.replace(/\u001b\[\d+m/g, '').length;
}
