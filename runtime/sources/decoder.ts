// What an author writes to have values in Avro, Protobuf or a form of their own read.

/** Where the bytes come from. */
export interface Encoded {
  /** The source, as the features declare it. */
  readonly source: string;
  readonly topic: string;
  /** Keys are asked for of tables alone: a deletion may say nowhere else which row it deletes. */
  readonly part: 'value' | 'key';
}

/** Turns the bytes of a message into what JSON would have said. */
export interface Decoder {
  /**
   * Called before `decode`, for what it must wait for, such as a schema that a registry has; undefined: nothing.
   * Where its promise is rejected, reading waits and it is called again, as long as it takes: no record is refused
   * for it.
   * @throws as `decode`
   */
  prepare?(bytes: Uint8Array, from: Encoded): Promise<unknown> | undefined;
  /**
   * @param bytes never those of a tombstone, which has none
   * @returns what `JSON.parse` would: an object with a member for each column, of a table the connector's envelope;
   *   whole numbers beyond 2^53 as bigint, decimals as text or number, instants as ISO 8601 or as the source declares.
   *   Bytes are read as JSON in UTF-8
   * @throws where the bytes are none that it can read: the record is refused as `undecodable`, with what was thrown
   */
  decode(bytes: Uint8Array, from: Encoded): unknown;
}

/** The decoder as it is given: what it adds are the types at the author's desk. */
export function defineDecoder(decoder: Decoder): Decoder {
  return decoder;
}
