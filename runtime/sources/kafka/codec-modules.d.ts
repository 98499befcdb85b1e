declare module 'snappyjs' {
  /** Of one block of raw Snappy. */
  export function uncompress(compressed: Uint8Array, maxLength?: number): Uint8Array;
}

declare module 'lz4js' {
  /** Of one frame. */
  export function decompress(frame: Uint8Array, maxLength?: number): Uint8Array;
  /** Of one block, which is `length` bytes from `from` on. @returns where what was written into `to` ends */
  export function decompressBlock(
    block: Uint8Array,
    to: Uint8Array,
    from: number,
    length: number,
    at: number,
  ): number;
}
