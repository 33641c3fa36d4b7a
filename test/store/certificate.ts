import { generateKeyPairSync, sign } from 'node:crypto';

/** A certificate that vouches for itself, with its key, both in PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

const sequence = 0x30;
const set = 0x31;
const integer = 0x02;
const bitString = 0x03;
const octetString = 0x04;
const objectId = 0x06;
const utf8String = 0x0c;
const utcTime = 0x17;
const explicit0 = 0xa0;
const explicit3 = 0xa3;
/** GeneralName of an address (RFC 5280, 4.2.1.6). */
const addressName = 0x87;

const ecdsaWithSha256 = der(sequence, der(objectId, Buffer.from('2a8648ce3d040302', 'hex')));
const commonName = der(objectId, Buffer.from('550403', 'hex'));
const subjectAltName = der(objectId, Buffer.from('551d11', 'hex'));

/** Makes a certificate for an IPv4 address (RFC 5280, 4.1), good until 2049. */
export function certificateFor(address: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const octets = Buffer.from(address.split('.').map(Number));
  const name = der(sequence, der(set, der(sequence, commonName, der(utf8String, Buffer.from(address)))));
  const instants = ['200101000000Z', '491231235959Z'].map((text) => der(utcTime, Buffer.from(text)));
  const alternatives = der(octetString, der(sequence, der(addressName, octets)));
  const body = der(
    sequence,
    der(explicit0, der(integer, Buffer.from([2]))),
    der(integer, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    der(sequence, ...instants),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(explicit3, der(sequence, der(sequence, subjectAltName, alternatives))),
  );
  const signature = der(bitString, Buffer.from([0]), sign('sha256', body, privateKey));
  return {
    certificate: pem('CERTIFICATE', der(sequence, body, ecdsaWithSha256, signature)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** One value in DER: tag, length, content. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
}

function pem(label: string, bytes: Buffer): string {
  return `-----BEGIN ${label}-----\n${bytes.toString('base64')}\n-----END ${label}-----\n`;
}
