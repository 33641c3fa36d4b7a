/** Something that was handed out or typed and must be found nowhere else. */
export interface Secret {
  /** What to call it when it is found. */
  readonly name: string;
  readonly value: string;
  /** The bytes it stands for, where it is an encoding itself. */
  readonly bytes?: Buffer;
}

/** Where one of the secrets is in a text, in whatever form; nothing when it is clean. */
export function findSecrets(secrets: Iterable<Secret>, text: string): readonly string[] {
  const folded = text.toLowerCase();
  return [...secrets].flatMap((secret) => {
    const form = formsOf(secret).find(([, each, isFolded]) => (isFolded ? folded : text).includes(each));
    return form === undefined ? [] : [`${secret.name} in ${form[0]}`];
  });
}

type Form = readonly [name: string, text: string, isFolded: boolean];

const remembered = new Map<string, readonly Form[]>();

/** Every form a secret could lie about in. */
export function formsOf(secret: Secret): readonly Form[] {
  const known = remembered.get(secret.value) ?? makeForms(secret);
  remembered.set(secret.value, known);
  return known;
}

function makeForms({ value, bytes }: Secret): readonly Form[] {
  const contents = [Buffer.from(value, 'utf8'), ...(bytes === undefined ? [] : [bytes])];
  return [
    ['its own words', value.toLowerCase(), true],
    ['its own words without separators', value.toLowerCase().replaceAll(/[ -]/g, ''), true],
    ['groups of four', (value.toLowerCase().match(/.{1,4}/g) ?? []).join(' '), true],
    ['JSON', JSON.stringify(value).slice(1, -1), false],
    ['a URL', encodeURIComponent(value), false],
    ['a form', new URLSearchParams({ v: value }).toString().slice(2), false],
    ...contents.flatMap((content): readonly Form[] => [
      ['hex', content.toString('hex'), true],
      ...[0, 1, 2].flatMap((offset): readonly Form[] => {
        const base64 = base64Inside(content, offset);
        return [
          ['base64', base64, false],
          ['base64url', base64.replaceAll('+', '-').replaceAll('/', '_'), false],
        ];
      }),
    ]),
  ];
}

/** How the bytes look inside a longer base64 text in which `offset` bytes of the group stand before them. */
function base64Inside(content: Buffer, offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), content]).toString('base64');
  const rest = (offset + content.length) % 3;
  const whole = rest === 0 ? encoded : encoded.slice(0, encoded.length - 4 + rest);
  return whole.slice(offset === 0 ? 0 : offset + 1);
}
