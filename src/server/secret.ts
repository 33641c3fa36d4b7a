import { hkdfSync } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Random } from '../engine/ports.ts';
import { RollcallError } from '../errors.ts';

/** The instance secret: 32 bytes outside the database. Keys for single purposes are derived from it. */
export interface InstanceSecret {
  /** A 32-byte key for one purpose (HKDF, RFC 5869); the same purpose always gives the same key. */
  keyFor(purpose: string): Uint8Array<ArrayBuffer>;
}

/** Different values among 32 random bytes: in all likelihood 24 or more. Fewer than this were typed by someone. */
const fewestValues = 16;
/** Permission bits of everyone but owner and group; a group may be how an operator hands the secret over. */
const anyoneElse = 0o007;

/** Reads the secret file, or makes it with mode 600 on the first start. Throws `invalid_setting` for one that is not ours or readable by others. */
export async function loadSecret(path: string, random: Random): Promise<InstanceSecret> {
  const secret = (await readSecret(path)) ?? (await createSecret(path, random)) ?? (await readSecret(path));
  if (secret === null) throw cannotBeMade(path);
  return {
    keyFor: (purpose) =>
      new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), `rollcall ${purpose}`, 32)),
  };
}

async function readSecret(path: string): Promise<Uint8Array | null> {
  let content: string;
  let mode: number;
  try {
    content = await readFile(path, 'utf8');
    mode = (await stat(path)).mode;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw new RollcallError('invalid_setting', {
      detail: `ROLLCALL_SECRET_FILE: ${path} can't be read.`,
      cause: error,
    });
  }
  if ((mode & anyoneElse) !== 0 && process.platform !== 'win32') {
    throw new RollcallError('invalid_setting', {
      detail: `ROLLCALL_SECRET_FILE: everyone on this machine can read ${path}; make it mode 600.`,
    });
  }
  const secret = Buffer.from(content.trim(), 'base64url');
  if (secret.length === 32 && new Set(secret).size >= fewestValues) return secret;
  throw new RollcallError('invalid_setting', {
    detail: `ROLLCALL_SECRET_FILE: ${path} does not hold a Rollcall secret (32 random bytes in base64url).`,
  });
}

/** Null when another process made one meanwhile: what has the name is whole, so that many may start at once. */
async function createSecret(path: string, random: Random): Promise<Uint8Array | null> {
  const secret = random.bytes(32);
  const draft = `${path}.${Buffer.from(random.bytes(8)).toString('hex')}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(draft, 'wx', 0o600);
    await file.chmod(0o600);
    await file.writeFile(`${Buffer.from(secret).toString('base64url')}\n`);
    await file.sync();
    await file.close();
    await link(draft, path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return null;
    throw cannotBeMade(path, error);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
  return secret;
}

function cannotBeMade(path: string, cause?: unknown): RollcallError {
  return new RollcallError('invalid_setting', {
    detail: `ROLLCALL_SECRET_FILE: ${path} can't be made.`,
    cause,
  });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
