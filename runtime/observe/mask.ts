/** What stands in place of a secret. */
export const MASK = '***';

/** A text without the passwords of the URLs in it: `postgres://user:***@host/database`. */
export function withoutPasswords(text: string): string {
  return text
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*):[^\s/?#]*@/gi, `$1:${MASK}@`)
    .replace(/([?&](?:password|passwd|token|secret|sslpassword)=)[^&\s]*/gi, `$1${MASK}`);
}
