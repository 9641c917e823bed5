import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { issueToken, type NewToken, readToken } from '../../../engine/security/token.ts';

const secret = randomBytes(32);
const nowMs = 1_800_000_000_000;
const wanted: NewToken = { purpose: 'access', role: 'admin', key: 'abcdefgh', line: 'line', lifeSeconds: 900 };
const { token, claims } = issueToken(secret, wanted, nowMs);
const [head = '', payload = '', signature = ''] = token.split('.');

const read = (text: string, atMs = nowMs) => readToken(secret, text, 'access', atMs);
const encode = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
/** Signed as ours are, whatever it says. */
const signed = (header: unknown, body: unknown, key: Uint8Array | string = secret) => {
  const text = `${encode(header)}.${encode(body)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
};
const ours = { alg: 'HS256', typ: 'JWT' };

test('our own token is read, with all that it says', () => {
  expect(read(token)).toEqual(claims);
  expect(read(signed(ours, claims))).toEqual(claims);
  expect(claims).toMatchObject({ iss: 'recsmith', aud: 'recsmith-api', iat: 1_800_000_000, exp: 1_800_000_900, role: 'admin' });
});

describe('refused', () => {
  test.each<[string, () => string]>([
    ['alg none, without a signature', () => `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`],
    ['alg none, with the right signature', () => signed({ alg: 'none', typ: 'JWT' }, claims)],
    ['alg nOnE', () => `${encode({ alg: 'nOnE', typ: 'JWT' })}.${payload}.${signature}`],
    ['RS256, signed with our secret', () => signed({ alg: 'RS256', typ: 'JWT' }, claims)],
    ['HS384 in the header', () => signed({ alg: 'HS384', typ: 'JWT' }, claims)],
    ['HS512, signed so', () => `${head}.${payload}.${createHmac('sha512', secret).update(`${head}.${payload}`).digest('base64url')}`],
    ['the same header in another order', () => signed({ typ: 'JWT', alg: 'HS256' }, claims)],
    ['an empty key', () => signed(ours, claims, '')],
    ['a key of zeros', () => signed(ours, claims, Buffer.alloc(32))],
    ['the secret as text', () => signed(ours, claims, secret.toString('base64url'))],
    ['kid that names a file', () => signed({ ...ours, kid: '../../../dev/null' }, claims, '')],
    ['kid, rightly signed', () => signed({ ...ours, kid: '1' }, claims)],
    ['jwk in the header', () => signed({ ...ours, jwk: { kty: 'oct', k: encode('x') } }, claims, 'x')],
    ['jku in the header', () => signed({ ...ours, jku: 'https://evil.example/keys' }, claims)],
    ['crit in the header', () => signed({ ...ours, crit: ['exp'] }, claims)],
    ['no signature', () => `${head}.${payload}`],
    ['an empty signature', () => `${head}.${payload}.`],
    ['a fourth part', () => `${token}.${signature}`],
    ['padding', () => `${token}=`],
    ['white space', () => ` ${token}`],
    ['another issuer', () => signed(ours, { ...claims, iss: 'evil' })],
    ['another audience', () => signed(ours, { ...claims, aud: 'recsmith-other' })],
    ['a list of audiences', () => signed(ours, { ...claims, aud: ['recsmith-api'] })],
    ['a refresh token', () => issueToken(secret, { ...wanted, purpose: 'refresh' }, nowMs).token],
    ['no expiry', () => signed(ours, { ...claims, exp: undefined })],
    ['an expiry that is text', () => signed(ours, { ...claims, exp: '9999999999' })],
    ['an expiry beyond numbers', () => signed(ours, JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e999'))],
    ['an unknown role', () => signed(ours, { ...claims, role: 'root' })],
    ['a claim more', () => signed(ours, { ...claims, admin: true })],
    ['no jti', () => signed(ours, { ...claims, jti: undefined })],
    ['10 KB', () => signed(ours, { ...claims, key: 'x'.repeat(10_000) })],
    ['no JSON', () => signed(ours, 'x')],
    ['nothing', () => ''],
    ['dots', () => '..'],
  ])('%s', (_name, make) => {
    expect(read(make())).toBeNull();
  });

  test('a token of another installation', () => {
    expect(readToken(randomBytes(32), token, 'access', nowMs)).toBeNull();
  });

  test('expired, or not yet good, by more than 60 s of skew', () => {
    const at = (seconds: number) => read(token, nowMs + seconds * 1000);
    expect(at(900 + 59)).not.toBeNull();
    expect(at(900 + 61)).toBeNull();
    expect(at(-59)).not.toBeNull();
    expect(at(-61)).toBeNull();
    expect(read(signed(ours, { ...claims, nbf: claims.nbf + 61 }))).toBeNull();
  });

  test('any one of its bits flipped, in every place, and 10,000 times several', () => {
    const bytes = Buffer.from(token);
    const flipped = (places: number[]) => {
      const copy = Buffer.from(bytes);
      for (const place of places) copy[place >> 3] = (copy[place >> 3] as number) ^ (1 << (place & 7));
      return copy;
    };
    const bits = bytes.length * 8;
    let looked = 0;
    for (let place = 0; place < bits; place++) {
      for (const encoding of ['latin1', 'utf8'] as const) expect(read(flipped([place]).toString(encoding))).toBeNull();
      looked += 1;
    }
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bits - 1), { minLength: 1, maxLength: 8 }), (places) => {
        looked += 1;
        return read(flipped(places).toString('latin1')) === null;
      }),
      { numRuns: 10_000 },
    );
    expect(looked).toBeGreaterThan(12_000);
  });

  test('another spelling of the same signature', () => {
    // The last letter of 43 carries four bits of the signature and two that say nothing.
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = letters.indexOf(token.at(-1) as string);
    const spelled = `${token.slice(0, -1)}${letters[last ^ 1]}`;
    expect(Buffer.from(spelled.split('.')[2] as string, 'base64url')).toEqual(Buffer.from(signature, 'base64url'));
    expect(read(spelled)).toBeNull();
  });
});
