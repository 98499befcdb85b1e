declare module 'snappyjs' {
  /** Of one block of raw Snappy. */
  export function uncompress(compressed: Uint8Array, maxLength?: number): Uint8Array;
}

declare module 'lz4js' {
  /** Of one frame. */
  export function decompress(frame: Uint8Array, maxLength?: number): Uint8Array;
}
