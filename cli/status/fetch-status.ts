import { request } from 'undici';
import type { ServiceStatus } from '../../runtime/observe/status.ts';
import { Failure } from '../failure.ts';

const PATIENCE = 5000;

/**
 * Asks a service for its status.
 * @returns the status; or, where nothing answers at the address, a sentence that says so
 * @throws Failure where something else answers, or refuses
 */
export async function fetchStatus(url: string, token: string | null): Promise<ServiceStatus | string> {
  const address = new URL('/status', url);
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const options = { headers, headersTimeout: PATIENCE, bodyTimeout: PATIENCE };
  const response = await request(address, options).catch(reasonOf);
  if (typeof response === 'string') return `nothing answers at ${address.origin}: ${response}`;
  const { statusCode, body } = response;
  const answer: unknown = await body.json().catch(() => null);
  if (statusCode === 401) {
    throw new Failure(`the service at ${address.origin} wants a token: set serve.token or SKEWLESS_TOKEN`);
  }
  if (statusCode === 200 && isStatus(answer)) return answer;
  throw new Failure(
    `what answers at ${address.origin} is no skewless service of this version (HTTP ${statusCode} for /status)`,
  );
}

function isStatus(body: unknown): body is ServiceStatus {
  return typeof body === 'object' && body !== null && (body as Partial<ServiceStatus>).service === 'skewless';
}

function reasonOf(error: Error & { readonly code?: string }): string {
  if (error.code === 'ECONNREFUSED') return 'the connection is refused; is the service running?';
  if (error.code === 'UND_ERR_HEADERS_TIMEOUT') return `no answer in ${PATIENCE / 1000} s`;
  return error.message;
}
