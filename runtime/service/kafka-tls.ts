// Control path: what the configuration says of TLS, as Node takes it.
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { ConnectionOptions, SecureContextOptions } from 'node:tls';
import { isPem } from '../config/leaves.ts';
import type { TlsSettings } from '../config/settings.ts';
import { SourceError } from '../sources/source.ts';

/**
 * Reads the files, and looks whether what they hold can be used. Otherwise the first connection would: brokers would
 * seem to be away, and of a `ca` without a certificate Node says nothing at all.
 * @throws SourceError that names the key
 */
export async function tlsOf(settings: TlsSettings): Promise<ConnectionOptions> {
  const { ca, cert, key, passphrase, servername, ciphers, rejectUnauthorized, minVersion } = settings;
  const authorities = ca && (await Promise.all(ca.map(each => contentOf('ca', each))));
  const own = cert === null ? null : await contentOf('cert', cert);
  const ownKey = key === null ? null : await contentOf('key', key);
  for (const each of authorities ?? [])
    check('ca', 'there is no certificate in PEM in it', () => new X509Certificate(each));

  const opened: SecureContextOptions = {
    ...(ownKey === null ? {} : { key: ownKey }),
    ...(passphrase === null ? {} : { passphrase }),
  };
  const shown: SecureContextOptions = own === null ? {} : { cert: own };
  const spoken: SecureContextOptions = { minVersion, ...(ciphers === null ? {} : { ciphers }) };
  const isTaken = (options: SecureContextOptions) => () => createSecureContext(options);
  check('cert', 'there is no certificate in PEM in it', isTaken(shown));
  check(
    'key',
    'there is no private key in PEM in it, or kafka.ssl.passphrase is not what opens it',
    isTaken(opened),
  );
  check('key', 'it is not the key of kafka.ssl.cert', isTaken({ ...shown, ...opened }));
  check('ciphers', 'they are none that OpenSSL knows', isTaken(spoken));
  return {
    ...{ ...shown, ...opened, ...spoken, rejectUnauthorized },
    ...(authorities === null ? {} : { ca: authorities }),
    ...(servername === null ? {} : { servername }),
  };
}

async function contentOf(name: string, pem: string): Promise<string> {
  if (isPem(pem)) return pem;
  try {
    return await readFile(pem, 'utf8');
  } catch (error) {
    throw new SourceError(`kafka.ssl.${name}: ${String(error)}`, { cause: error });
  }
}

function check(name: string, wrong: string, use: () => unknown): void {
  try {
    use();
  } catch (error) {
    throw new SourceError(`kafka.ssl.${name}: ${wrong} (${String(error)})`, { cause: error });
  }
}
