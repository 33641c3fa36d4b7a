import { z } from '@hono/zod-openapi';
import { historyTypes } from '../engine/events.ts';
import { terminationReasons } from '../engine/session.ts';

/** The shapes that travel: they validate requests, type the client and make the OpenAPI document. */

const instant = z.iso
  .datetime()
  .openapi({ description: 'ISO 8601, UTC', example: '2026-11-23T13:06:00.000Z' });

export const placeWire = z
  .object({
    country: z.string(),
    countryName: z.string(),
    region: z.string().nullable(),
    city: z.string().nullable(),
    network: z.string().nullable(),
  })
  .openapi('Place');
/** A union, so that the OpenAPI document keeps null out of the component. */
const placeOrNull = z.union([placeWire, z.null()]);

export const deviceWire = z
  .object({
    id: z.string(),
    label: z.string().nullable().openapi({ description: 'The name the owner gave, if any' }),
    name: z.string().openapi({ example: 'Chrome on Windows' }),
    kind: z.enum(['browser', 'mobile-app', 'desktop-app', 'cli', 'api', 'unknown']),
    browser: z.object({ name: z.string(), version: z.string().nullable() }).nullable(),
    os: z.object({ name: z.string(), version: z.string().nullable() }).nullable(),
    vendor: z.string().nullable(),
    model: z.string().nullable(),
    formFactor: z.enum(['desktop', 'phone', 'tablet', 'tv', 'bot', 'unknown']),
  })
  .openapi('Device');

export const sessionWire = z
  .object({
    id: z.string().openapi({ description: 'Public and safe to log; it authenticates nothing' }),
    current: z.boolean(),
    state: z.literal('active'),
    device: deviceWire,
    userAgent: z.string().nullable().openapi({ description: 'As sent at sign-in, at most 512 characters' }),
    ip: z.string().nullable(),
    place: placeOrNull,
    establishedAt: instant,
    authenticatedAt: instant,
    lastActiveAt: instant,
    expiresAt: instant.openapi({ description: 'The earlier of the inactivity and the absolute timeout' }),
    methods: z.array(z.enum(['pwd', 'otp', 'recovery'])),
    assurance: z.enum(['aal1', 'aal2', 'aal3']),
    persistence: z.enum(['browser', 'persistent']),
  })
  .openapi('Session');

export const userWire = z
  .object({ id: z.string(), email: z.string(), name: z.string().nullable() })
  .openapi('User');

export const terminationReason = z.enum(terminationReasons);

const password = z.string().max(4096);
const email = z.string().min(3).max(254);
const tokenDelivery = z.enum(['cookie', 'body']).default('cookie');

export const signUpRequest = z
  .strictObject({ email, password, name: z.string().trim().min(1).max(100).optional() })
  .openapi('SignUpRequest');
export const signUpAnswer = z.object({ user: userWire, session: sessionWire }).openapi('SignUpAnswer');

export const signInRequest = z
  .strictObject({ email, password, keepSignedIn: z.boolean().default(false), tokenDelivery })
  .openapi('SignInRequest');

export const signedInAnswer = z
  .object({
    status: z.literal('signed-in'),
    user: userWire,
    session: sessionWire,
    token: z.string().optional(),
  })
  .openapi('SignedInAnswer');

export const secondFactorRequiredAnswer = z
  .object({
    status: z.literal('second-factor-required'),
    methods: z.array(z.enum(['totp', 'recovery-code', 'passkey'])),
    expiresAt: instant,
    pendingToken: z
      .string()
      .optional()
      .openapi({ description: 'Only with tokenDelivery "body": the bearer token of the second step' }),
  })
  .openapi('SecondFactorRequiredAnswer');

export const signInAnswer = z
  .discriminatedUnion('status', [signedInAnswer, secondFactorRequiredAnswer])
  .openapi('SignInAnswer');

const code = z.string().min(1).max(64);
export const secondFactorRequest = z
  .strictObject({ method: z.enum(['totp', 'recovery-code']), code })
  .openapi('SecondFactorRequest');

export const currentSessionAnswer = z
  .object({ user: userWire, session: sessionWire })
  .openapi('CurrentSessionAnswer');
export const sessionListAnswer = z
  .object({ sessions: z.array(sessionWire), asOf: instant })
  .openapi('SessionListAnswer');
export const revokedAnswer = z.object({ revoked: z.int().min(0) }).openapi('RevokedAnswer');

export const labelRequest = z.strictObject({ label: z.string().max(240).nullable() }).openapi('LabelRequest');
export const labelAnswer = z.object({ id: z.string(), label: z.string().nullable() }).openapi('LabelAnswer');

export const historyEventWire = z
  .object({
    id: z.string(),
    type: z.enum(historyTypes),
    at: instant,
    sessionId: z.string().nullable(),
    deviceName: z
      .string()
      .nullable()
      .openapi({ description: 'Of the session, or of the client that tried to sign in' }),
    formFactor: z.string().nullable(),
    kind: z.string().nullable(),
    ip: z.string().nullable(),
    place: placeOrNull,
    methods: z.array(z.string()),
    reason: terminationReason.nullable().openapi({ description: 'Why a session ended' }),
    actor: z
      .object({
        kind: z.enum(['user', 'operator', 'system']),
        sessionId: z.string().nullable(),
        deviceName: z.string().nullable(),
      })
      .openapi({ description: 'Who caused it, and from which device' }),
  })
  .openapi('HistoryEvent');

export const historyAnswer = z
  .object({ events: z.array(historyEventWire), next: z.string().nullable() })
  .openapi('HistoryAnswer');

export const stepUpRequest = z
  .union([z.strictObject({ password }), z.strictObject({ method: z.enum(['totp', 'recovery-code']), code })])
  .openapi('StepUpRequest');
export const stepUpAnswer = z
  .object({ session: sessionWire, token: z.string().optional() })
  .openapi('StepUpAnswer');

export const passwordRequest = z
  .strictObject({ currentPassword: password, newPassword: password, revokeOthers: z.boolean().default(true) })
  .openapi('PasswordRequest');
export const passwordAnswer = z
  .object({ revoked: z.int().min(0), token: z.string().optional() })
  .openapi('PasswordAnswer');

export const assessRequest = z
  .strictObject({ password, email: z.string().max(254).optional() })
  .openapi('AssessRequest');
export const assessAnswer = z
  .object({
    score: z.int().min(0).max(4).openapi({ description: '0 guessed at once, 4 very hard to guess' }),
    refusal: z
      .object({
        code: z.enum([
          'password_too_short',
          'password_too_long',
          'password_common',
          'password_contains_email',
        ]),
        detail: z.string(),
      })
      .nullable(),
    minimumLength: z.int(),
  })
  .openapi('AssessAnswer');
export const passphraseAnswer = z.object({ passphrase: z.string() }).openapi('PassphraseAnswer');

export const totpAnswer = z
  .object({
    secret: z.string(),
    uri: z.string(),
    qr: z.string().openapi({ description: 'An SVG image as a data: URL' }),
  })
  .openapi('TotpAnswer');
export const totpConfirmRequest = z.strictObject({ code }).openapi('TotpConfirmRequest');
export const recoveryCodesAnswer = z
  .object({ recoveryCodes: z.array(z.string()), revoked: z.int().min(0), token: z.string().optional() })
  .openapi('RecoveryCodesAnswer');

export const accountAnswer = z
  .object({
    user: userWire,
    twoFactor: z.object({
      totp: z.boolean(),
      passkeys: z.int(),
      recoveryCodesLeft: z.int(),
      enabledAt: instant.nullable(),
    }),
    passwordChangedAt: instant,
  })
  .openapi('AccountAnswer');

export const problemWire = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().optional(),
    remedy: z.string(),
    requestId: z.string(),
    fields: z.array(z.object({ field: z.string(), problem: z.string() })).optional(),
    methods: z
      .array(z.enum(['password', 'totp', 'recovery-code']))
      .optional()
      .openapi({ description: 'With step_up_required: the proofs that will do' }),
  })
  .openapi('Problem');

/** What `GET /api/stream` sends; the event's name is the key. */
export const streamWire = {
  ready: z.object({ asOf: instant }),
  'session.established': z.object({ session: sessionWire }),
  'session.updated': z.object({ session: sessionWire }),
  'session.terminated': z.object({
    id: z.string(),
    reason: terminationReason,
    at: instant,
    by: z.object({ deviceName: z.string().nullable(), current: z.boolean() }).nullable(),
  }),
  'signed-out': z.object({
    at: instant,
    reason: terminationReason,
    by: z.object({ deviceName: z.string().nullable() }).nullable(),
  }),
} as const;

export type SessionWire = z.infer<typeof sessionWire>;
export type DeviceWire = z.infer<typeof deviceWire>;
export type PlaceWire = z.infer<typeof placeWire>;
export type UserWire = z.infer<typeof userWire>;
export type TerminationReasonWire = z.infer<typeof terminationReason>;
export type SignUpRequest = z.input<typeof signUpRequest>;
export type SignUpAnswer = z.infer<typeof signUpAnswer>;
export type SignInRequest = z.input<typeof signInRequest>;
export type SignInAnswer = z.infer<typeof signInAnswer>;
export type SignedInAnswer = z.infer<typeof signedInAnswer>;
export type SecondFactorRequiredAnswer = z.infer<typeof secondFactorRequiredAnswer>;
export type SecondFactorRequest = z.infer<typeof secondFactorRequest>;
export type CurrentSessionAnswer = z.infer<typeof currentSessionAnswer>;
export type SessionListAnswer = z.infer<typeof sessionListAnswer>;
export type RevokedAnswer = z.infer<typeof revokedAnswer>;
export type LabelAnswer = z.infer<typeof labelAnswer>;
export type HistoryEventWire = z.infer<typeof historyEventWire>;
export type HistoryAnswer = z.infer<typeof historyAnswer>;
export type StepUpRequest = z.infer<typeof stepUpRequest>;
export type StepUpAnswer = z.infer<typeof stepUpAnswer>;
export type PasswordRequest = z.input<typeof passwordRequest>;
export type PasswordAnswer = z.infer<typeof passwordAnswer>;
export type AssessRequest = z.infer<typeof assessRequest>;
export type AssessAnswer = z.infer<typeof assessAnswer>;
export type PassphraseAnswer = z.infer<typeof passphraseAnswer>;
export type TotpAnswer = z.infer<typeof totpAnswer>;
export type RecoveryCodesAnswer = z.infer<typeof recoveryCodesAnswer>;
export type AccountAnswer = z.infer<typeof accountAnswer>;
export type ProblemWire = z.infer<typeof problemWire>;
export type StreamEvents = { [Name in keyof typeof streamWire]: z.infer<(typeof streamWire)[Name]> };
