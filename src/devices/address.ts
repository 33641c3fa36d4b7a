import ipaddr from 'ipaddr.js';
import { RollcallError } from '../errors.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A network in CIDR form: the first address and the number of fixed bits. */
export type Network = readonly [first: Address, bits: number];

/** Longest `X-Forwarded-For` or `Forwarded` that is read, in characters; the right-hand end, which is ours, is kept. */
const maxForwardedLength = 4096;

/**
 * Reads the list of trusted proxies: addresses and networks (`10.0.0.0/8`) with commas or spaces between. Empty text
 * trusts nobody, which is the default.
 * @throws RollcallError `invalid_setting` for an entry that is neither, and for one that trusts everybody.
 */
export function parseTrustedProxies(text: string): readonly Network[] {
  return text
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map(parseNetwork);
}

function parseNetwork(entry: string): Network {
  const [host, length, ...rest] = entry.split('/');
  const address = parseAddress(host ?? '');
  if (address === null || rest.length > 0 || /[[\]%]|\.\d+:/.test(entry)) throw notAProxy(entry);
  const isMapped = address.kind() === 'ipv4' && host?.includes(':') === true;
  const width = address.kind() === 'ipv4' ? 32 : 128;
  if (length === undefined) return [address, width];
  if (isMapped || !/^\d{1,3}$/.test(length) || Number(length) > width) throw notAProxy(entry);
  if (Number(length) === 0)
    throw invalidProxies(`${quoted(entry)} would trust every address; list the proxies themselves.`);
  return [address, Number(length)];
}

function notAProxy(entry: string): RollcallError {
  return invalidProxies(`${quoted(entry)} is neither an IP address nor a network such as 10.0.0.0/8.`);
}

function invalidProxies(sentence: string): RollcallError {
  return new RollcallError('invalid_setting', { detail: `ROLLCALL_TRUSTED_PROXIES: ${sentence}` });
}

function quoted(entry: string): string {
  return JSON.stringify(entry.slice(0, 64));
}

/** What is known of where a request comes from. */
export interface AddressEvidence {
  /** The address of the socket. */
  readonly peer: string | null;
  /** `X-Forwarded-For`, all its lines joined by commas. */
  readonly forwardedFor: string | null;
  /** `Forwarded` (RFC 7239), all its lines joined by commas. Read only where there is no `X-Forwarded-For`. */
  readonly forwarded: string | null;
  /** From {@link parseTrustedProxies}. */
  readonly trusted: readonly Network[];
}

/**
 * The address of the client in canonical form: the right-most hop that is no trusted proxy, starting from the socket.
 * Where a header cannot be read in full up to that hop, or names trusted proxies alone, nothing in it is believed
 * and it is the socket's address. Null only when the socket's address is not known either.
 */
export function clientAddress(evidence: AddressEvidence): string | null {
  const peer = parseAddress(evidence.peer ?? '');
  if (peer === null) return null;
  if (!isTrusted(peer, evidence.trusted)) return print(peer);
  for (const hop of hopsFromTheRight(evidence)) {
    const address = parseAddress(hop);
    if (address === null) break;
    if (!isTrusted(address, evidence.trusted)) return print(address);
  }
  return print(peer);
}

function isTrusted(address: Address, trusted: readonly Network[]): boolean {
  return trusted.some(([first, bits]) => first.kind() === address.kind() && matches(address, first, bits));
}

function matches(address: Address, first: Address, bits: number): boolean {
  if (address instanceof ipaddr.IPv4) return first instanceof ipaddr.IPv4 && address.match(first, bits);
  return first instanceof ipaddr.IPv6 && address.match(first, bits);
}

function hopsFromTheRight({ forwardedFor, forwarded }: AddressEvidence): string[] {
  const isOlder = forwardedFor !== null && forwardedFor.trim() !== '';
  const text = isOlder ? forwardedFor : (forwarded ?? '');
  const hops = text
    .slice(-maxForwardedLength)
    .split(',')
    .map((hop) => hop.trim());
  if (text.length > maxForwardedLength) hops.shift();
  return (isOlder ? hops : hops.map(forParameter)).reverse();
}

/** The `for` parameter of one element of `Forwarded`; empty when there is none. */
function forParameter(element: string): string {
  const parameters = element.split(';').map((parameter) => parameter.trim());
  const value =
    parameters
      .find((parameter) => /^for=/i.test(parameter))
      ?.slice(4)
      .trim() ?? '';
  return value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value;
}

/**
 * An address in canonical text: IPv6 shortest form (RFC 5952), IPv4 inside IPv6 (`::ffff:192.0.2.1`) as IPv4, no zone,
 * port or brackets. Null when it is no address: names, and IPv4 in short, octal or hexadecimal form.
 */
export function canonicalAddress(text: string): string | null {
  const address = parseAddress(text);
  return address === null ? null : print(address);
}

/** The network an address is throttled and compared by: the /32 of an IPv4, the /64 of an IPv6; null if it is none. */
export function networkOf(text: string): string | null {
  const address = parseAddress(text);
  if (address === null) return null;
  if (address instanceof ipaddr.IPv4) return `${print(address)}/32`;
  return `${print(new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0]))}/64`;
}

function print(address: Address): string {
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}

/** IPv4 in four decimal parts, each without a leading zero. */
const fourParts = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

function parseAddress(text: string): Address | null {
  const bare = withoutPort(text.trim());
  if (bare.length > 64) return null;
  if (fourParts.test(bare)) return ipaddr.IPv4.parse(bare);
  const [host = ''] = bare.split('%');
  if (!/^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(host) || !isDottedTailPlain(host) || !ipaddr.IPv6.isValid(host))
    return null;
  const address = ipaddr.IPv6.parse(host);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** `[::1]:443`, `[::1]` and `192.0.2.1:443` without brackets and port. A bare IPv6 has many colons and no port. */
function withoutPort(text: string): string {
  const bracketed = /^\[([^[\]]*)\](?::\d{1,5})?$/.exec(text);
  if (bracketed) return (bracketed[1] ?? '').includes(':') ? (bracketed[1] ?? '') : '';
  return text.replace(/^([\d.]+):\d{1,5}$/, '$1');
}

function isDottedTailPlain(host: string): boolean {
  return !host.includes('.') || fourParts.test(host.slice(host.lastIndexOf(':') + 1));
}

/** What an address is good for. Only a `public` one has a place; the others must not be looked up. */
export type AddressKind = 'this-machine' | 'local-network' | 'shared-network' | 'reserved' | 'public';

/** Ranges by kind (IANA special-purpose registries; RFC 6598 for the shared one). The first that matches wins. */
const ranges: readonly (readonly [kind: AddressKind, networks: string])[] = [
  ['this-machine', '127.0.0.0/8 ::1/128'],
  ['local-network', '10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 fc00::/7 fe80::/10'],
  ['shared-network', '100.64.0.0/10'],
  [
    'reserved',
    `0.0.0.0/8 192.0.0.0/24 192.0.2.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
     ::/128 2001:db8::/32 3fff::/20 2001::/32 ff00::/8`,
  ],
];

const special = ranges.map(([kind, networks]) => [kind, parseTrustedProxies(networks)] as const);

/**
 * The kind of an address; null if it is none. An IPv4 inside IPv6 (mapped, NAT64 `64:ff9b::/96`, 6to4 `2002::/16`) is
 * judged as that IPv4.
 */
export function addressKind(text: string): AddressKind | null {
  const parsed = parseAddress(text);
  if (parsed === null) return null;
  const address = unwrapped(parsed);
  return special.find(([, networks]) => isTrusted(address, networks))?.[0] ?? 'public';
}

function unwrapped(address: Address): Address {
  if (address instanceof ipaddr.IPv4) return address;
  const bytes = address.toByteArray();
  const prefix = address.parts
    .slice(0, 6)
    .map((part) => part.toString(16))
    .join(':');
  if (prefix === '64:ff9b:0:0:0:0') return new ipaddr.IPv4(bytes.slice(12));
  if (prefix.startsWith('2002:')) return new ipaddr.IPv4(bytes.slice(2, 6));
  return address;
}
