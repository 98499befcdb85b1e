import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { bits, context, integer, object, octets, sequence, set, TRUE, utcTime, utf8 } from './der.ts';

/** A certificate and its private key, in PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

export interface Issuing {
  /** The common name; in Kafka the user, `User:CN=<name>`, of who shows the certificate. */
  readonly name: string;
  /** IPv4 addresses that the holder is reached at. */
  readonly addresses?: readonly string[];
  /** From a day before to a day after now, unless told. */
  readonly valid?: { readonly from: Date; readonly to: Date };
}

/** Of no use but to tests: it signs whatever it is asked to. */
export interface Authority {
  /** Its own certificate, signed by itself. */
  readonly cert: string;
  issue(to: Issuing): Certified;
}

const DAY = 86_400_000;
const ECDSA_WITH_SHA256 = sequence(object('1.2.840.10045.4.3.2'));

/** Makes X.509 certificates, which Node reads and does not write, so that tests need neither openssl nor keytool. */
export function authority(name: string): Authority {
  const { publicKey, privateKey } = keyPair();
  const make = (to: Issuing, holder: KeyObject, extensions: readonly Buffer[]): string =>
    certificate({ issuer: name, to, holder, signer: privateKey, extensions });
  return {
    cert: make({ name }, publicKey, [extension('2.5.29.19', sequence(TRUE), true)]),
    issue(to) {
      const pair = keyPair();
      const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
      return { cert: make(to, pair.publicKey, alternativeNames(to)), key };
    },
  };
}

function keyPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

interface Parts {
  readonly issuer: string;
  readonly to: Issuing;
  readonly holder: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
}

/** RFC 5280, §4.1. */
function certificate({ issuer, to, holder, signer, extensions }: Parts): string {
  const now = Date.now();
  const { from, to: until } = to.valid ?? { from: new Date(now - DAY), to: new Date(now + DAY) };
  const signed = sequence(
    context(0, integer(2)),
    // Positive, and new each time.
    integer(randomBytes(6).readUIntBE(0, 6)),
    ECDSA_WITH_SHA256,
    commonName(issuer),
    sequence(utcTime(from), utcTime(until)),
    commonName(to.name),
    holder.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [context(3, sequence(...extensions))]),
  );
  const whole = sequence(signed, ECDSA_WITH_SHA256, bits(sign('sha256', signed, signer)));
  const lines = whole.toString('base64').match(/.{1,64}/g)!;
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function commonName(name: string): Buffer {
  return sequence(set(sequence(object('2.5.4.3'), utf8(name))));
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return sequence(object(id), ...(isCritical ? [TRUE] : []), octets(value));
}

function alternativeNames({ addresses = [] }: Issuing): Buffer[] {
  if (addresses.length === 0) return [];
  const names = addresses.map(address => context(7, Buffer.from(address.split('.').map(Number)), false));
  return [extension('2.5.29.17', sequence(...names))];
}
