const shape = /r[cpd]1_[0-9a-z]{26}\.[\w-]*/g;

/** Whether a text holds something that looks like one of our tokens, percent-encoded or not. */
export function holdsToken(text: string): boolean {
  return text.search(shape) >= 0 || decoded(text).search(shape) >= 0;
}

/** The text with everything that looks like one of our tokens cut out. */
export function withoutTokens(text: string): string {
  return text.replace(shape, '[token]');
}

function decoded(text: string): string {
  return text.replace(/%[0-9a-f]{2}/gi, (triplet) =>
    String.fromCharCode(Number.parseInt(triplet.slice(1), 16)),
  );
}
