/** A part that live tests need cannot be had here. The message holds the commands that bring it, one to a line. */
export class MissingPart extends Error {
  override readonly name = 'MissingPart';

  constructor(part: string, why: string, remedies: readonly string[]) {
    super(
      `${part} cannot be had: ${why}. One of these brings it:\n${remedies.map(r => `  ${r}`).join('\n')}`,
    );
  }
}
