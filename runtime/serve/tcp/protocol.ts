// The binary protocol of the typed client: what both ends must agree on.
//
// A frame is   u32 length of what follows | u32 request | u8 kind | payload,   all numbers little-endian.
//
//   1. The client sends HELLO: magic, version, token. The server answers WELCOME: its version, its limits, and the
//      table of what it serves with types and fingerprints, as JSON; or ERROR, and closes.
//   2. READ asks for one entry of the table: its place there, flags, the instant if asked for, and rows of inputs.
//      ANSWER gives the instant, the number of the frontier, and as many rows of features; or ERROR tells why not.
//      Answers to different requests may come in any order; they bear the request they answer.
//   3. FRONTIER gives a number its meaning. It comes before the first answer that refers to it; a later one
//      replaces it, so a client keeps one.
//   4. GOAWAY says that the server leaves: it answers all that it was sent, the client sends no more and ends.
//
// A row is a bitmap, a bit for each column in order, lowest first, set where the value is null; then the values
// that are not null: int, double, decimal and timestamp (µs) as a double, bigint as 64 bits, boolean as a byte,
// text, enum and uuid as a length and UTF-8, a list as its length and its elements. Lengths are LEB128.

/** `SKWL`. */
export const MAGIC = 0x4c57_4b53;
export const VERSION = 1;

/** Bytes of the length itself, and of a frame's head behind it. */
export const LENGTH_BYTES = 4;
export const HEAD_BYTES = 5;

export const HELLO = 1;
export const READ = 2;
export const WELCOME = 16;
export const FRONTIER = 17;
export const ANSWER = 18;
export const ERROR = 19;
export const GOAWAY = 20;

/** READ asks for an instant of its own. */
export const AT_GIVEN = 1;

/** The request of a frame that answers none: of the connection as a whole. */
export const NO_REQUEST = 0;

/** Before a client has shown its token it may send so much. */
export const MAX_HELLO = 8192;
/** What a client takes in one frame: an answer is bounded by the keys it may ask for, not by its request. */
export const MAX_ANSWER = 256 * 1024 * 1024;

/** What an end sent is not of this protocol: the connection cannot go on. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
