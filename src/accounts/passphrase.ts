import { dictionary } from '@zxcvbn-ts/language-common';
import type { Random } from '../engine/ports.ts';
import { RollcallError } from '../errors.ts';

/** Five different words of the 7,776 of the diceware list: 64.6 bits. */
const wordCount = 5;
const words: readonly string[] = dictionary['diceware-common'].filter((word) => /^[a-z]+$/.test(word));

/**
 * A passphrase to offer: five different words joined by "-", drawn evenly. It passes the password rules, unless one of
 * its words is the e-mail name of the account: then draw again.
 */
export function suggestPassphrase(random: Random): string {
  const left = [...words];
  const drawn: string[] = [];
  while (drawn.length < wordCount) drawn.push(...left.splice(numberBelow(left.length, random), 1));
  return drawn.join('-');
}

/** An even draw of 0 to below the bound (at most 65,536): two bytes, drawn anew when they fall into the uneven rest. */
function numberBelow(bound: number, random: Random): number {
  const even = 0x1_0000 - (0x1_0000 % bound);
  // A generator that fails this a hundred times (one in 10^120) is broken.
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const [high = 0, low = 0] = random.bytes(2);
    const drawn = high * 256 + low;
    if (drawn < even) return drawn % bound;
  }
  throw new RollcallError('unexpected', { detail: 'The random generator does not draw evenly.' });
}
