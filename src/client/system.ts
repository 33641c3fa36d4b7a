/** A number from 0 up to 1. For spreading load only; nothing secret is drawn from it. */
export function randomFraction(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}
