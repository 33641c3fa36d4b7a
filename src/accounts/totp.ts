import { timingSafeEqual } from 'node:crypto';
import { HOTP, Secret, TOTP } from 'otpauth';
import type { Random } from '../engine/ports.ts';

/** What every authenticator app understands (RFC 6238 with its defaults). */
const form = { algorithm: 'SHA1', digits: 6 } as const;
const periodSeconds = 30;
/** 160 bits, the length of SHA-1's output (RFC 4226, 4, R6). */
const keyBytes = 20;
/** A code with a space between all its digits; longer texts are not looked at. */
const longestCode = 16;

/** A new key of 160 bits in base32: a secret, to be sealed before it is stored. */
export function newTotpKey(random: Random): string {
  return new Secret({ buffer: random.bytes(keyBytes).slice().buffer }).base32;
}

/** The key as an `otpauth:` address for a QR code: a secret. */
export function totpUri(enrolment: {
  readonly key: string;
  readonly email: string;
  readonly issuer: string;
}): string {
  const { key, email } = enrolment;
  // Apps read a label up to its first colon as the issuer.
  const issuer = enrolment.issuer.replaceAll(':', '');
  return new TOTP({ ...form, period: periodSeconds, secret: key, label: email, issuer }).toString();
}

/**
 * The time step a code belongs to: the current one or the one before, for slow typing (RFC 6238, 5.2); null for any
 * other. The code is as received: anything but six ASCII digits, plain spaces aside, is null. Whoever accepts a step
 * must record it in the same transaction, for a code works once. Both steps are always computed and compared.
 */
export function matchTotpStep(attempt: {
  readonly key: string;
  readonly code: unknown;
  /** Epoch milliseconds of the server. */
  readonly now: number;
}): number | null {
  const code = codeOf(attempt.code);
  if (code === null) return null;
  const secret = Secret.fromBase32(attempt.key);
  const current = Math.max(0, Math.floor(attempt.now / (periodSeconds * 1000)));
  const earlier = Math.max(0, current - 1);
  const isCurrent = isCodeOf(secret, current, code);
  const isEarlier = isCodeOf(secret, earlier, code);
  if (isCurrent) return current;
  return isEarlier ? earlier : null;
}

function codeOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > longestCode) return null;
  const code = value.replaceAll(' ', '');
  return /^[0-9]{6}$/.test(code) ? code : null;
}

function isCodeOf(secret: Secret, step: number, code: string): boolean {
  const right = HOTP.generate({ ...form, secret, counter: step });
  return timingSafeEqual(Buffer.from(right), Buffer.from(code));
}
