/** Inner values: what crosses every boundary between the parts. Timestamps are µs, uuids lower case. */
export type Scalar = number | bigint | boolean | string;
export type Value = Scalar | readonly Scalar[] | null;
