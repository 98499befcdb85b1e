// What a configuration comes to: every default filled in. Durations are ms, sizes bytes, paths absolute.
import type { SecureVersion } from 'node:tls';

export interface Settings {
  readonly generated: string;
  readonly kafka: KafkaSettings | null;
  readonly files: Readonly<Record<string, FileSettings>>;
  readonly state: StateSettings;
  readonly history: HistorySettings | null;
  /** null: no audit log. */
  readonly audit: AuditSettings | null;
  readonly serve: ServeSettings;
  readonly redis: RedisSettings | null;
  readonly log: LogSettings;
  readonly metrics: MetricsSettings;
}

export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly groupId: string;
  /** null: none. */
  readonly ssl: TlsSettings | null;
  readonly sasl: SaslSettings | null;
  readonly start: 'earliest' | 'latest' | { readonly frontier: string };
  readonly epochs: Readonly<Record<string, number>>;
  /** Modules by source, absolute. */
  readonly decoders: Readonly<Record<string, string>>;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly fetch: FetchSettings;
  readonly endsEvery: number;
}

export interface FetchSettings {
  readonly maxBytes: number;
  readonly maxWait: number;
}

/** Null is Node's default. PEM, where it is not the absolute path of a file of it. */
export interface TlsSettings {
  readonly ca: readonly string[] | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly passphrase: string | null;
  readonly servername: string | null;
  readonly rejectUnauthorized: boolean;
  readonly minVersion: SecureVersion;
  readonly ciphers: string | null;
}

export interface SaslSettings {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export interface FileSettings {
  readonly path: string;
  readonly format: 'ndjson' | 'csv' | 'parquet';
  /** null: the column of the event time. */
  readonly arrival: string | null;
}

export interface StateSettings {
  readonly directory: string;
  readonly checkpointEvery: number;
  readonly keep: number;
  /** null: none. */
  readonly ceiling: number | null;
  /** Of no matter without a history. */
  readonly bootstrap: boolean | 'incomplete';
}

export interface HistorySettings {
  readonly url: string;
  readonly archive: boolean;
  readonly retention: Readonly<Record<string, number>>;
  readonly batchRows: number;
  readonly batchEvery: number;
  readonly clockSkew: number;
}

export interface AuditSettings {
  readonly sample: number;
  readonly keep: number;
  readonly waiting: number;
}

export interface ServeSettings {
  /** null: not served. */
  readonly http: AddressSettings | null;
  readonly tcp: AddressSettings | null;
  readonly token: string | null;
  readonly insecure: boolean;
  readonly open: readonly ('metrics' | 'docs')[];
  readonly bodyLimit: number;
  readonly maxKeys: number;
  readonly ready: { readonly maxLag: number };
  readonly drain: number;
}

export interface AddressSettings {
  readonly host: string;
  readonly port: number;
}

export interface RedisSettings {
  readonly url: string;
  /** null: every group. */
  readonly served: readonly string[] | null;
  readonly refresh: number;
  readonly flush: number;
  readonly ttl: number;
  readonly prefix: string;
}

export interface LogSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** null: where the output is a terminal. */
  readonly pretty: boolean | null;
}

export interface MetricsSettings {
  readonly process: boolean;
  /** null: none. */
  readonly values: { readonly every: number; readonly window: number } | null;
}
