import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { FOOTER_BYTES, FRAME_BYTES, PREAMBLE_BYTES } from '../../../runtime/checkpoints/file-format.ts';
import type { Random } from '../../support/random.ts';

/** What may befall a file. */
export interface Damage {
  readonly name: string;
  readonly apply: (file: string) => void;
}

/** From where to where it goes, of a file so long whose header ends there. */
type Region = (size: number, header: number) => readonly [number, number];

/** A file torn, flipped, blanked and lengthened, in every region that a checkpoint has. */
export function damages(random: Random): Damage[] {
  const pieces: Region = (size, header) => [header + FRAME_BYTES, size - FOOTER_BYTES];
  const regions: readonly (readonly [string, Region])[] = [
    ['preamble', () => [0, PREAMBLE_BYTES]],
    ['header', (_size, header) => [PREAMBLE_BYTES, header]],
    ['first frame', (_size, header) => [header, header + FRAME_BYTES]],
    ['pieces', pieces],
    ['footer', size => [size - FOOTER_BYTES, size]],
  ];
  /** An offset within the region of this file. */
  const place = (bytes: Buffer, region: Region): number => {
    const [from, to] = region(bytes.length, PREAMBLE_BYTES + bytes.readUInt32LE(12));
    return random.between(from, to - 1);
  };
  const noise = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, () => random.below(256)));
  return [
    ...regions.flatMap(([name, region]) => [
      damage(`torn in its ${name}`, (file, bytes) => truncateSync(file, place(bytes, region))),
      damage(`with a bit flipped in its ${name}`, (file, bytes) => {
        bytes[place(bytes, region)]! ^= 1 << random.below(8);
        writeFileSync(file, bytes);
      }),
    ]),
    damage('with a blank page', (file, bytes) => {
      let at = place(bytes, pieces);
      // What is blank already is not damaged.
      while (bytes[at] === 0) at = place(bytes, pieces);
      bytes.fill(0, at, Math.min(bytes.length - FOOTER_BYTES, at + 512));
      writeFileSync(file, bytes);
    }),
    damage('empty', file => truncateSync(file, 0)),
    damage('that goes on after its end', (file, bytes) =>
      writeFileSync(file, Buffer.concat([bytes, noise(64)])),
    ),
    damage('of nothing but noise', (file, bytes) => writeFileSync(file, noise(bytes.length))),
  ];
}

function damage(name: string, apply: (file: string, bytes: Buffer) => void): Damage {
  return { name, apply: file => apply(file, readFileSync(file)) };
}
