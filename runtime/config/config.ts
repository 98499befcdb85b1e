// What an author writes in skewless.config.ts. The docstrings here are the reference: the page
// docs/configuration.md is made from them.
import type { SecureVersion } from 'node:tls';
import type { Duration, Size } from './units.ts';

/** A value that usually comes from the environment: `process.env['…']` where it is not set is an error that names the key. */
export type FromEnvironment<T> = T | undefined;

/** Certificates or a key in PEM, or the path of a file of them, below the project. */
export type Pem = string | Uint8Array;

/** The whole of skewless.config.ts. Durations are texts such as `'30s'`, sizes texts such as `'64MB'`. */
export interface Config {
  /**
   * Folder of the generated program, below the project.
   * @default './generated'
   */
  readonly generated?: string;
  /** The Kafka cluster that the sources with a topic are read from. Without it, only `files` are read. */
  readonly kafka?: KafkaConfig;
  /** Files to read sources from, by the source's name, for development; they go before Kafka. */
  readonly files?: Readonly<Record<string, FileConfig>>;
  /** The state on disk. */
  readonly state?: StateConfig;
  /** The history in PostgreSQL. Without it nothing is archived. */
  readonly history?: HistoryConfig;
  /**
   * The audit log: a sample of what was served, kept in the history's database, for `skewless verify`. It holds the
   * keys and inputs of requests. False: none; true: with the defaults below.
   * @default false
   */
  readonly audit?: AuditConfig | boolean;
  /** The servers that answer reads. */
  readonly serve?: ServeConfig;
  /** The online store in Redis. Without it nothing is written there. */
  readonly redis?: RedisConfig;
  /** The log. */
  readonly log?: LogConfig;
  /** What `/metrics` tells beside the counters. */
  readonly metrics?: MetricsConfig;
}

export interface KafkaConfig {
  /** `host:port` of some brokers: a list, or one text with commas between them. */
  readonly brokers?: FromEnvironment<readonly string[] | string>;
  /**
   * The name by which brokers know this client.
   * @default 'skewless'
   */
  readonly clientId?: string;
  /**
   * The consumer group, one for each running instance: it reads every partition alone.
   * @default 'skewless-' and the machine's name
   */
  readonly groupId?: FromEnvironment<string>;
  /**
   * TLS to the brokers. False: none; true: with the defaults below.
   * @default false
   */
  readonly ssl?: TlsConfig | boolean;
  /** How to log in. Without it there is no login. */
  readonly sasl?: SaslConfig;
  /**
   * Where a partition without a position in the state begins: `'earliest'`, `'latest'`, or
   * `{ frontier: path }`, a JSON file of a stored frontier.
   * @default 'earliest'
   */
  readonly start?: 'earliest' | 'latest' | FrontierStart;
  /**
   * The epoch of each topic that was made anew, by its name: raised by hand, one at a time, so that offsets
   * which begin again at 0 are not taken for old ones.
   * @default 0 for every topic
   */
  readonly epochs?: Readonly<Record<string, number>>;
  /**
   * Modules below the project that decode values which are not JSON, by the source's name: each exports a
   * `defineDecoder({ decode })` as default.
   * @default JSON for every source
   */
  readonly decoders?: Readonly<Record<string, string>>;
  /**
   * How long a broker may take to accept a connection.
   * @default '10s'
   */
  readonly connectionTimeout?: Duration;
  /**
   * How long a broker may take to answer.
   * @default '30s'
   */
  readonly requestTimeout?: Duration;
  /** How much is fetched at a time. */
  readonly fetch?: FetchConfig;
  /**
   * How often the ends of idle partitions are asked for: the lag is known as exactly.
   * @default '5s'
   */
  readonly endsEvery?: Duration;
}

export interface FrontierStart {
  /** The JSON file, below the project. */
  readonly frontier: string;
}

export interface FetchConfig {
  /**
   * About so much in one answer of a broker: more is faster, and takes more memory.
   * @default '256KB'
   */
  readonly maxBytes?: Size;
  /**
   * How long a broker may wait for the first record.
   * @default '500ms'
   */
  readonly maxWait?: Duration;
}

export interface TlsConfig {
  /**
   * Who may have signed the brokers' certificates: PEM, the path of a PEM file, or a list of these.
   * @default the authorities that Node trusts
   */
  readonly ca?: FromEnvironment<Pem | readonly Pem[]>;
  /**
   * The certificate to show to the brokers, where they ask for one, with those between it and its authority.
   * @default none
   */
  readonly cert?: FromEnvironment<Pem>;
  /**
   * The private key of `cert`.
   * @default none
   */
  readonly key?: FromEnvironment<Pem>;
  /**
   * What `key` is encrypted with.
   * @default none
   */
  readonly passphrase?: FromEnvironment<string>;
  /**
   * The name that the brokers' certificates are for, where it is not the one that they are reached by.
   * @default the host of each broker
   */
  readonly servername?: FromEnvironment<string>;
  /**
   * False takes any certificate of a broker, and so anybody for one: for development.
   * @default true
   */
  readonly rejectUnauthorized?: boolean;
  /**
   * The oldest version of TLS to speak.
   * @default 'TLSv1.2'
   */
  readonly minVersion?: SecureVersion;
  /**
   * The ciphers to offer, as OpenSSL names them.
   * @default those of Node
   */
  readonly ciphers?: string;
}

export interface SaslConfig {
  /** `'plain'`, `'scram-sha-256'` or `'scram-sha-512'`. */
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  /** The user. */
  readonly username: FromEnvironment<string>;
  /** The password. */
  readonly password: FromEnvironment<string>;
}

export interface FileConfig {
  /** The file, below the project; `.gz` is read as it is. */
  readonly path: string;
  /**
   * `'ndjson'`, `'csv'` or `'parquet'`.
   * @default by the name of the file
   */
  readonly format?: 'ndjson' | 'csv' | 'parquet';
  /**
   * The column that says when a record arrived.
   * @default the column of the event time
   */
  readonly arrival?: string;
}

export interface StateConfig {
  /**
   * Folder of the checkpoints, below the project. One process at a time.
   * @default '.skewless/state'
   */
  readonly directory?: string;
  /**
   * How often the whole state is written.
   * @default '30s'
   */
  readonly checkpointEvery?: Duration;
  /**
   * How many checkpoints stay on disk.
   * @default 2
   */
  readonly keep?: number;
  /**
   * Above this size of the state in memory the sources are paused, and the log says so; reads go on.
   * @default none
   */
  readonly ceiling?: Size;
  /**
   * Where there is a history, and no checkpoint but those of other features, whether the state is built from the
   * history, with full windows at once. `'incomplete'`: also where retention has dropped what features look at. False:
   * the state begins empty, and reads the log; checkpoints of other features are an error.
   * @default true
   */
  readonly bootstrap?: boolean | 'incomplete';
}

export interface HistoryConfig {
  /** `postgres://user:password@host:port/database`. */
  readonly url?: FromEnvironment<string>;
  /**
   * Whether this instance appends records. Of several that do, one does at a time and another takes over.
   * @default true
   */
  readonly archive?: boolean;
  /**
   * How long the records of a stream are kept, by its name: whole months are dropped.
   * @default for ever
   */
  readonly retention?: Readonly<Record<string, Duration>>;
  /**
   * At most so many records in one transaction.
   * @default 10000
   */
  readonly batchRows?: number;
  /**
   * A batch waits this long for more records.
   * @default '1s'
   */
  readonly batchEvery?: Duration;
  /**
   * How far the clocks of the brokers and of this machine may lie apart: an idle partition's history is held
   * complete up to now less this.
   * @default '5s'
   */
  readonly clockSkew?: Duration;
}

export interface AuditConfig {
  /**
   * The share of requests that is logged, drawn at random: above 0, at most 1. A request is logged with all of its
   * keys.
   * @default 0.01
   */
  readonly sample?: number;
  /**
   * How long reads are kept.
   * @default '30d'
   */
  readonly keep?: Duration;
  /**
   * How many reads may wait for PostgreSQL. Beyond them reads are dropped, and counted.
   * @default 10000
   */
  readonly waiting?: number;
}

export interface ServeConfig {
  /**
   * HTTP: features as JSON, health, metrics, documentation. False: not served; true: with the defaults below.
   * @default true
   */
  readonly http?: HttpConfig | boolean;
  /**
   * The binary protocol of the typed client. False: not served; true: with the defaults below.
   * @default false
   */
  readonly tcp?: TcpConfig | boolean;
  /**
   * What clients must show. Needed wherever a server listens beyond this machine.
   * @default none
   */
  readonly token?: FromEnvironment<string>;
  /**
   * Allows to listen beyond this machine without a token.
   * @default false
   */
  readonly insecure?: boolean;
  /**
   * What HTTP shows without the token: `'metrics'`, `'docs'`. Health and readiness it always does.
   * @default none
   */
  readonly open?: readonly ('metrics' | 'docs')[];
  /**
   * The largest body of a request, and the largest frame.
   * @default '1MB'
   */
  readonly bodyLimit?: Size;
  /**
   * The most keys in one request.
   * @default 1000
   */
  readonly maxKeys?: number;
  /** When `/readyz` says ready. */
  readonly ready?: ReadyConfig;
  /**
   * How long a shutdown waits for requests under way.
   * @default '10s'
   */
  readonly drain?: Duration;
}

export interface HttpConfig {
  /**
   * The address to listen on; `'0.0.0.0'` is every one.
   * @default '127.0.0.1'
   */
  readonly host?: string;
  /**
   * 0 takes a free one.
   * @default 8080
   */
  readonly port?: number;
}

export interface TcpConfig {
  /**
   * The address to listen on; `'0.0.0.0'` is every one.
   * @default '127.0.0.1'
   */
  readonly host?: string;
  /**
   * 0 takes a free one.
   * @default 8081
   */
  readonly port?: number;
}

export interface ReadyConfig {
  /**
   * Not ready while a source lags more than this.
   * @default '30s'
   */
  readonly maxLag?: Duration;
}

export interface RedisConfig {
  /** `redis://user:password@host:port/database`, or `rediss://` for TLS. */
  readonly url?: FromEnvironment<string>;
  /**
   * The groups and vectors to write, by name.
   * @default every group
   */
  readonly served?: readonly string[];
  /**
   * A window slides without events: every key is written again within this.
   * @default '1m'
   */
  readonly refresh?: Duration;
  /**
   * A key whose events came in is written within this.
   * @default '50ms'
   */
  readonly flush?: Duration;
  /**
   * When Redis forgets a key that is no longer written.
   * @default twice refresh and 30s
   */
  readonly ttl?: Duration;
  /**
   * How the names of the keys begin.
   * @default 'skewless'
   */
  readonly prefix?: string;
}

export interface LogConfig {
  /**
   * `'debug'`, `'info'`, `'warn'`, `'error'` or `'silent'`.
   * @default 'info'
   */
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /**
   * Lines for the eye, where JSON is for machines.
   * @default where the output is a terminal
   */
  readonly pretty?: boolean;
}

export interface MetricsConfig {
  /**
   * Metrics of the process: CPU, memory, event loop, collections.
   * @default true
   */
  readonly process?: boolean;
  /**
   * Live statistics of the features' values: null shares, means, quantiles. False: none; true: with the defaults
   * below.
   * @default true
   */
  readonly values?: ValuesConfig | boolean;
}

export interface ValuesConfig {
  /**
   * One answer in so many is looked at, drawn at random; fewer where there are more than some thousand in a second.
   * @default 16
   */
  readonly every?: number;
  /**
   * Of how long the statistics are.
   * @default '10m'
   */
  readonly window?: Duration;
}

/** The configuration as it is given: what it adds are the types at the author's desk. */
export function defineConfig(config: Config): Config {
  return config;
}
