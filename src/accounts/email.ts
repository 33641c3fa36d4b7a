/** RFC 5321, 4.5.3.1: octets of the local part, the domain and the whole address. */
const longestLocal = 64;
const longestDomain = 253;
const longestAddress = 254;
/** UTF-16 units; longer texts are not looked at. */
const longestTyped = 1024;

/** Controls, formats (bidirectional marks among them), private and unassigned characters, and what shows as nothing. */
const invisible = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
const outerSpace = /^\p{Zs}+|\p{Zs}+$/gu;
/** RFC 5321 dot-string with the letters of RFC 6531; no quoted form, no comment. */
const localForm =
  /^(?!\p{M})[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.(?!\p{M})[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const domainCharacters = /^[\p{L}\p{M}\p{N}.-]+$/u;
const domainForm = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export interface EmailAddress {
  /** As typed, NFC, trimmed: where mail goes. */
  readonly email: string;
  /** The one form accounts are told apart by: local part in lower case, domain in ASCII. Look-alikes stay apart. */
  readonly canonicalEmail: string;
}

/**
 * Reads an e-mail address as received; null for anything but one plain address: no list, no display name, no quoted
 * local part, no address literal, nothing invisible. Its domain is read as browsers read it (WHATWG URL, with IDN).
 */
export function canonicalEmail(text: unknown): EmailAddress | null {
  if (typeof text !== 'string' || text.length > longestTyped || !text.isWellFormed()) return null;
  const email = text.normalize('NFC').replace(outerSpace, '');
  if (invisible.test(email)) return null;
  const [local, typedDomain, ...more] = email.split('@');
  if (local === undefined || typedDomain === undefined || more.length > 0) return null;
  const domain = asciiDomain(typedDomain);
  if (domain === null || !localForm.test(local) || octets(local) > longestLocal) return null;
  const isShortEnough = octets(email) <= longestAddress && octets(`${local}@${domain}`) <= longestAddress;
  return isShortEnough ? { email, canonicalEmail: `${foldCase(local)}@${domain}` } : null;
}

function asciiDomain(typed: string): string | null {
  if (!domainCharacters.test(typed)) return null;
  const domain = URL.parse(`http://${typed}/`)?.hostname ?? '';
  // The parser reads a last label of digits as an address.
  const isAddress = /(?:^|\.)[0-9]+$/.test(domain);
  return domain.length <= longestDomain && domainForm.test(domain) && !isAddress ? domain : null;
}

/**
 * Simple case folding, letter by letter, so that a letter's neighbours don't matter (final sigma). Unlike comparing in
 * upper case it keeps dotless i from i, and sharp s from ss.
 */
function foldCase(text: string): string {
  let folded = '';
  for (const letter of text) folded += letter.toLowerCase();
  return folded.replaceAll('ς', 'σ').normalize('NFC');
}

function octets(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
