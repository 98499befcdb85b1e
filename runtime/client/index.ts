// `skewless/client`: the ways to a service, and what they throw. It needs no engine.
export { http } from './http/http.ts';
export type { HttpOptions } from './http/options.ts';
export { redis } from './redis.ts';
export type { RedisClientOptions } from './redis.ts';
export { tcp } from './tcp.ts';
export type { TcpOptions } from './tcp.ts';
export {
  BadAnswer,
  FeatureServiceError,
  InvalidRequest,
  OtherMeaning,
  Unauthorized,
  Unavailable,
} from './errors.ts';
export type { UnavailableReason } from './errors.ts';
export { isFallback } from './fallback.ts';
export { accessor } from './accessor.ts';
export type {
  Accessor,
  Answer,
  ClientOptions,
  Fallback,
  InstantForm,
  InstantOf,
  OnUnavailable,
  ReadOptions,
  WithNulls,
} from './accessor.ts';
export { accessorPlanOf } from './plan.ts';
export type { AccessorPlan, WireType } from './plan.ts';
export type { ClosableTransport, InnerValue, ReadAnswer, ReadRequest, Transport } from './transport.ts';
