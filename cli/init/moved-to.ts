const INSTANT = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z/g;

/**
 * The text with all of its instants moved by one span, so that the last of them is at `end`, ms, to the second.
 * What lies between them stays.
 */
export function movedTo(text: string, end: number): string {
  const instants = [...text.matchAll(INSTANT)].map(([instant]) => Date.parse(instant));
  const span = Math.floor(end / 1000) * 1000 - Math.max(...instants);
  return text.replace(
    INSTANT,
    instant => `${new Date(Date.parse(instant) + span).toISOString().slice(0, 19)}Z`,
  );
}
